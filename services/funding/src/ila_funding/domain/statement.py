"""What a decision about a price is told with, to the person it is about."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.hold import Hold
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.programme import PublishedProgramme


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStatement:
    """A decided price with all it comes from. Titles of the call and the programme are those told last.

    `programme_title_en` is None where nobody told one.

    `quote` is the stored one, as JSON. price = public + topped_up + co_payment. Persons are not named:
    the number of the application says whose it is.
    """

    hold_id: UUID
    application_id: UUID
    applied_on: date
    decided_at: datetime
    call_code: str
    call_title_lv: str
    call_title_en: str
    funding_source: str
    programme_title_lv: str
    programme_title_en: str | None
    methodology: Methodology
    quote: dict[str, Any]
    price: Decimal
    public: Decimal
    topped_up: Decimal
    co_payment: Decimal


def price_statement(
    hold: Hold, call: PublishedCall, programme: PublishedProgramme, methodology: Methodology
) -> PriceStatement:
    """Return the statement of a hold's price."""
    return PriceStatement(
        hold_id=hold.id,
        application_id=hold.application_id,
        applied_on=hold.applied_on,
        decided_at=hold.created_at,
        call_code=call.code,
        call_title_lv=call.title_lv,
        call_title_en=call.title_en,
        funding_source=call.funding_source,
        programme_title_lv=programme.title_lv,
        programme_title_en=programme.title_en,
        methodology=methodology,
        quote=hold.quote,
        price=hold.amount + hold.topped_up + hold.co_payment,
        public=hold.amount,
        topped_up=hold.topped_up,
        co_payment=hold.co_payment,
    )
