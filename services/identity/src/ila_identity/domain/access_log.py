"""Looks at people's data, as the people themselves see them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """Somebody looked at data of a person: who, when, why, and at what.

    `viewer` is the id of a person or the name of a machine; `service` where it was shown.
    """

    look_id: UUID
    person_id: UUID
    service: str
    viewed_at: datetime
    viewer: str
    viewer_roles: tuple[str, ...]
    organisation_ids: tuple[UUID, ...]
    acting_for: str | None
    purpose: str
    what: tuple[str, ...]
