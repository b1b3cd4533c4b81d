"""Changes of budget lines: proposed by one person, in force by the word of another."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.errors import Stale
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_funding.domain.budget import BudgetLine
from ila_funding.domain.errors import LimitBelowUse, NothingChanges, SamePerson
from ila_funding.domain.line_rules import LineRules

MANAGER, APPROVER = "rate_manager", "rate_approver"
_EITHER = frozenset({MANAGER, APPROVER})
PAUSE_STATES = StateMachine(
    "pause of a budget line",
    "running",
    [Step("running", "pause", "paused", _EITHER), Step("paused", "resume", "running", _EITHER)],
)
CHANGE_STATES = StateMachine(
    "change of a budget line",
    "proposed",
    [
        Step("proposed", "approve", "approved", frozenset({APPROVER})),
        Step("proposed", "withdraw", "withdrawn", _EITHER),
        Step("proposed", "lapse", "lapsed", frozenset({SYSTEM})),
    ],
    timers={"proposed": Timer(timedelta(days=14), "lapse")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LineChange:
    """What a line may spend from now on, as somebody proposed it.

    `limit_before` is what it could spend when that was proposed: who approves decides about this step and
    no other. `rules` are its new rules; None leaves them. The persons are those who took each step.
    """

    id: UUID
    line_id: UUID
    limit_before: Decimal
    limit_amount: Decimal
    rules: LineRules | None = None
    reason: str
    state: str = CHANGE_STATES.start
    proposed_by: str
    decided_by: str | None = None
    due_at: datetime | None
    version: int = 1
    created_at: datetime
    updated_at: datetime

    def after(self, action: str, roles: Iterable[str], now: datetime, **changes: Any) -> "LineChange":
        """Return the change after a step of its state table. Raises WrongState or NotYourStep."""
        state = CHANGE_STATES.next_state(self.state, action, roles)
        return replace(self, state=state, version=self.version + 1, updated_at=now, due_at=None, **changes)

    def approved_by(self, person: str, roles: Iterable[str], line: BudgetLine, now: datetime) -> "LineChange":
        """Return the change as another person approved it.

        Raises WrongState, NotYourStep, SamePerson for who proposed it, Stale when the line may spend
        something else by now than when it was proposed, LimitBelowUse.

        Source: BR-709.
        """
        approved = self.after("approve", roles, now, decided_by=person)
        if person == self.proposed_by:
            raise SamePerson(thing="budget line")
        if line.limit_amount != self.limit_before:
            raise Stale()
        refuse_below_use(line, self.limit_amount)
        return approved

    def actions_for(self, person: str, roles: Iterable[str]) -> list[str]:
        """Return the steps that a person may take with it now."""
        return [
            action
            for action in CHANGE_STATES.actions(self.state)
            if CHANGE_STATES.steps[self.state, action].roles & set(roles)
            and not (action == "approve" and person == self.proposed_by)
        ]


def new_limit(line: BudgetLine, limit: Decimal, reason: str, person: str, now: datetime) -> LineChange:
    """Return the proposal that a line spend up to a limit. Raises LimitBelowUse or NothingChanges."""
    if limit == line.limit_amount and line.opened_at is not None:
        raise NothingChanges()
    refuse_below_use(line, limit)
    return _proposal(line, limit, None, reason, person, now)


def new_rules(line: BudgetLine, rules: LineRules, reason: str, person: str, now: datetime) -> LineChange:
    """Return the proposal that a line have these rules. Raises NothingChanges."""
    if rules == line.rules:
        raise NothingChanges()
    return _proposal(line, line.limit_amount, rules, reason, person, now)


def _proposal(
    line: BudgetLine, limit: Decimal, rules: LineRules | None, reason: str, person: str, now: datetime
) -> LineChange:
    return LineChange(
        id=uuid7(),
        line_id=line.id,
        limit_before=line.limit_amount,
        limit_amount=limit,
        rules=rules,
        reason=reason,
        proposed_by=person,
        due_at=now + CHANGE_STATES.timers[CHANGE_STATES.start].after,
        created_at=now,
        updated_at=now,
    )


def refuse_below_use(line: BudgetLine, limit: Decimal) -> None:
    """Refuse a limit below what is held, committed and consumed of a line. Raises LimitBelowUse.

    Source: BR-709.
    """
    if limit < line.used:
        raise LimitBelowUse(line_id=str(line.id), limit=str(limit), used=str(line.used))


def actions_on_pause(paused_by: str | None, person: str, roles: Iterable[str]) -> list[str]:
    """Return the steps that a person may take now with the pause of a line; None paused one that runs."""
    state = "running" if paused_by is None else "paused"
    return [
        action
        for action in PAUSE_STATES.actions(state)
        if PAUSE_STATES.steps[state, action].roles & set(roles) and person != paused_by
    ]
