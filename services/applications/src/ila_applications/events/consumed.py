"""The parts this service relies on of what others publish; schemas in `consumed/<type>.json`."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self
from uuid import UUID

from ila_kit.events import from_json

from ila_applications.domain.offerings import Part, Stratum


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
    minimum_age: int
    opening_mode: str
    offered_place_hours: int
    applications_open_at: datetime
    applications_close_at: datetime
    version: int
    group_minimum: int
    completion_attendance_percent: int
    completion_needs_test: bool
    learning_hour_minutes_vocational: int
    learning_hour_minutes_studies: int
    draw_strata: list[Stratum] = field(default_factory=list)
    draw_source_lv: str = ""
    draw_source_en: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePublished(Heard):
    """catalog.programme_published.v1"""

    programme_id: UUID
    call_id: UUID
    kind: str
    title_lv: str
    title_en: str
    parts: list[Part]
    provider_id: UUID
    places: int
    starts_on: date
    ends_on: date
    applications_open_at: datetime
    applications_close_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeClosed(Heard):
    """catalog.programme_closed.v1"""

    programme_id: UUID
    closed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsHeld(Heard):
    """funding.funds_held.v1"""

    hold_id: UUID
    application_id: UUID
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRefused(Heard):
    """funding.hold_refused.v1: `budget-exhausted`, `line-paused` and `content-held` are not the last word."""

    application_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsCommitted(Heard):
    """funding.funds_committed.v1"""

    hold_id: UUID
    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsReleased(Heard):
    """funding.funds_released.v1: reasons that are not an answer to us mean that the money is lost."""

    hold_id: UUID
    application_id: UUID
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSettled(Heard):
    """funding.payment_settled.v1"""

    application_ids: list[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSuspended(Heard):
    """identity.provider_suspended.v1: a former publisher names no scopes and means all of them."""

    organisation_id: UUID
    scopes: list[str] | None = None

    def bars(self, scope: str) -> bool:
        """Tell whether something is barred."""
        return self.scopes is None or scope in self.scopes


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReinstated(Heard):
    """identity.provider_reinstated.v1"""

    organisation_id: UUID
