"""Facts this service publishes; each has its JSON Schema in `published/<type>.json`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from ila_kit.erasure import Erased
from ila_kit.events import Event
from ila_kit.looks import Look


class PersonErased(Erased):
    """Funding has erased what it may of a person."""

    type: ClassVar[str] = "funding.person_erased.v1"


class PersonalDataViewed(Look):
    """Somebody looked at the account of a learner."""

    type: ClassVar[str] = "funding.personal_data_viewed.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePriced(Event):
    """What one learner's training by a programme pays, and which quote explains it."""

    type: ClassVar[str] = "funding.programme_priced.v1"
    subject_field: ClassVar[str] = "programme_id"
    programme_id: UUID
    call_id: UUID
    amount: Decimal
    methodology_id: UUID
    methodology_version: str
    as_of: date
    quote_hash: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodologyApproved(Event):
    """Rates came into force: they decide the days from `valid_from` on, and were known from `known_from`."""

    type: ClassVar[str] = "funding.methodology_approved.v1"
    subject_field: ClassVar[str] = "methodology_id"
    methodology_id: UUID
    methodology_version: str
    title: str
    document: str
    valid_from: date
    known_from: datetime
    corrects: str | None
    kinds: list[str]
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsHeld(Event):
    """Public money is set apart for an application until it expires.

    With what others add and the learner pays it is the quoted price.
    """

    type: ClassVar[str] = "funding.funds_held.v1"
    subject_field: ClassVar[str] = "hold_id"
    hold_id: UUID
    application_id: UUID
    person_id: UUID
    programme_id: UUID
    call_id: UUID
    amount: Decimal
    topped_up: Decimal
    co_payment: Decimal
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

    With the reason `budget-exhausted` or `line-paused` it keeps its place and gets money when some comes
    free, or the pause ends; with `content-held` it is decided when the person's own hold for the same
    content is bound or given back.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsCommitted(Event):
    """The money of an enrolled learner is bound until the result is paid or the learning ends without one."""

    type: ClassVar[str] = "funding.funds_committed.v1"
    subject_field: ClassVar[str] = "hold_id"
    hold_id: UUID
    application_id: UUID
    person_id: UUID
    programme_id: UUID
    call_id: UUID
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetThresholdReached(Event):
    """A share of a budget line's limit was crossed upwards; it falls below before it is told again."""

    type: ClassVar[str] = "funding.budget_threshold_reached.v1"
    subject_field: ClassVar[str] = "line_id"
    line_id: UUID
    call_id: UUID
    threshold_percent: int
    limit: Decimal
    used: Decimal
    reached_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimApproved(Event):
    """A provider's claim, whole or reduced, may be paid; `amount` is what of it."""

    type: ClassVar[str] = "funding.claim_approved.v1"
    subject_field: ClassVar[str] = "claim_id"
    claim_id: UUID
    organisation_id: UUID
    call_id: UUID
    amount: Decimal
    approved_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentReleased(Event):
    """Three people let a payment run go to the bank; `call_id` is None when it pays several calls."""

    type: ClassVar[str] = "funding.payment_released.v1"
    subject_field: ClassVar[str] = "run_id"
    run_id: UUID
    call_id: UUID | None
    amount: Decimal
    claim_ids: list[UUID]
    released_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSettled(Event):
    """The bank carried a payment run out: these applications are paid."""

    type: ClassVar[str] = "funding.payment_settled.v1"
    subject_field: ClassVar[str] = "run_id"
    run_id: UUID
    claim_ids: list[UUID]
    application_ids: list[UUID]
    amount: Decimal
    settled_at: datetime
    version: int
