"""Budget lines over HTTP: how they stand, and what of them two persons change."""

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
from ila_funding.domain.line_change import APPROVER, CHANGE_STATES, MANAGER
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


def _not_negative(amount: Any) -> None:
    if amount < 0:
        raise ValidationError("is below zero")


class BudgetLineQuery(ListQuery):
    """Filters of the lines."""

    call_id = fields.Id()
    funding_source = fields.Text(max=200)


class ChangeQuery(ListQuery):
    """Filters of the changes."""

    line_id = fields.Id()
    state = fields.OneOf(STATES)


class ChangeSchema(Schema):
    """A change of what a line may spend, as one person proposed and another one decided it."""

    id = fields.Id(required=True)
    line_id = fields.Id(required=True)
    limit_before = fields.Money(required=True)
    limit = fields.Money(required=True)
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
    `call_limit` is what the call says; `opened_at` is null until the first limit was approved.
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
    opened_at = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class WholeLineSchema(BudgetLineSchema):
    """A line with the change that waits for its approval, if one does."""

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
    return {"items": [_with_limit(row) for row in page.rows], "next": page.next}


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
    return _shown(call, change.line_id, f"{LINES}/{change.line_id}")


@budget_lines.operation("GET", "/<uuid:line_id>", OFFICERS, answer=(200, WholeLineSchema))
def get_budget_line(call: Call, line_id: UUID) -> Answer:
    """Show a budget line: its limit, what of it is held, committed, consumed, free, and what is proposed."""
    return _shown(call, line_id)


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
    return _shown(call, line_id)


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
    return _shown(call, line_id)


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
    return _shown(call, line_id)


@line_changes.operation("GET", "", OFFICERS, query=ChangeQuery, answer=(200, list_of(ChangeSchema)))
def get_line_changes(call: Call) -> dict[str, Any]:
    """List what was proposed for budget lines, the newest first."""
    page = call.unit.line_changes.page(page_request(call.query))
    return {"items": [_with_limit(row) for row in page.rows], "next": page.next}


def _shown(call: Call, line_id: UUID, location: str | None = None) -> Answer:
    row = call.unit.lines.row(line_id)
    if row is None:
        raise Missing()
    pending = call.unit.line_changes.pending(line_id)
    shown = None
    if pending is not None:
        actions = pending.actions_for(call.actor.id, call.actor.role_names)
        shown = _with_limit(to_json(pending)) | {"actions": actions}
    return Answer(_with_limit(row) | {"pending": shown}, location, version=row["version"])


def _with_limit(row: dict[str, Any]) -> dict[str, Any]:
    shown = dict(row)
    return shown | {"limit": shown.pop("limit_amount")} | _stratum(shown)


def _stratum(row: dict[str, Any]) -> dict[str, Any]:
    return {"stratum": row["stratum"] or None} if "stratum" in row else {}
