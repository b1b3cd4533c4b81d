"""The queue of late changes over HTTP: what happened in closed months, and who booked it."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_funding.domain.errors import SamePerson
from ila_funding.domain.late_change import LATE_STATES
from ila_funding.domain.period import KEEPERS
from ila_funding.usecases.late_changes import book_late_change, dismiss_late_change

late_changes = Resource(
    "late-changes",
    __name__,
    url_prefix="/api/funding/v1/late-changes",
    description="What happened in months that are closed",
)
DESK = Access(any={"rate_manager", "rate_approver"})
VIEWERS = Access(any={"rate_manager", "rate_approver", "auditor", "payment_checker"})
STATES = sorted(LATE_STATES.states)


class LateQuery(ListQuery):
    """Filters of the late changes."""

    state = fields.OneOf(STATES)
    belongs_to = fields.Date()
    booked_in = fields.Date()
    run_id = fields.Id()


class DismissalSchema(Schema):
    """Why a late change is set aside."""

    reason = fields.Text(min=3, max=2_000, required=True)


class LateChangeSchema(Schema):
    """A settlement on a day of a closed month (`belongs_to`, its first day).

    `booked_in` is the open month that another person booked it in; null until then, and of a dismissed one.
    """

    id = fields.Id(required=True)
    run_id = fields.Id(required=True)
    belongs_to = fields.Date(required=True)
    settled_on = fields.Date(required=True)
    bank_reference = fields.String(required=True)
    amount = fields.Money(required=True)
    state = fields.OneOf(STATES, required=True)
    queued_by = fields.String(required=True)
    queued_at = fields.Instant(required=True)
    resolved_by = fields.String(required=True, allow_none=True)
    resolved_at = fields.Instant(required=True, allow_none=True)
    booked_in = fields.Date(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


class WholeLateChangeSchema(LateChangeSchema):
    """A late change with the steps that the caller may take now."""

    actions = fields.List(fields.String(), required=True)


@late_changes.operation("GET", "", VIEWERS, query=LateQuery, answer=(200, list_of(LateChangeSchema)))
def get_late_changes(call: Call) -> dict[str, Any]:
    """List what happened in months that were closed already, the newest first."""
    page = call.unit.late_changes.page(page_request(call.query))
    return {"items": page.rows, "next": page.next}


@late_changes.operation("GET", "/<uuid:change_id>", VIEWERS, answer=(200, WholeLateChangeSchema))
def get_late_change(call: Call, change_id: UUID) -> Answer:
    """Show a late change."""
    return _shown(call, change_id)


@late_changes.operation(
    "POST",
    "/<uuid:change_id>/booking",
    DESK,
    answer=(200, WholeLateChangeSchema),
    refusals=[WrongState, NotYourStep, SamePerson],
    idempotent=True,
)
def post_booking(call: Call, change_id: UUID) -> Answer:
    """Book a late change into the open month, with a reference to the closed one, as another person."""
    book_late_change(call.unit, change_id)
    return _shown(call, change_id)


@late_changes.operation(
    "POST",
    "/<uuid:change_id>/dismissal",
    DESK,
    body=DismissalSchema,
    answer=(200, WholeLateChangeSchema),
    refusals=[WrongState, NotYourStep, SamePerson],
    idempotent=True,
)
def post_dismissal(call: Call, change_id: UUID) -> Answer:
    """Set a late change aside, as another person than who told it; nothing was moved by it."""
    dismiss_late_change(call.unit, change_id, call.body["reason"])
    return _shown(call, change_id)


def _shown(call: Call, change_id: UUID) -> Answer:
    row = call.unit.late_changes.row(change_id)
    if row is None:
        raise Missing()
    mine = call.actor.id != row["queued_by"] and bool(call.actor.role_names & KEEPERS)
    actions = LATE_STATES.actions(row["state"]) if mine else []
    return Answer(row | {"actions": actions}, version=row["version"])
