"""Facts that identity tells; nothing in them names or describes a person beyond an id and a band."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ila_kit.events import Event

from ila_identity.domain.roles import RoleGrant


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Event):
    """A person signed in strongly for the first time: the learning account is open."""

    type: ClassVar[str] = "identity.account_opened.v1"
    subject_field: ClassVar[str] = "person_id"

    person_id: UUID
    opened_at: datetime
    age_band: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    """A person holds a role from now on; platform-wide when there is no organisation."""

    type: ClassVar[str] = "identity.role_granted.v1"
    subject_field: ClassVar[str] = "grant_id"

    grant_id: UUID
    person_id: UUID
    role: str
    organisation_id: UUID | None
    granted_at: datetime

    @classmethod
    def of(cls, grant: RoleGrant) -> "RoleGranted":
        """Return the fact that a grant was made."""
        return cls(
            grant_id=grant.id,
            person_id=grant.person_id,
            role=grant.role,
            organisation_id=grant.organisation_id,
            granted_at=grant.granted_at,
        )
