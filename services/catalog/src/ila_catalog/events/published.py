"""The facts this service publishes; their JSON schemas stand beside this file."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import ClassVar, Self, cast
from uuid import UUID

from ila_kit.events import Event

from ila_catalog.domain.calls import Call, CallData
from ila_catalog.domain.parameters import ages_reserved
from ila_catalog.domain.programmes import Programme
from ila_catalog.events.published_agreements import (
    AgreementEnded,
    AgreementInForce,
    OfferDecided,
    ProgrammeClosed,
)
from ila_catalog.events.published_offers import CallPhaseChanged, OfferSubmitted, OfferWithdrawn

__all__ = [
    "AgreementEnded",
    "AgreementInForce",
    "CallPhaseChanged",
    "CallPublished",
    "OfferDecided",
    "OfferSubmitted",
    "OfferWithdrawn",
    "ProgrammeClosed",
    "ProgrammePublished",
    "PublishedPart",
    "ReservedAges",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReservedAges:
    """Ages, both included, for whom a draw reserves at least a share of the places of each programme."""

    code: str
    lowest_age: int
    highest_age: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPublished(Event):
    """A call is open to the world, has changed since, or is closed: what others need of its decisions."""

    type: ClassVar[str] = "catalog.call_published.v1"
    subject_field: ClassVar[str] = "call_id"

    call_id: UUID
    code: str
    title_lv: str
    title_en: str
    funding_source: str
    activity: str
    budget_limit: Decimal
    hold_days: int
    offered_place_hours: int
    opening_mode: str
    minimum_age: int
    group_minimum: int
    completion_attendance_percent: int
    completion_needs_test: bool
    learning_hour_minutes_vocational: int
    learning_hour_minutes_studies: int
    drop_out_rule: str
    co_payment_percent: int
    entitlement_amount: Decimal | None
    entitlement_months: int | None
    applications_open_at: datetime
    applications_close_at: datetime
    state: str
    version: int
    draw_strata: list[ReservedAges]
    draw_source_lv: str
    draw_source_en: str

    @classmethod
    def of(cls, call: Call) -> Self:
        """Tell about a call as it is now."""
        data = call.data
        return cls(
            call_id=call.id,
            code=data.code,
            title_lv=data.title_lv,
            title_en=data.title_en,
            funding_source=data.funding_source,
            activity=data.activity,
            budget_limit=cast(Decimal, data.parameter("budget_limit")),
            hold_days=cast(int, data.parameter("hold_days")),
            offered_place_hours=cast(int, data.parameter("offered_place_hours")),
            opening_mode=cast(str, data.parameter("opening_mode")),
            minimum_age=cast(int, data.parameter("minimum_age")),
            group_minimum=cast(int, data.parameter("group_minimum")),
            completion_attendance_percent=cast(int, data.parameter("completion_attendance_percent")),
            completion_needs_test=cast(bool, data.parameter("completion_needs_test")),
            learning_hour_minutes_vocational=cast(int, data.parameter("learning_hour_minutes_vocational")),
            learning_hour_minutes_studies=cast(int, data.parameter("learning_hour_minutes_studies")),
            drop_out_rule=cast(str, data.parameter("drop_out_rule")),
            co_payment_percent=cast(int, data.parameter("co_payment_percent")),
            entitlement_amount=cast(Decimal | None, data.optional("entitlement_amount")),
            entitlement_months=cast(int | None, data.optional("entitlement_months")),
            applications_open_at=call.applications.opens_at,
            applications_close_at=call.applications.closes_at,
            state=call.state,
            version=call.version,
            draw_strata=_reserved_ages(data),
            draw_source_lv=_words(data, "draw_source_lv"),
            draw_source_en=_words(data, "draw_source_en"),
        )


def _words(data: CallData, name: str) -> str:
    """Return the words of a parameter; none in calls that were decided before it could be said."""
    one = data.parameters.get(name)
    return str(one.value) if one else ""


def _reserved_ages(data: CallData) -> list[ReservedAges]:
    """Return what a draw reserves; nothing in calls that were decided before it could be said."""
    one = data.parameters.get("draw_reserved_ages")
    shares = ages_reserved(str(one.value)) if one else None
    return [
        ReservedAges(code=f"{low}-{high}", lowest_age=low, highest_age=high, percent=percent)
        for low, high, percent in shares or []
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedPart:
    """A part of a programme, as its price is computed from."""

    title: str
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePublished(Event):
    """Adults can choose a programme, or it has changed since: what others need to price and fill it."""

    type: ClassVar[str] = "catalog.programme_published.v1"
    subject_field: ClassVar[str] = "programme_id"

    programme_id: UUID
    call_id: UUID
    kind: str
    family: str
    title_lv: str
    title_en: str
    parts: list[PublishedPart]
    continuing_programme: str | None
    provider_id: UUID
    provider_name: str
    funding_source: str
    territory: str
    places: int
    starts_on: date
    ends_on: date
    agreement_id: UUID | None
    applications_open_at: datetime
    applications_close_at: datetime
    version: int

    @classmethod
    def of(cls, programme: Programme, call: Call) -> Self:
        """Tell about a programme of a call as both are now."""
        return cls(
            programme_id=programme.id,
            call_id=programme.call_id,
            kind=programme.kind,
            family=call.data.family_of(programme.kind),
            title_lv=programme.title_lv,
            title_en=programme.title_en,
            parts=[PublishedPart(title=part.title, hours=part.hours) for part in programme.parts],
            continuing_programme=programme.continuing_programme,
            provider_id=programme.provider.id,
            provider_name=programme.provider.name,
            funding_source=programme.funding_source,
            territory=programme.territory.code,
            places=programme.places,
            starts_on=programme.starts_on,
            ends_on=programme.ends_on,
            agreement_id=programme.agreement_id,
            applications_open_at=call.applications.opens_at,
            applications_close_at=call.applications.closes_at,
            version=programme.version,
        )
