"""Limits and rules of budget lines: nobody changes alone what a line may spend, and when."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.events import to_json

from ila_funding.domain.budget import BudgetLine
from ila_funding.domain.errors import ChangePending, LimitBelowUse, LineExists, UnknownCall
from ila_funding.domain.ledger import budget_movement
from ila_funding.domain.line_change import LineChange, new_limit, new_rules
from ila_funding.domain.line_rules import LineRules
from ila_funding.ports import Unit
from ila_funding.usecases.alarms import watch_line
from ila_funding.usecases.budget_lines import unopened_line
from ila_funding.usecases.waiting import serve_waiting

CHANGE_DUE, PAUSE_OVER = "line-change-due", "pause-over"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeRules:
    """A wish for other alarms and pauses of a budget line, all of them, and why."""

    line_id: UUID
    rules: LineRules
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
    return _propose(unit, new_limit(line, command.limit, command.reason, unit.actor.id, unit.now))


def propose_limit(unit: Unit, command: ProposeLimit) -> LineChange:
    """Store the wish for another limit; nothing changes until another person approves it.

    Raises Missing, ChangePending, LimitBelowUse, NothingChanges.

    Source: BR-709.
    """
    line = known_line(unit, command.line_id)
    _refuse_second(unit, line)
    return _propose(unit, new_limit(line, command.limit, command.reason, unit.actor.id, unit.now))


def propose_rules(unit: Unit, command: ProposeRules) -> LineChange:
    """Store the wish for other alarms and pauses; nothing changes until another person approves it.

    Raises Missing, ChangePending, NothingChanges.
    """
    line = known_line(unit, command.line_id)
    _refuse_second(unit, line)
    return _propose(unit, new_rules(line, command.rules, command.reason, unit.actor.id, unit.now))


def approve_change(unit: Unit, line_id: UUID, change_id: UUID) -> LineChange:
    """Let a line spend what another person proposed, once; whoever waits for its money is served.

    Raises Missing, WrongState, NotYourStep, SamePerson, Stale, LimitBelowUse.

    Source: BR-709.
    """
    line, change = _line_and_change(unit, line_id, change_id)
    approved = change.approved_by(unit.actor.id, unit.actor.role_names, line, unit.now)
    _decide(unit, approved, "approve_line_change")
    if approved.rules is None:
        _set_limit(unit, line, approved.limit_amount)
    else:
        unit.lines.set_rules(line.id, approved.rules, unit.now)
        _await_end(unit, line.id, approved.rules)
    watch_line(unit, line.id)
    serve_waiting(unit, line.id)
    return approved


def withdraw_change(unit: Unit, line_id: UUID, change_id: UUID) -> LineChange:
    """Take a proposal back, or refuse it. Raises Missing, WrongState or NotYourStep."""
    _, change = _line_and_change(unit, line_id, change_id)
    withdrawn = change.after("withdraw", unit.actor.role_names, unit.now, decided_by=unit.actor.id)
    _decide(unit, withdrawn, "withdraw_line_change")
    return withdrawn


def change_due(unit: Unit, change_id: UUID) -> None:
    """End a proposal that nobody decided in time; nothing when somebody did."""
    change = unit.line_changes.lock(change_id)
    if change is not None and change.due_at is not None and change.due_at <= unit.now:
        _decide(unit, change.after("lapse", unit.actor.role_names, unit.now), "lapse_line_change")


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


def _refuse_second(unit: Unit, line: BudgetLine) -> None:
    if unit.line_changes.pending(line.id) is not None:
        raise ChangePending()


def _propose(unit: Unit, change: LineChange) -> LineChange:
    unit.line_changes.add(change)
    if change.due_at is not None:
        unit.set_timer(change.id, CHANGE_DUE, change.due_at)
    unit.audit("propose_line_change", "budget_line", change.line_id, **_details(change))
    return change


def _set_limit(unit: Unit, line: BudgetLine, limit: Decimal) -> None:
    if not unit.lines.set_limit(line.id, limit, unit.now):
        raise LimitBelowUse(line_id=str(line.id), limit=str(limit), used=str(line.used))
    if difference := limit - line.limit_amount:
        unit.ledger.record(budget_movement(line.id, line.call_id, difference, unit.now))


def _await_end(unit: Unit, line_id: UUID, rules: LineRules) -> None:
    if rules.pause_until is None:
        unit.clear_timer(line_id, PAUSE_OVER)
    else:
        unit.set_timer(line_id, PAUSE_OVER, rules.pause_until)


def _decide(unit: Unit, change: LineChange, action: str) -> None:
    unit.line_changes.save(change)
    unit.clear_timer(change.id, CHANGE_DUE)
    unit.audit(action, "budget_line", change.line_id, **_details(change))


def _details(change: LineChange) -> dict[str, Any]:
    rules = {} if change.rules is None else {"rules": to_json(change.rules)}
    amounts = {"before": str(change.limit_before), "limit": str(change.limit_amount)}
    return {"change_id": change.id} | amounts | rules
