"""Accounting periods over HTTP: closed by two people, month after month."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import NotYourStep, WrongState
from ila_kit.store.listing import PageRequest
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_funding.api.ledger import ACCOUNTS
from ila_funding.domain.errors import PeriodNotNext, PeriodProposed, SamePerson
from ila_funding.domain.period import PERIOD_STATES
from ila_funding.usecases.periods import close_period, next_to_close, propose_closing

PERIODS = "/api/funding/v1/periods"
periods = Resource("periods", __name__, url_prefix=PERIODS, description="Months of the ledger")
KEEPERS = Access(any={"rate_manager", "rate_approver"})
VIEWERS = Access(any={"rate_manager", "rate_approver", "auditor"})
STATES = sorted(PERIOD_STATES.states)


class PeriodQuery(ListQuery):
    """Filters of the periods."""

    state = fields.OneOf(STATES)


class NewPeriodSchema(Schema):
    """The month that is to be closed: its first day."""

    period = fields.Date(required=True)


class PeriodSchema(Schema):
    """A month that is closed, or that somebody proposed to close; `period` is its first day."""

    id = fields.Id(required=True)
    period = fields.Date(required=True)
    state = fields.OneOf(STATES, required=True)
    proposed_by = fields.String(required=True)
    proposed_at = fields.Instant(required=True)
    closed_by = fields.String(required=True, allow_none=True)
    closed_at = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


class PeriodBalanceSchema(Schema):
    """What an account of a line, a provider or a funder gained in the month."""

    kind = fields.OneOf(["line", "provider", "funder"], required=True)
    owner_id = fields.Id(required=True)
    account = fields.OneOf(ACCOUNTS, required=True)
    amount = fields.Money(required=True)
    entries = fields.WholeNumber(min=1, max=2**31, required=True)


class WholePeriodSchema(PeriodSchema):
    """A month with what was gained in it, and the steps the caller may take now; at most 500 balances."""

    balances = fields.List(fields.Nested(PeriodBalanceSchema), required=True)
    actions = fields.List(fields.String(), required=True)


class NextPeriodSchema(Schema):
    """The month that is closed next; null while none is over. `proposal` is by whom that was proposed."""

    period = fields.Date(required=True, allow_none=True)
    proposal = fields.Nested(PeriodSchema, required=True, allow_none=True)


@periods.operation("GET", "", VIEWERS, query=PeriodQuery, answer=(200, list_of(PeriodSchema)))
def get_periods(call: Call) -> dict[str, Any]:
    """List the months that are closed or proposed to be, the newest first."""
    page = call.unit.periods.page(page_request(call.query))
    return {"items": page.rows, "next": page.next}


@periods.operation("GET", "/next", VIEWERS, answer=(200, NextPeriodSchema))
def get_next_period(call: Call) -> dict[str, Any]:
    """Tell which month is closed next, and who proposed to close it, if somebody did."""
    waiting = call.unit.periods.page(PageRequest(limit=1, filters={"state": "proposed"})).rows
    return {"period": next_to_close(call.unit), "proposal": waiting[0] if waiting else None}


@periods.operation("GET", "/<uuid:period_id>", VIEWERS, answer=(200, WholePeriodSchema))
def get_period(call: Call, period_id: UUID) -> Answer:
    """Show a month, and what the accounts of lines, providers and funders gained in it."""
    return _shown(call, period_id)


@periods.operation(
    "POST",
    "",
    KEEPERS,
    body=NewPeriodSchema,
    answer=(201, WholePeriodSchema),
    refusals=[PeriodNotNext, PeriodProposed],
    idempotent=True,
)
def post_period(call: Call) -> Answer:
    """Propose to close the next month; it stays open until another person closes it."""
    period = propose_closing(call.unit, call.body["period"])
    return _shown(call, period.id, f"{PERIODS}/{period.id}")


@periods.operation(
    "POST",
    "/<uuid:period_id>/closure",
    KEEPERS,
    answer=(200, WholePeriodSchema),
    refusals=[WrongState, NotYourStep, SamePerson],
    idempotent=True,
)
def post_closure(call: Call, period_id: UUID) -> Answer:
    """Close a month for good, as another person than who proposed it, whatever roles they hold."""
    close_period(call.unit, period_id)
    return _shown(call, period_id)


def _shown(call: Call, period_id: UUID, location: str | None = None) -> Answer:
    row = call.unit.periods.row(period_id)
    if row is None:
        raise Missing()
    mine = call.actor.id != row["proposed_by"] and bool(call.actor.role_names & KEEPERS.any)
    actions = PERIOD_STATES.actions(row["state"]) if mine else []
    return Answer(row | {"actions": actions}, version=row["version"], location=location)
