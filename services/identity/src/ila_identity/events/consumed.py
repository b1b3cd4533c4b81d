"""What identity relies on of others' events, and of its own that it hears like others'."""

from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from ila_kit.events import from_json
from ila_kit.looks import Look


class PersonalDataViewed(Look):
    """Somebody looked at data of persons, in any service."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErased:
    """A service erased its part of a person."""

    person_id: UUID

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Return the part of a received body that this class names."""
        return from_json(cls, data)
