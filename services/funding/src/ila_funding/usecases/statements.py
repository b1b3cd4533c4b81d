"""Statements of decided prices, for the people they are about."""

from typing import Any

from ila_kit.errors import Missing

from ila_funding.domain.hold import Hold
from ila_funding.domain.statement import PriceStatement, price_statement


def hold_statement(unit: Any, hold: Hold) -> PriceStatement:
    """Return how the price of a hold came about; by the version that decided, whatever came since."""
    call, programme = unit.calls.get(hold.call_id), unit.programmes.get(hold.programme_id)
    if call is None or programme is None:
        raise Missing()
    return price_statement(hold, call, programme, unit.methodologies.by_version(hold.methodology_version))
