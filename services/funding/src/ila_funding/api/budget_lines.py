"""Budget lines over HTTP; they come with the publication of a call."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

budget_lines = Resource(
    "budget-lines",
    __name__,
    url_prefix="/api/funding/v1/budget-lines",
    description="Money by funding source, call and activity",
)
OFFICERS = Access(any={"rate_manager", "rate_approver", "call_manager", "claim_officer", "auditor"})


class BudgetLineQuery(ListQuery):
    """Filters of the lines."""

    call_id = fields.Id()
    funding_source = fields.Text(max=200)


class BudgetLineSchema(Schema):
    """What a line may spend and what is promised: free = limit − held − committed − consumed."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    call_code = fields.String(required=True)
    call_title_lv = fields.String(required=True)
    call_title_en = fields.String(required=True)
    funding_source = fields.String(required=True)
    activity = fields.String(required=True)
    limit = fields.Money(required=True)
    held = fields.Money(required=True)
    committed = fields.Money(required=True)
    consumed = fields.Money(required=True)
    free = fields.Money(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


@budget_lines.operation("GET", "", OFFICERS, query=BudgetLineQuery, answer=(200, list_of(BudgetLineSchema)))
def get_budget_lines(call: Call) -> dict[str, Any]:
    """List the budget lines, the oldest first."""
    page = call.unit.lines.page(page_request(call.query))
    return {"items": [_with_limit(row) for row in page.rows], "next": page.next}


@budget_lines.operation("GET", "/<uuid:line_id>", OFFICERS, answer=(200, BudgetLineSchema))
def get_budget_line(call: Call, line_id: UUID) -> Answer:
    """Show a budget line: its limit, and what of it is held, committed, consumed and free."""
    row = call.unit.lines.row(line_id)
    if row is None:
        raise Missing()
    return Answer(_with_limit(row), version=row["version"])


def _with_limit(row: dict[str, Any]) -> dict[str, Any]:
    shown = dict(row)
    return shown | {"limit": shown.pop("limit_amount")}
