"""Budget lines: the first one comes with the call that it pays for."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from ila_kit.ids import uuid7
from ila_kit.money import ZERO

from ila_funding.domain.budget import BudgetLine, PublishedCall
from ila_funding.domain.ledger import budget_movement
from ila_funding.domain.stratum import EVERY
from ila_funding.ports import Unit
from ila_funding.usecases.entitlements import bound_accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCall:
    """A published call, and what its budget line may spend."""

    call: PublishedCall
    budget_limit: Decimal


def register_call(unit: Unit, command: RegisterCall) -> None:
    """Keep what is told of a call, and open its budget line; an older version of it changes nothing.

    What an open line may spend is changed by two persons here, never by the news: that a call says another
    amount is kept beside it, and noted.
    """
    call = replace(command.call, budget_limit=command.budget_limit)
    if not unit.calls.save(call):
        return
    line = unit.lines.of_call(call.call_id, call.funding_source, call.activity, EVERY)
    if line is None:
        _open_line(unit, call, command.budget_limit)
    elif line.limit_amount != command.budget_limit:
        said = {"limit": str(line.limit_amount), "said": str(command.budget_limit)}
        unit.audit("note_limit_of_call", "budget_line", line.id, **said)
    bound_accounts(unit, call)


def unopened_line(call: PublishedCall, funding_source: str, stratum: str, now: datetime) -> BudgetLine:
    """Return a line of a call that may not spend anything yet."""
    return BudgetLine(
        id=uuid7(),
        call_id=call.call_id,
        funding_source=funding_source,
        activity=call.activity,
        stratum=stratum,
        limit_amount=ZERO,
        held=ZERO,
        committed=ZERO,
        consumed=ZERO,
        opened_at=None,
        version=1,
        created_at=now,
        updated_at=now,
    )


def _open_line(unit: Unit, call: PublishedCall, limit: Decimal) -> None:
    blank = unopened_line(call, call.funding_source, EVERY, unit.now)
    line = replace(blank, limit_amount=limit, opened_at=unit.now)
    unit.lines.add(line)
    if limit:
        unit.ledger.record(budget_movement(line.id, line.call_id, limit, unit.now))
    unit.audit("open_budget_line", "budget_line", line.id, limit=str(limit))
