"""Euro amounts: exact, at most two decimals, strings outside."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
CURRENCY = "EUR"
# One spelling of each amount: no sign before nothing, no leading zeros, at most two decimals.
AMOUNT_PATTERN = r"(?!-0(\.0{1,2})?$)-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?"
_AMOUNT = re.compile(AMOUNT_PATTERN)


def parse_amount(text: str) -> Decimal:
    """Return the exact amount a decimal string writes; at most twelve digits and two decimals.

    Raises ValueError: a third decimal is refused, never rounded away.
    """
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise ValueError("an amount is a decimal string with at most two decimals")
    return Decimal(text).quantize(CENT)


def as_money(amount: Decimal) -> dict[str, str]:
    """Return an amount of whole cents as JSON shows it.

    Raises ValueError when it is not whole cents: somebody forgot to round, once, where the rule says.
    """
    whole = _whole_cents(amount)
    return {"amount": format(abs(whole) if whole.is_zero() else whole, "f"), "currency": CURRENCY}


def from_money(money: dict[str, str]) -> Decimal:
    """Return the amount of a JSON money object. Raises ValueError for another currency."""
    if money["currency"] != CURRENCY:
        raise ValueError(f"only {CURRENCY} is known here")
    return parse_amount(money["amount"])


def to_cents(amount: Decimal) -> Decimal:
    """Round to whole cents, half away from zero: the last step of a rule, done once."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def _whole_cents(amount: Decimal) -> Decimal:
    try:
        whole = amount.quantize(CENT)
        if whole == amount:
            return whole
    except InvalidOperation:
        pass
    raise ValueError(f"{amount} is not a whole number of cents")
