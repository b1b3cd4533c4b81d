"""What a person says of themselves."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from ila_kit.errors import Stale

from ila_applications.domain.profiles import Profile
from ila_applications.ports import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeProfile:
    """New values of what a person says of themselves; `version` is the one they saw."""

    person_id: UUID
    version: int
    changes: dict[str, Any]


def show_profile(unit: Unit, person_id: UUID) -> Profile:
    """Return what a person said of themselves; the defaults until then."""
    return unit.profiles.get(person_id)


def change_profile(unit: Unit, command: ChangeProfile) -> Profile:
    """Keep what a person says of themselves. Raises Stale when it was changed since they looked."""
    before = unit.profiles.get(command.person_id)
    if before.version != command.version:
        raise Stale()
    after = replace(before, **command.changes, version=before.version + 1, updated_at=unit.now)
    unit.profiles.save(after)
    unit.audit("change_profile", "person", command.person_id, fields=sorted(command.changes))
    return after
