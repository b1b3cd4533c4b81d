"""Sanctions of organisations over HTTP: imposed, replied to, lifted; and the closing for good."""

from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_identity.api.organisations import PREFIX, READERS, OrganisationSchema, answer_of
from ila_identity.domain import errors
from ila_identity.domain.employer_errors import SanctionNotForEmployers
from ila_identity.domain.sanctions import CLOSURE, REPLIERS, REPLY, SANCTION, SCOPES, Grounds, Sanction
from ila_identity.usecases.sanctions import (
    Close,
    Reinstate,
    Reply,
    Suspend,
    close_organisation,
    list_sanctions,
    reinstate_organisation,
    reply_to_sanction,
    suspend_organisation,
)

OURS = "/<uuid:organisation_id>"
sanctions = Resource(
    "sanctions", __name__, url_prefix=PREFIX, description="What organisations are barred from"
)
OFFICERS = Access(any={"sanction_officer"}, acr="high")
STATES, REPLY_STATES = sorted(SANCTION.states), sorted(REPLY.states)


class ClosureSchema(Schema):
    """On what the closing of an organisation stands: what was found, and by which law."""

    facts = fields.Text(max=10_000, required=True)
    legal_basis = fields.Text(max=500, required=True)


class SuspensionSchema(ClosureSchema):
    """What an organisation is barred from, on what that stands, and its last day in Latvia.

    Without `ends_on` it lasts until somebody lifts it. Several scopes may be in force at once.
    """

    scope = fields.OneOf(list(SCOPES), required=True)
    ends_on = fields.Date()


class ReinstatementSchema(Schema):
    """Why sanctions are lifted; all that are in force when none is named."""

    reason = fields.Text(max=2_000, required=True)
    sanction_id = fields.Id()


class ReplySchema(Schema):
    """What an organisation says to a sanction."""

    reply = fields.Text(max=10_000, required=True)


class SanctionQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(STATES)
    scope = fields.OneOf([*SCOPES, CLOSURE])
    reply_state = fields.OneOf(REPLY_STATES)


class SanctionSchema(Schema):
    """One sanction, from its beginning to its end.

    `state`: `in_force`, `lifted` (by an officer, `end_reason` says why) or `ended` (after `ends_on`,
    its last day in Latvia). `reply_state`: `awaited` until `reply_due_at`, then `missed`; or `given`;
    null for a closure, which awaits none.
    """

    id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    scope = fields.OneOf([*SCOPES, CLOSURE], required=True)
    facts = fields.String(required=True)
    legal_basis = fields.String(required=True)
    state = fields.OneOf(STATES, required=True)
    imposed_by = fields.String(required=True)
    imposed_at = fields.Instant(required=True)
    ends_on = fields.Date(required=True, allow_none=True)
    ends_at = fields.Instant(required=True, allow_none=True)
    reply_state = fields.OneOf(REPLY_STATES, required=True, allow_none=True)
    reply_due_at = fields.Instant(required=True, allow_none=True)
    reply = fields.String(required=True, allow_none=True)
    replied_by = fields.String(required=True, allow_none=True)
    replied_at = fields.Instant(required=True, allow_none=True)
    ended_by = fields.String(required=True, allow_none=True)
    ended_at = fields.Instant(required=True, allow_none=True)
    end_reason = fields.String(required=True, allow_none=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


@sanctions.operation(
    "GET", OURS + "/sanctions", READERS, query=SanctionQuery, answer=(200, list_of(SanctionSchema))
)
def get_sanctions(call: Call, organisation_id: UUID) -> dict[str, Any]:
    """List the sanctions of an organisation with their replies, newest first."""
    page = list_sanctions(call.unit, organisation_id, page_request(call.query), call.scope)
    return {"items": page.items, "next": page.next}


@sanctions.operation(
    "POST",
    OURS + "/suspension",
    OFFICERS,
    body=SuspensionSchema,
    answer=(200, OrganisationSchema),
    idempotent=True,
    refusals=[WrongState, SanctionNotForEmployers, errors.SanctionInForce, errors.EndPassed],
)
def post_suspension(call: Call, organisation_id: UUID) -> Answer:
    """Bar an organisation from new offers, new enrolments, payments, or all of them."""
    command = Suspend(
        organisation_id=organisation_id,
        scope=call.body["scope"],
        grounds=_grounds(call),
        ends_on=call.body.get("ends_on"),
    )
    return answer_of(suspend_organisation(call.unit, command, call.deps.limits))


@sanctions.operation(
    "POST",
    OURS + "/reinstatement",
    OFFICERS,
    body=ReinstatementSchema,
    answer=(200, OrganisationSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_reinstatement(call: Call, organisation_id: UUID) -> Answer:
    """Lift one sanction of an organisation, or all of them."""
    command = Reinstate(
        organisation_id=organisation_id,
        reason=call.body["reason"],
        sanction_id=call.body.get("sanction_id"),
    )
    return answer_of(reinstate_organisation(call.unit, command))


@sanctions.operation(
    "POST",
    OURS + "/closure",
    OFFICERS,
    body=ClosureSchema,
    answer=(200, OrganisationSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_closure(call: Call, organisation_id: UUID) -> Answer:
    """End an organisation, its memberships and roles for good; what is owed to it stays owed."""
    command = Close(organisation_id=organisation_id, grounds=_grounds(call))
    return answer_of(close_organisation(call.unit, command))


@sanctions.operation(
    "POST",
    OURS + "/sanctions/<uuid:sanction_id>/reply",
    Access(own=REPLIERS, acr="high"),
    body=ReplySchema,
    answer=(200, SanctionSchema),
    idempotent=True,
    refusals=[WrongState, errors.ReplyTooLate],
)
def post_reply(call: Call, organisation_id: UUID, sanction_id: UUID) -> Answer:
    """Reply to a sanction of the own organisation, once, before the time for it is over."""
    command = Reply(organisation_id=organisation_id, sanction_id=sanction_id, text=call.body["reply"])
    replied: Sanction = reply_to_sanction(call.unit, command, call.scope)
    return Answer(replied, version=replied.version)


def _grounds(call: Call) -> Grounds:
    return Grounds(facts=call.body["facts"], legal_basis=call.body["legal_basis"])
