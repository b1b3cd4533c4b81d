"""What is written into a registration: the form by its registrant, words and decisions by the agency."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from ila_identity.domain.members import Named


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What a registration says: the two numbers, the administrator to be, where to write to."""

    viis_number: str
    legal_person_number: str
    administrator: Named = field(repr=False)
    administrator_email: str = field(repr=False)
    contact_email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """One approver's word, with the reason they wrote."""

    by: UUID
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How a submitted registration ended: by whom (None: by itself), when, why."""

    outcome: str
    by: UUID | None
    at: datetime
    reason: str
