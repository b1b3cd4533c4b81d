"""Budget lines over HTTP: how they stand, and what of them two persons change."""

from dataclasses import fields as dataclass_fields
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing, Stale
from ila_kit.events import to_json
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from marshmallow import ValidationError

from ila_funding.domain.errors import (
    ChangePending,
    LimitBelowUse,
    LineExists,
    NothingChanges,
    SamePerson,
    UnknownCall,
)
from ila_funding.domain.line_change import APPROVER, CHANGE_STATES, MANAGER, actions_on_pause
from ila_funding.domain.line_rules import LineRules
from ila_funding.domain.stratum import PATTERN
from ila_funding.usecases.limits import (
    ProposeLimit,
    ProposeLine,
    approve_change,
    propose_limit,
    propose_line,
    withdraw_change,
)

LINES = "/api/funding/v1/budget-lines"
budget_lines = Resource(
    "budget-lines", __name__, url_prefix=LINES, description="Money by funding source, call and activity"
)
line_changes = Resource(
    "budget-line-changes",
    __name__,
    url_prefix="/api/funding/v1/budget-line-changes",
    description="What was proposed for budget lines, by whom, and who decided",
)
OFFICERS = Access(any={MANAGER, APPROVER, "call_manager", "claim_officer", "auditor"})
MANAGERS, BOTH = Access(any={MANAGER}), Access(any={MANAGER, APPROVER})
APPROVERS = Access(any={APPROVER}, acr="high")
STATES = sorted(CHANGE_STATES.states)
RULES = [field.name for field in dataclass_fields(LineRules)]


def _not_negative(amount: Any) -> None:
    if amount < 0:
        raise ValidationError("is below zero")


def _few_and_different(values: Any) -> None:
    if len(values) > 50 or len(set(values)) < len(values):
        raise ValidationError("names more than 50, or one twice")


class BudgetLineQuery(ListQuery):
    """Filters of the lines."""

    call_id = fields.Id()
    funding_source = fields.Text(max=200)


class ChangeQuery(ListQuery):
    """Filters of the changes."""

    line_id = fields.Id()
    state = fields.OneOf(STATES)


class RulesSchema(Schema):
    """From which shares of its limit on a line is alarming, and when it lets new holds wait.

    Shares are percents. New holds wait from `pause_from` until `pause_until` (null: for good), and while at
    least `pause_share` of the limit is used; trainings in an `exempt` stratum do not.
    """

    alarm_shares = fields.List(fields.WholeNumber(min=1, max=100), required=True, validate=_few_and_different)
    pause_share = fields.WholeNumber(min=1, max=100, required=True, allow_none=True)
    pause_from = fields.Instant(required=True, allow_none=True)
    pause_until = fields.Instant(required=True, allow_none=True)
    exempt = fields.List(fields.Text(max=80, pattern=PATTERN), required=True, validate=_few_and_different)


class ChangeSchema(Schema):
    """A change of what a line may spend, or of its rules, as one person proposed and another decided it.

    `rules` is null when they stay as they are.
    """

    id = fields.Id(required=True)
    line_id = fields.Id(required=True)
    limit_before = fields.Money(required=True)
    limit = fields.Money(required=True)
    rules = fields.Nested(RulesSchema, required=True, allow_none=True)
    reason = fields.String(required=True)
    state = fields.OneOf(STATES, required=True)
    proposed_by = fields.String(required=True)
    decided_by = fields.String(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class PendingSchema(ChangeSchema):
    """A change that waits for its approval, with the steps the caller may take now."""

    actions = fields.List(fields.String(), required=True)


class BudgetLineSchema(Schema):
    """What a line may spend and what is promised: free = limit − held − committed − consumed.

    `stratum` is the part of the trainings it pays for; null: every one that no line of its own pays for.
    `call_limit` is what the call says; `opened_at` is null until the first limit was approved. `alarm` is the
    highest share of the limit, in percent, whose alarm was given; null for none.
    """

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    call_code = fields.String(required=True)
    call_title_lv = fields.String(required=True)
    call_title_en = fields.String(required=True)
    call_limit = fields.Money(required=True, allow_none=True)
    funding_source = fields.String(required=True)
    activity = fields.String(required=True)
    stratum = fields.String(required=True, allow_none=True)
    limit = fields.Money(required=True)
    held = fields.Money(required=True)
    committed = fields.Money(required=True)
    consumed = fields.Money(required=True)
    free = fields.Money(required=True)
    alarm = fields.WholeNumber(min=1, max=100, required=True, allow_none=True)
    rules = fields.Nested(RulesSchema, required=True)
    paused_at = fields.Instant(required=True, allow_none=True)
    paused_by = fields.String(required=True, allow_none=True)
    pause_reason = fields.String(required=True, allow_none=True)
    opened_at = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class WholeLineSchema(BudgetLineSchema):
    """A line with the change that waits for its approval, if one does, and what the caller may do with it.

    `actions` are the steps of its pause by hand.
    """

    actions = fields.List(fields.String(), required=True)
    pending = fields.Nested(PendingSchema, required=True, allow_none=True)


class LimitSchema(Schema):
    """What a line is to spend at most, and why."""

    limit = fields.Money(required=True, validate=_not_negative)
    reason = fields.Text(max=1_000, required=True)


class NewLineSchema(LimitSchema):
    """Where money is to be kept apart: for a source of a call, and maybe for a part of its trainings.

    A stratum is `programme:`, `territory:`, `kind:` or `family:` with the id, the code of the municipality,
    the kind or the family of programmes.
    """

    call_id = fields.Id(required=True)
    funding_source = fields.Text(max=200, required=True)
    stratum = fields.Text(max=80, pattern=PATTERN, load_default=None, allow_none=True)


class DecidedSchema(Schema):
    """Which change was looked at."""

    change_id = fields.Id(required=True)


@budget_lines.operation("GET", "", OFFICERS, query=BudgetLineQuery, answer=(200, list_of(BudgetLineSchema)))
def get_budget_lines(call: Call) -> dict[str, Any]:
    """List the budget lines, the oldest first."""
    page = call.unit.lines.page(page_request(call.query))
    return {"items": [_in_list(row) for row in page.rows], "next": page.next}


@budget_lines.operation(
    "POST",
    "",
    MANAGERS,
    body=NewLineSchema,
    answer=(201, WholeLineSchema),
    refusals=[UnknownCall, LineExists],
    idempotent=True,
)
def post_budget_line(call: Call) -> Answer:
    """Propose a line for a part of a call's money; it pays for nothing until another person approves it."""
    body = call.body | {"stratum": call.body["stratum"] or ""}
    change = propose_line(call.unit, ProposeLine(**body))
    return shown_line(call, change.line_id, f"{LINES}/{change.line_id}")


@budget_lines.operation("GET", "/<uuid:line_id>", OFFICERS, answer=(200, WholeLineSchema))
def get_budget_line(call: Call, line_id: UUID) -> Answer:
    """Show a budget line: its limit, what of it is held, committed, consumed, free, and what is proposed."""
    return shown_line(call, line_id)


@budget_lines.operation(
    "POST",
    "/<uuid:line_id>/limit",
    MANAGERS,
    body=LimitSchema,
    answer=(200, WholeLineSchema),
    refusals=[ChangePending, LimitBelowUse, NothingChanges],
    idempotent=True,
)
def post_limit(call: Call, line_id: UUID) -> Answer:
    """Propose another limit; nothing changes until another person approves it."""
    propose_limit(call.unit, ProposeLimit(line_id=line_id, **call.body))
    return shown_line(call, line_id)


@budget_lines.operation(
    "POST",
    "/<uuid:line_id>/approval",
    APPROVERS,
    body=DecidedSchema,
    answer=(200, WholeLineSchema),
    refusals=[WrongState, NotYourStep, SamePerson, Stale, LimitBelowUse],
    idempotent=True,
)
def post_approval(call: Call, line_id: UUID) -> Answer:
    """Approve a proposed change, as another person than who proposed it, whatever roles they hold."""
    approve_change(call.unit, line_id, call.body["change_id"])
    return shown_line(call, line_id)


@budget_lines.operation(
    "POST",
    "/<uuid:line_id>/withdrawal",
    BOTH,
    body=DecidedSchema,
    answer=(200, WholeLineSchema),
    refusals=[WrongState, NotYourStep],
    idempotent=True,
)
def post_withdrawal(call: Call, line_id: UUID) -> Answer:
    """Take a proposed change back, or refuse it."""
    withdraw_change(call.unit, line_id, call.body["change_id"])
    return shown_line(call, line_id)


@line_changes.operation("GET", "", OFFICERS, query=ChangeQuery, answer=(200, list_of(ChangeSchema)))
def get_line_changes(call: Call) -> dict[str, Any]:
    """List what was proposed for budget lines, the newest first."""
    page = call.unit.line_changes.page(page_request(call.query))
    return {"items": [_in_list(row) for row in page.rows], "next": page.next}


def shown_line(call: Call, line_id: UUID, location: str | None = None) -> Answer:
    """Return a line as it is shown alone, tagged by all of that: a proposal is no change of the line itself.

    Raises Missing.
    """
    row = call.unit.lines.row(line_id)
    if row is None:
        raise Missing()
    pending = call.unit.line_changes.pending(line_id)
    who = (call.actor.id, call.actor.role_names)
    shown = pending and _in_list(to_json(pending)) | {"actions": pending.actions_for(*who)}
    actions = actions_on_pause(row["paused_by"], *who)
    whole = _in_list(row) | {"pending": shown, "actions": actions}
    return Answer(whole, location, tagged=True)


def _in_list(row: dict[str, Any]) -> dict[str, Any]:
    """Return a line or a change as lists show it; nothing stands for what the database has empty."""
    shown = {name: value for name, value in row.items() if name not in RULES}
    shown["limit"] = shown.pop("limit_amount")
    if "stratum" in row:
        shown |= {name: row[name] or None for name in ("stratum", "alarm")}
        shown["rules"] = {name: row[name] for name in RULES}
    return shown
