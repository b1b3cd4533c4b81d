"""Budget lines: they come with the call that they pay for."""

from dataclasses import dataclass
from decimal import Decimal

from ila_kit.ids import uuid7
from ila_kit.money import ZERO

from ila_funding.domain.budget import BudgetLine, PublishedCall
from ila_funding.domain.errors import LimitBelowUse
from ila_funding.domain.ledger import budget_movement
from ila_funding.ports import Unit
from ila_funding.usecases.waiting import serve_waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCall:
    """A published call, and what its budget line may spend."""

    call: PublishedCall
    budget_limit: Decimal


def register_call(unit: Unit, command: RegisterCall) -> None:
    """Open the budget line of a call, or change its limit; an older version of the call changes nothing.

    Raises LimitBelowUse when more is promised already than the new limit.
    """
    call = command.call
    if not unit.calls.save(call):
        return
    line = unit.lines.of_call(call.call_id, call.funding_source, call.activity)
    if line is None:
        _open_line(unit, command)
    elif line.limit_amount != command.budget_limit:
        _change_limit(unit, unit.lines.lock(line.id), command.budget_limit)


def _open_line(unit: Unit, command: RegisterCall) -> None:
    call = command.call
    line = BudgetLine(
        id=uuid7(),
        call_id=call.call_id,
        funding_source=call.funding_source,
        activity=call.activity,
        limit_amount=command.budget_limit,
        held=ZERO,
        committed=ZERO,
        consumed=ZERO,
        version=1,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.lines.add(line)
    unit.ledger.record(budget_movement(line.id, line.call_id, line.limit_amount, unit.now))
    unit.audit("open_budget_line", "budget_line", line.id, limit=str(line.limit_amount))


def _change_limit(unit: Unit, line: BudgetLine, limit: Decimal) -> None:
    if not unit.lines.set_limit(line.id, limit, unit.now):
        raise LimitBelowUse(line_id=str(line.id), limit=str(limit), used=str(line.limit_amount - line.free))
    unit.ledger.record(budget_movement(line.id, line.call_id, limit - line.limit_amount, unit.now))
    unit.audit("change_budget_limit", "budget_line", line.id, before=str(line.limit_amount), after=str(limit))
    serve_waiting(unit, line.id)
