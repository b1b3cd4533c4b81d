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
class CallPublished(Heard):
    """catalog.call_published.v1"""

    call_id: UUID
    minimum_age: int
    opening_mode: str
    offered_place_hours: int
    applications_open_at: datetime
    applications_close_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammePublished(Heard):
    """catalog.programme_published.v1"""

    programme_id: UUID
    call_id: UUID
    kind: str
    title_lv: str
    title_en: str
    places: int
    starts_on: date
    applications_open_at: datetime
    applications_close_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FundsHeld(Heard):
    """funding.funds_held.v1"""

    application_id: UUID
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRefused(Heard):
    """funding.hold_refused.v1: after `budget-exhausted` money may still come; the rest is final."""

    application_id: UUID
    reason: str
