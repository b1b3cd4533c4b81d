"""Limits of budget lines: nobody changes alone what a line may spend."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ila_kit.errors import Missing

from ila_funding.domain.budget import BudgetLine
from ila_funding.domain.errors import ChangePending, LimitBelowUse, LineExists, UnknownCall
from ila_funding.domain.ledger import budget_movement
from ila_funding.domain.line_change import LineChange, new_limit
from ila_funding.ports import Unit
from ila_funding.usecases.budget_lines import unopened_line
from ila_funding.usecases.waiting import serve_waiting

CHANGE_DUE = "line-change-due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeLine:
    """A wish for a budget line: for which part of whose trainings, how much, and why."""

    call_id: UUID
    funding_source: str
    stratum: str
    limit: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeLimit:
    """A wish for another limit of a budget line, and why."""

    line_id: UUID
    limit: Decimal
    reason: str


def propose_line(unit: Unit, command: ProposeLine) -> LineChange:
    """Store the wish for a new line; until another person approves it, it pays for nothing.

    Raises UnknownCall, LineExists.

    Source: BR-709.
    """
    call = unit.calls.get(command.call_id)
    if call is None:
        raise UnknownCall(call_id=str(command.call_id))
    line = unopened_line(call, command.funding_source, command.stratum, unit.now)
    if not unit.lines.add(line):
        raise LineExists(funding_source=command.funding_source, stratum=command.stratum)
    unit.audit("propose_budget_line", "budget_line", line.id, stratum=command.stratum)
    return _propose(unit, line, command.limit, command.reason)


def propose_limit(unit: Unit, command: ProposeLimit) -> LineChange:
    """Store the wish for another limit; nothing changes until another person approves it.

    Raises Missing, ChangePending, LimitBelowUse, NothingChanges.

    Source: BR-709.
    """
    line = known_line(unit, command.line_id)
    if unit.line_changes.pending(line.id) is not None:
        raise ChangePending()
    return _propose(unit, line, command.limit, command.reason)


def approve_change(unit: Unit, line_id: UUID, change_id: UUID) -> LineChange:
    """Let a line spend what another person proposed, once; whoever waits for its money is served.

    Raises Missing, WrongState, NotYourStep, SamePerson, Stale, LimitBelowUse.

    Source: BR-709.
    """
    line, change = _line_and_change(unit, line_id, change_id)
    approved = change.approved_by(unit.actor.id, unit.actor.role_names, line, unit.now)
    _decide(unit, approved, "approve_budget_limit")
    if not unit.lines.set_limit(line.id, approved.limit_amount, unit.now):
        raise LimitBelowUse(line_id=str(line.id), limit=str(approved.limit_amount), used=str(line.used))
    if difference := approved.limit_amount - line.limit_amount:
        unit.ledger.record(budget_movement(line.id, line.call_id, difference, unit.now))
    serve_waiting(unit, line.id)
    return approved


def withdraw_change(unit: Unit, line_id: UUID, change_id: UUID) -> LineChange:
    """Take a proposal back, or refuse it. Raises Missing, WrongState or NotYourStep."""
    _, change = _line_and_change(unit, line_id, change_id)
    withdrawn = change.after("withdraw", unit.actor.role_names, unit.now, decided_by=unit.actor.id)
    _decide(unit, withdrawn, "withdraw_budget_limit")
    return withdrawn


def change_due(unit: Unit, change_id: UUID) -> None:
    """End a proposal that nobody decided in time; nothing when somebody did."""
    change = unit.line_changes.lock(change_id)
    if change is not None and change.due_at is not None and change.due_at <= unit.now:
        _decide(unit, change.after("lapse", unit.actor.role_names, unit.now), "lapse_budget_limit")


def known_line(unit: Unit, line_id: UUID) -> BudgetLine:
    """Return a line, locked. Raises Missing."""
    line = unit.lines.lock(line_id)
    if line is None:
        raise Missing()
    return line


def _line_and_change(unit: Unit, line_id: UUID, change_id: UUID) -> tuple[BudgetLine, LineChange]:
    """Return a line and a proposal about it; the line is locked first, so that deciders queue there."""
    line, change = known_line(unit, line_id), unit.line_changes.lock(change_id)
    if change is None or change.line_id != line.id:
        raise Missing()
    return line, change


def _propose(unit: Unit, line: BudgetLine, limit: Decimal, reason: str) -> LineChange:
    change = new_limit(line, limit, reason, unit.actor.id, unit.now)
    unit.line_changes.add(change)
    if change.due_at is not None:
        unit.set_timer(change.id, CHANGE_DUE, change.due_at)
    unit.audit("propose_budget_limit", "budget_line", line.id, change_id=change.id, limit=str(limit))
    return change


def _decide(unit: Unit, change: LineChange, action: str) -> None:
    unit.line_changes.save(change)
    unit.clear_timer(change.id, CHANGE_DUE)
    amounts = {"before": str(change.limit_before), "limit": str(change.limit_amount)}
    unit.audit(action, "budget_line", change.line_id, change_id=change.id, **amounts)
