"""Statements of decided prices and of accounts, for the people they are about."""

from dataclasses import fields
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing

from ila_funding.domain.hold import Hold
from ila_funding.domain.statement import (
    AccountStatement,
    Added,
    CallAccount,
    PriceStatement,
    account_movements,
    price_statement,
)


def hold_statement(unit: Any, hold: Hold) -> PriceStatement:
    """Return how the price of a hold came about; by the version that decided, whatever came since."""
    call, programme = unit.calls.get(hold.call_id), unit.programmes.get(hold.programme_id)
    if call is None or programme is None:
        raise Missing()
    return price_statement(hold, call, programme, unit.methodologies.by_version(hold.methodology_version))


def account_statement(unit: Any, person_id: UUID) -> AccountStatement:
    """Return how a learner's account stands now, and how it came there."""
    return AccountStatement(
        person_id=person_id,
        made_at=unit.now,
        calls=[call_account(row) for row in unit.ledger.accounts_of(person_id)],
        added=[_of(Added, row) for row in unit.top_ups.of(person_id)],
        movements=account_movements(unit.ledger.all_entries_of(person_id)),
    )


def call_account(row: dict[str, Any]) -> CallAccount:
    """Return a learner's account in a call, as it is stored."""
    account: CallAccount = _of(CallAccount, row)
    return account


def _of(kind: Any, row: dict[str, Any]) -> Any:
    return kind(**{one.name: row[one.name] for one in fields(kind)})
