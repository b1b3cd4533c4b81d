"""People of an organisation over HTTP."""

from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from marshmallow import validate

from ila_identity.domain import errors
from ila_identity.domain.employer_errors import RoleNotOfOrganisation
from ila_identity.domain.members import ADMINISTRATORS, MEMBER, Member, Named
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.roles import EMPLOYER, IN_ORGANISATION, PROVIDER
from ila_identity.usecases.members import (
    AddMember,
    ChangeMember,
    MemberOf,
    add_member,
    change_member,
    confirm_member,
    list_members,
    remove_member,
    withdraw_change,
)

PREFIX = "/api/identity/v1/organisations"
OURS = "/<uuid:organisation_id>/members"
members = Resource("members", __name__, url_prefix=PREFIX, description="People of an organisation")
ADMINS = Access(own=ADMINISTRATORS, acr="high")
READERS = Access(own=IN_ORGANISATION, any={"user_approver", "auditor"})
CONFIRMERS = Access(own=ADMINISTRATORS, any={"user_approver"}, acr="high")
STATES = sorted(MEMBER.states)
ROLES = [*sorted(PROVIDER), *sorted(EMPLOYER)]


class MemberQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(STATES)


class NewMemberSchema(Schema):
    """A person and the roles they are to hold in the organisation; each kind of organisation has its own."""

    personal_code = fields.Text(max=20, required=True)
    given_name = fields.Text(max=200, required=True)
    family_name = fields.Text(max=200, required=True)
    roles = fields.List(fields.OneOf(ROLES), required=True, validate=validate.Length(1, len(PROVIDER)))


class MemberChangeSchema(Schema):
    """The roles that a member is to hold in the organisation from now on."""

    roles = fields.List(fields.OneOf(ROLES), required=True, validate=validate.Length(1, len(PROVIDER)))


class MemberSchema(Schema):
    """A person in an organisation; `person_id` is null until they have signed in.

    `state`: `pending` (waits for a second person), `confirmed` (waits for the first sign-in),
    `active` (the roles are held), `changing` (they are held, the `wanted` ones that `wanted_by`
    proposed wait for a second person) or `ended`. What waits ends by itself at `due_at`.
    """

    id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    person_id = fields.Id(required=True, allow_none=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    personal_code = fields.String(required=True, metadata={"description": "masked"})
    roles = fields.List(fields.String(), required=True)
    wanted = fields.List(fields.String(), required=True, allow_none=True)
    wanted_by = fields.String(required=True, allow_none=True)
    state = fields.OneOf(STATES, required=True)
    added_by = fields.String(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


@members.operation("GET", OURS, READERS, query=MemberQuery, answer=(200, list_of(MemberSchema)))
def get_members(call: Call, organisation_id: UUID) -> dict[str, Any]:
    """List the people of an organisation, newest first."""
    page = list_members(call.unit, organisation_id, page_request(call.query), call.scope)
    return {"items": [_shown(one) for one in page.items], "next": page.next}


@members.operation(
    "POST",
    OURS,
    ADMINS,
    body=NewMemberSchema,
    answer=(201, MemberSchema),
    idempotent=True,
    refusals=[
        errors.MalformedPersonalCode,
        errors.OrganisationClosed,
        RoleNotOfOrganisation,
        errors.MemberAlready,
    ],
)
def post_member(call: Call, organisation_id: UUID) -> Answer:
    """Name a person of the organisation; a second person confirms."""
    named = Named(
        given_name=call.body["given_name"],
        family_name=call.body["family_name"],
        personal_code=PersonalCode.parse(call.body["personal_code"]),
    )
    command = AddMember(organisation_id=organisation_id, named=named, roles=call.body["roles"])
    return _answer(add_member(call.unit, command, call.scope))


@members.operation(
    "POST",
    OURS + "/<uuid:member_id>/confirmation",
    CONFIRMERS,
    answer=(200, MemberSchema),
    idempotent=True,
    refusals=[
        WrongState,
        errors.OrganisationClosed,
        errors.SecondPersonNeeded,
        errors.AgencyNotNeeded,
        errors.ToxicRoles,
        errors.LastAdministrator,
    ],
)
def post_confirmation(call: Call, organisation_id: UUID, member_id: UUID) -> Answer:
    """Confirm a person: another administrator does, or the agency while there are fewer than two."""
    return _answer(confirm_member(call.unit, MemberOf(organisation_id, member_id), call.scope))


@members.operation(
    "PUT",
    OURS + "/<uuid:member_id>",
    ADMINS,
    body=MemberChangeSchema,
    answer=(200, MemberSchema),
    if_match=True,
    refusals=[
        WrongState,
        errors.OrganisationClosed,
        RoleNotOfOrganisation,
        errors.SameRoles,
        errors.LastAdministrator,
    ],
)
def put_member(call: Call, organisation_id: UUID, member_id: UUID) -> Answer:
    """Take roles from a person at once, or want others, which a second person confirms."""
    command = ChangeMember(
        organisation_id=organisation_id,
        member_id=member_id,
        roles=call.body["roles"],
        version=call.if_match or 0,
    )
    return _answer(change_member(call.unit, command, call.scope))


@members.operation(
    "POST",
    OURS + "/<uuid:member_id>/change-withdrawal",
    ADMINS,
    answer=(200, MemberSchema),
    idempotent=True,
    refusals=[WrongState, errors.OrganisationClosed],
)
def post_change_withdrawal(call: Call, organisation_id: UUID, member_id: UUID) -> Answer:
    """Take back the roles that wait for a second person; those that are held stay."""
    return _answer(withdraw_change(call.unit, MemberOf(organisation_id, member_id), call.scope))


@members.operation(
    "DELETE",
    OURS + "/<uuid:member_id>",
    ADMINS,
    answer=(200, MemberSchema),
    refusals=[WrongState, errors.LastAdministrator],
)
def delete_member(call: Call, organisation_id: UUID, member_id: UUID) -> Answer:
    """End a membership and the roles that came with it."""
    return _answer(remove_member(call.unit, MemberOf(organisation_id, member_id), call.scope))


def _shown(member: Member) -> dict[str, Any]:
    plain = {name: getattr(member, name) for name in MemberSchema().fields if hasattr(member, name)}
    return plain | {
        "given_name": member.named.given_name,
        "family_name": member.named.family_name,
        "personal_code": member.named.personal_code.masked(),
    }


def _answer(member: Member) -> Answer:
    return Answer(_shown(member), version=member.version)
