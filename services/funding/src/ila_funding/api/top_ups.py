"""Top-ups over HTTP: what employers and other funds add to a learner's account."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.events import to_json
from ila_kit.looks import note_look
from ila_kit.money import ZERO, as_money
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from marshmallow import ValidationError, validate

from ila_funding.api.accounts import LOOK_PURPOSE
from ila_funding.domain.errors import (
    NothingUnused,
    SamePerson,
    TopUpDayOutOfRange,
    UnknownCall,
    UnknownLearner,
    UnknownProgramme,
)
from ila_funding.domain.top_up import TOP_UP_STATES, Funder, TopUp
from ila_funding.domain.training import Kind
from ila_funding.events.published import PersonalDataViewed
from ila_funding.usecases.top_ups import AddTopUp, add_top_up, confirm_top_up, reverse_top_up

ACCOUNTS = "/api/funding/v1/accounts"
top_ups = Resource("top-ups", __name__, url_prefix=ACCOUNTS, description="What others add to accounts")
VIEWERS = Access(own={"learner", "employer_admin"}, any={"rate_manager", "rate_approver", "auditor"})
FUNDERS = Access(own={"employer_admin"}, any={"rate_manager"})
ENDERS = Access(own={"employer_admin"}, any={"rate_manager", "rate_approver"})
STATES = sorted(TOP_UP_STATES.states)
TWO_PEOPLE = {"proposed_by", "confirmed_by"}


def _above_zero(amount: Decimal) -> None:
    if amount <= ZERO:
        raise ValidationError("is not above zero")


class TopUpQuery(ListQuery):
    """Filters of the top-ups."""

    call_id = fields.Id()
    state = fields.OneOf(STATES)


class NewTopUpSchema(Schema):
    """Money for a learner: an employer's with its `organisation_id`, another fund's without.

    It pays for every programme of the call, unless it names kinds or programmes it is kept for.
    """

    call_id = fields.Id(required=True)
    organisation_id = fields.Id(load_default=None, allow_none=True)
    funder_name = fields.Text(max=200, required=True)
    amount = fields.Money(required=True, validate=_above_zero)
    kinds = fields.List(
        fields.OneOf([kind.value for kind in Kind]), load_default=list, validate=validate.Length(max=10)
    )
    programme_ids = fields.List(fields.Id(), load_default=list, validate=validate.Length(max=100))
    valid_through = fields.Date(required=True)


class EndSchema(Schema):
    """Why the unused part goes back."""

    reason = fields.Text(max=500, required=True)


class TopUpSchema(Schema):
    """Money added to an account; `left` is what may still be used of it.

    `actions` are the steps that the caller may take with it now.
    """

    id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    funder_kind = fields.OneOf([kind.value for kind in Funder], required=True)
    funder_id = fields.Id(required=True)
    funder_name = fields.String(required=True)
    amount = fields.Money(required=True)
    held = fields.Money(required=True)
    committed = fields.Money(required=True)
    consumed = fields.Money(required=True)
    returned = fields.Money(required=True)
    left = fields.Money(required=True)
    kinds = fields.List(fields.String(), required=True)
    programme_ids = fields.List(fields.Id(), required=True)
    valid_until = fields.Instant(required=True)
    state = fields.OneOf(STATES, required=True)
    reason = fields.String(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    actions = fields.List(fields.String(), required=True)


@top_ups.operation(
    "GET", "/<uuid:person_id>/top-ups", VIEWERS, query=TopUpQuery, answer=(200, list_of(TopUpSchema))
)
def get_top_ups(call: Call, person_id: UUID) -> dict[str, Any]:
    """List what others added to a learner's account, the newest first; an employer sees its own."""
    if not (call.scope.covers(person=person_id) or call.unit.top_ups.added_by(call.scope, person_id)):
        raise Missing()
    page = call.unit.top_ups.page(person_id, page_request(call.query), call.scope)
    note_look(call.unit, PersonalDataViewed, [person_id], ["top-ups"], LOOK_PURPOSE)
    return {"items": [_shown(call, row["top_up"]) for row in page.rows], "next": page.next}


@top_ups.operation(
    "POST",
    "/<uuid:person_id>/top-ups",
    FUNDERS,
    body=NewTopUpSchema,
    answer=(201, TopUpSchema),
    refusals=[UnknownLearner, UnknownCall, UnknownProgramme, TopUpDayOutOfRange, NotYourStep],
    idempotent=True,
)
def post_top_up(call: Call, person_id: UUID) -> Answer:
    """Add to a learner's account: an employer at once; another fund's money waits for a second person."""
    return _answer(call, add_top_up(call.unit, AddTopUp(person_id=person_id, **call.body)))


@top_ups.operation(
    "POST",
    "/<uuid:person_id>/top-ups/<uuid:top_up_id>/confirmation",
    Access(any={"rate_approver"}),
    answer=(200, TopUpSchema),
    refusals=[WrongState, NotYourStep, SamePerson],
    idempotent=True,
)
def post_confirmation(call: Call, person_id: UUID, top_up_id: UUID) -> Answer:
    """Let another fund's money be used, as another person than who proposed it."""
    return _answer(call, confirm_top_up(call.unit, person_id, top_up_id))


@top_ups.operation(
    "POST",
    "/<uuid:person_id>/top-ups/<uuid:top_up_id>/reversal",
    ENDERS,
    body=EndSchema,
    answer=(200, TopUpSchema),
    refusals=[WrongState, NotYourStep, NothingUnused, SamePerson],
    idempotent=True,
)
def post_reversal(call: Call, person_id: UUID, top_up_id: UUID) -> Answer:
    """Give the unused part back to the funder, once; what is used stays."""
    return _answer(call, reverse_top_up(call.unit, person_id, top_up_id, call.body["reason"]))


def _answer(call: Call, top_up: TopUp) -> Answer:
    return Answer(_shown(call, top_up), version=top_up.version)


def _shown(call: Call, top_up: TopUp) -> dict[str, Any]:
    """Return a top-up as everybody in scope sees it: not who proposed and confirmed it."""
    shown: dict[str, Any] = to_json(top_up)
    shown = {name: value for name, value in shown.items() if name not in TWO_PEOPLE}
    actions = top_up.actions_for(call.actor.id, call.actor.roles)
    return shown | {"left": as_money(top_up.left), "actions": actions}
