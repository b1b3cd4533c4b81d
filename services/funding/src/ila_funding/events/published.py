"""Facts this service publishes; each has its JSON Schema in `published/<type>.json`."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from ila_kit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsHeld(Event):
    """Money is set apart for an application until it expires."""

    type: ClassVar[str] = "funding.funds_held.v1"
    subject_field: ClassVar[str] = "hold_id"
    hold_id: UUID
    application_id: UUID
    person_id: UUID
    programme_id: UUID
    call_id: UUID
    amount: Decimal
    quote_hash: str
    methodology_version: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementGranted(Event):
    """A learner's account got an entitlement; `granted` is what it ever got in this call."""

    type: ClassVar[str] = "funding.entitlement_granted.v1"
    subject_field: ClassVar[str] = "account_id"
    account_id: UUID
    person_id: UUID
    call_id: UUID
    hold_id: UUID
    amount: Decimal
    granted: Decimal
    valid_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRefused(Event):
    """No money could be set apart for an application; `amount` is None when none was calculated.

    With the reason `budget-exhausted` it keeps its place and gets money when some comes free.
    """

    type: ClassVar[str] = "funding.hold_refused.v1"
    subject_field: ClassVar[str] = "application_id"
    application_id: UUID
    person_id: UUID
    programme_id: UUID
    call_id: UUID
    reason: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsReleased(Event):
    """Money set apart for an application went back to its budget line."""

    type: ClassVar[str] = "funding.funds_released.v1"
    subject_field: ClassVar[str] = "hold_id"
    hold_id: UUID
    application_id: UUID
    person_id: UUID
    programme_id: UUID
    call_id: UUID
    amount: Decimal
    reason: str
