"""The parts this service relies on of what others publish; schemas in `consumed/<type>.json`."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from ila_kit.events import from_json


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """Base of what is read from a received event."""

    @classmethod
    def read(cls, data: dict[str, Any]) -> Self:
        """Return the part of a received body that this class names."""
        return from_json(cls, data)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonErasureRequested(Heard):
    """identity.person_erasure_requested.v1"""

    person_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPublished(Heard):
    """catalog.call_published.v1"""

    call_id: UUID
    code: str
    title_lv: str
    title_en: str
    funding_source: str
    activity: str
    budget_limit: Decimal
    hold_days: int
    opening_mode: str
    drop_out_rule: str
    # What was told before these were is read without them: no co-payment, no bound.
    co_payment_percent: int = 0
    entitlement_amount: Decimal | None = None
    entitlement_months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePart:
    """A module or study course of a published programme."""

    title: str
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePublished(Heard):
    """catalog.programme_published.v1"""

    programme_id: UUID
    call_id: UUID
    kind: str
    title_lv: str
    funding_source: str
    parts: list[ProgrammePart]
    continuing_programme: str | None
    agreement_id: UUID | None
    title_en: str | None = None
    family: str | None = None
    territory: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementInForce(Heard):
    """catalog.agreement_in_force.v1"""

    agreement_id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_ids: list[UUID]
    number: str
    in_force_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEnded(Heard):
    """catalog.agreement_ended.v1"""

    agreement_id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_ids: list[UUID]
    outcome: str
    ended_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOpened(Heard):
    """identity.account_opened.v1"""

    person_id: UUID
    opened_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderApproved(Heard):
    """identity.provider_approved.v1"""

    organisation_id: UUID
    viis_number: str
    title: str
    approved_by: list[UUID]
    approved_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSuspended(Heard):
    """identity.provider_suspended.v1: a former publisher names no scopes and means all of them."""

    organisation_id: UUID
    suspended_at: datetime
    scopes: list[str] | None = None

    def bars(self, scope: str) -> bool:
        """Tell whether something is barred."""
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReinstated(Heard):
    """identity.provider_reinstated.v1"""

    organisation_id: UUID
    reinstated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFoundEligible(Heard):
    """applications.application_found_eligible.v1"""

    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    provisional: bool
    applied_on: date
    receipt_sequence: int
    drawn: bool = False
    turn: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationWithdrawn(Heard):
    """applications.application_withdrawn.v1"""

    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRefused(Heard):
    """applications.application_refused.v1"""

    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceExpired(Heard):
    """applications.place_expired.v1"""

    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerEnrolled(Heard):
    """applications.learner_enrolled.v1"""

    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningNotCompleted(Heard):
    """applications.learning_not_completed.v1"""

    application_id: UUID
    call_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultVerified(Heard):
    """applications.result_verified.v1"""

    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    organisation_id: UUID
    completed_on: date
    verified_at: datetime
