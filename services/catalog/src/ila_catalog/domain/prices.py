"""What a programme pays, as funding told it; nothing is computed here but the share of an hour."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from ila_kit.money import to_cents


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """The amount of a programme in euros, and the quote it comes from: its methodology, day and hash.

    A quote that is asked for as of that day explains it.
    """

    amount: Decimal
    methodology_id: UUID
    methodology_version: str
    as_of: date
    hash: str


def per_hour(amount: Decimal, hours: int) -> Decimal:
    """Return what one learning hour comes to, in whole cents, half away from zero.

    To compare programmes by, and never to be multiplied back: the price is the amount, with its caps.
    """
    return to_cents(amount / hours)
