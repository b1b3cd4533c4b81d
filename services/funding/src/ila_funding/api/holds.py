"""Holds over HTTP: learners see their own, officers all."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.errors import Missing
from ila_kit.events import to_json
from ila_kit.looks import note_look
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.uploads import download

from ila_funding.api.accounts import LOOK_PURPOSE, LanguageQuery
from ila_funding.api.quotes import QuoteSchema
from ila_funding.domain.hold import CLEAR, FOUND, HOLD_STATES, PENDING, Hold
from ila_funding.events.published import PersonalDataViewed
from ila_funding.usecases.replays import replay_hold
from ila_funding.usecases.statements import hold_statement

LOOKS_AT = ["holds"]
holds = Resource(
    "holds", __name__, url_prefix="/api/funding/v1/holds", description="Money set apart for applications"
)
VIEWERS = Access(own={"learner"}, any={"rate_manager", "claim_officer", "auditor"})
STATES = sorted(HOLD_STATES.states)


class HoldQuery(ListQuery):
    """Filters of the holds."""

    state = fields.OneOf(STATES)
    support_check = fields.OneOf([PENDING, CLEAR, FOUND])
    person_id = fields.Id()
    application_id = fields.Id()
    programme_id = fields.Id()
    call_id = fields.Id()
    line_id = fields.Id()


class HoldSchema(Schema):
    """Money set apart for an application: `amount` on the budget line; beside it, what top-ups and the
    learner pay of the price. `support_check` is what the register of earlier support says: nothing is told
    of the hold (`told_at`), committed or paid unless it is `clear`.
    """

    id = fields.Id(required=True)
    application_id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    programme_id = fields.Id(required=True)
    line_id = fields.Id(required=True)
    amount = fields.Money(required=True)
    topped_up = fields.Money(required=True)
    co_payment = fields.Money(required=True)
    state = fields.OneOf(STATES, required=True)
    quote_hash = fields.String(required=True)
    methodology_version = fields.String(required=True)
    applied_on = fields.Date(required=True)
    provisional = fields.Flag(required=True)
    expires_at = fields.Instant(required=True)
    support_check = fields.OneOf([PENDING, CLEAR, FOUND], required=True)
    support_answer_id = fields.Id(required=True, allow_none=True)
    support_checked_at = fields.Instant(required=True, allow_none=True)
    earlier_support = fields.String(required=True, allow_none=True)
    told_at = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class PinnedHoldSchema(HoldSchema):
    """A hold with the quote it is pinned to."""

    quote = fields.Nested(QuoteSchema, required=True)


class ReplaySchema(Schema):
    """A stored decision beside the same one calculated now, by the version that decided then.

    The bytes are the quote in canonical form (RFC 8785) without its sentences.
    """

    hold_id = fields.Id(required=True)
    methodology_version = fields.String(required=True)
    stored_hash = fields.String(required=True)
    recomputed_hash = fields.String(required=True, allow_none=True)
    stored_bytes_sha256 = fields.String(required=True)
    recomputed_bytes_sha256 = fields.String(required=True, allow_none=True)
    identical = fields.Flag(required=True)
    differences = fields.List(fields.String(), required=True)


@holds.operation("GET", "", VIEWERS, query=HoldQuery, answer=(200, list_of(HoldSchema)))
def get_holds(call: Call) -> dict[str, Any]:
    """List holds, the newest first."""
    page = call.unit.holds.page(page_request(call.query), call.scope)
    note_look(call.unit, PersonalDataViewed, [row["person_id"] for row in page.rows], LOOKS_AT, LOOK_PURPOSE)
    return {"items": page.rows, "next": page.next}


@holds.operation("GET", "/<uuid:hold_id>", VIEWERS, answer=(200, PinnedHoldSchema))
def get_hold(call: Call, hold_id: UUID) -> Answer:
    """Show a hold with the quote it is pinned to."""
    hold = _seen(call, hold_id)
    shown = to_json(hold)
    del shown["movement_id"]
    return Answer(shown, version=hold.version)


@holds.operation("GET", "/<uuid:hold_id>/replay", VIEWERS, answer=(200, ReplaySchema))
def get_replay(call: Call, hold_id: UUID) -> dict[str, Any]:
    """Calculate the price of a hold again, and compare it with what was decided."""
    shown: dict[str, Any] = to_json(replay_hold(call.unit, _seen(call, hold_id)))
    return shown


@holds.operation(
    "GET",
    "/<uuid:hold_id>/statement.pdf",
    VIEWERS,
    query=LanguageQuery,
    answer=(200, None),
    media_type="application/pdf",
)
def get_statement(call: Call, hold_id: UUID) -> flask.Response:
    """Hand out how the price of a hold came about, in words, with every source and the way to check it.

    The same bytes for the same decision, under the same titles.
    """
    hold = _seen(call, hold_id)
    language = call.query["lang"]
    data = call.deps.statements.write(hold_statement(call.unit, hold), language)
    return download(data, f"statement-{hold_id}-{language}.pdf", "application/pdf")


def _seen(call: Call, hold_id: UUID) -> Hold:
    """Return a hold that the caller may see; a look by anybody but its learner is noted. Raises Missing."""
    hold: Hold | None = call.unit.holds.get(hold_id, call.scope)
    if hold is None:
        raise Missing()
    note_look(call.unit, PersonalDataViewed, [hold.person_id], LOOKS_AT, LOOK_PURPOSE)
    return hold
