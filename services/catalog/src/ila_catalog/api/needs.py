"""Learning needs of a call over HTTP: proposed by the agency, approved by the supervisory council."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Stale
from ila_kit.events import to_json
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from marshmallow.validate import Length

from ila_catalog.api import schemas
from ila_catalog.api.call_changes import MANAGERS, PATH
from ila_catalog.api.call_content_schemas import NeedAreaSchema
from ila_catalog.api.calls import calls
from ila_catalog.api.shapes import Areas, areas_shown
from ila_catalog.domain.calls import NeedArea
from ila_catalog.domain.desk_errors import NeedInUse, ProposerApproves
from ila_catalog.domain.errors import FaultyData, OffersClosed
from ila_catalog.domain.needs import NeedProposal
from ila_catalog.domain.states import LEARNING_NEED
from ila_catalog.usecases.needs import (
    ProposeNeed,
    approve_need,
    list_needs,
    propose_need,
    refuse_need,
    withdraw_need,
)

READERS = Access(any={"call_manager", "council_member", "auditor"})
COUNCIL = Access(any={"council_member"})
BOTH = Access(any={"call_manager", "council_member"})
_STEP_REFUSALS = [OffersClosed, WrongState, NotYourStep, Stale]
_SHOWN = (
    *("id", "call_id", "text_lv", "text_en", "source", "state", "provisional", "approved_on", "reason"),
    *("proposed_by", "approved_by", "created_at", "updated_at", "version"),
)


class NeedQuery(ListQuery):
    """Filters of learning needs."""

    sort = schemas.sort("created_at")
    state = fields.OneOf(sorted(LEARNING_NEED.states))


class NewAreaSchema(Schema):
    """A DigComp area that is to be taught, and at which levels."""

    area = schemas.area()
    lowest_level = schemas.level()
    highest_level = schemas.level()


class NewNeedSchema(Schema):
    """What is to be taught for a call, and where that is written."""

    areas = fields.List(fields.Nested(NewAreaSchema), required=True, validate=Length(1, 5))
    text_lv = fields.Text(max=1_000, required=True)
    text_en = fields.Text(max=1_000, required=True)
    source = fields.Text(max=500, required=True)


class NeedReasonSchema(Schema):
    """Why a need is refused or withdrawn."""

    reason = fields.Text(max=1_000, required=True)


class NeedSchema(Schema):
    """A learning need of a call; who proposed it, when and by whom is null for one of the call's file."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    areas = fields.List(fields.Nested(NeedAreaSchema), required=True)
    text_lv = schemas.text(allow_none=True)
    text_en = schemas.text(allow_none=True)
    source = schemas.text()
    state = fields.OneOf(sorted(LEARNING_NEED.states), required=True)
    provisional = fields.Flag(required=True)
    approved_on = fields.Date(required=True, allow_none=True)
    reason = schemas.text(allow_none=True)
    proposed_by = schemas.text(allow_none=True)
    approved_by = schemas.text(allow_none=True)
    created_at = fields.Instant(required=True, allow_none=True)
    updated_at = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=schemas.MOST, required=True, allow_none=True)


@calls.operation(
    "GET", "/<uuid:call_id>/learning-needs", READERS, query=NeedQuery, answer=(200, list_of(NeedSchema))
)
def get_needs(call: Call, call_id: UUID) -> dict[str, Any]:
    """List the learning needs of a call: those of its file, proposed, approved, given up."""
    page = list_needs(call.unit, call_id, page_request(call.query))
    rows = [{name: row[name] for name in (*_SHOWN, "areas")} for row in page.rows]
    shown = [row | {"areas": areas_shown(row["areas"], call.deps.areas)} for row in rows]
    return {"items": shown, "next": page.next}


@calls.operation(
    "POST",
    "/<uuid:call_id>/learning-needs",
    MANAGERS,
    body=NewNeedSchema,
    answer=(201, NeedSchema),
    idempotent=True,
    refusals=[OffersClosed, FaultyData],
)
def post_need(call: Call, call_id: UUID) -> Answer:
    """Propose a learning need to the supervisory council."""
    areas = [NeedArea(**one) for one in call.body.pop("areas")]
    made = propose_need(call.unit, ProposeNeed(call_id=call_id, areas=areas, **call.body))
    return _answer(made, call.deps.areas, location=f"{PATH}/{call_id}/learning-needs/{made.id}")


@calls.operation(
    "POST",
    "/<uuid:call_id>/learning-needs/<uuid:need_id>/approval",
    COUNCIL,
    answer=(201, NeedSchema),
    idempotent=True,
    refusals=[*_STEP_REFUSALS, ProposerApproves],
)
def post_need_approval(call: Call, call_id: UUID, need_id: UUID) -> Answer:
    """Approve a learning need: offers may rest on it from this day on."""
    return _answer(approve_need(call.unit, call_id, need_id), call.deps.areas)


@calls.operation(
    "POST",
    "/<uuid:call_id>/learning-needs/<uuid:need_id>/refusal",
    COUNCIL,
    body=NeedReasonSchema,
    answer=(201, NeedSchema),
    idempotent=True,
    refusals=_STEP_REFUSALS,
)
def post_need_refusal(call: Call, call_id: UUID, need_id: UUID) -> Answer:
    """Refuse a learning need, with a reason."""
    return _answer(refuse_need(call.unit, call_id, need_id, call.body["reason"]), call.deps.areas)


@calls.operation(
    "POST",
    "/<uuid:call_id>/learning-needs/<uuid:need_id>/withdrawal",
    BOTH,
    body=NeedReasonSchema,
    answer=(201, NeedSchema),
    idempotent=True,
    refusals=[*_STEP_REFUSALS, NeedInUse],
)
def post_need_withdrawal(call: Call, call_id: UUID, need_id: UUID) -> Answer:
    """Take a proposal back (a call manager), or an approved need that nobody uses (the council)."""
    return _answer(withdraw_need(call.unit, call_id, need_id, call.body["reason"]), call.deps.areas)


def _answer(made: NeedProposal, areas: Areas, location: str | None = None) -> Answer:
    shown: dict[str, Any] = to_json(made)
    named = {"areas": areas_shown(shown["areas"], areas), "provisional": False}
    return Answer(shown | named, location=location, version=made.version)
