"""Verified results, as applications told of them."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedResult:
    """A completed learning that the agency verified; `completed_on` is the day it was reached, in Riga."""

    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    organisation_id: UUID
    completed_on: date
    verified_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimableResult:
    """A verified result that nobody claimed yet, with the committed hold that pays for it."""

    application_id: UUID
    programme_id: UUID
    completed_on: date
    hold_id: UUID
    amount: Decimal
    quote_hash: str
