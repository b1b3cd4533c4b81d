"""Role grants over HTTP: given by an administrator, those of power confirmed by a second one."""

from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_identity.domain import errors
from ila_identity.domain.role_proposals import ROLE_PROPOSAL
from ila_identity.usecases.role_grants import (
    GrantRole,
    GrantView,
    confirm_grant,
    grant,
    list_grants,
    revoke_grant,
)

PREFIX = "/api/identity/v1/role-grants"
role_grants = Resource("role-grants", __name__, url_prefix=PREFIX, description="Who holds which role")
ADMINS = Access(any={"platform_admin"}, acr="high")


class RoleGrantQuery(ListQuery):
    """Filters of the list."""

    person_id = fields.Id()
    role = fields.Text(max=50)
    organisation_id = fields.Id()
    state = fields.OneOf(["active", "pending"])


class NewRoleGrantSchema(Schema):
    """Whom a role of the agency is given, and why; roles in an organisation come with a membership."""

    person_id = fields.Id(required=True)
    role = fields.Text(max=50, required=True)
    reason = fields.Text(max=2_000, required=True)


class RoleGrantSchema(Schema):
    """A role given to a person.

    `state`: `pending` (waits for a second administrator until `due_at`, gives no right), `active`,
    `revoked` or `lapsed`. `confirmed_by` is null for what needs no second person, and for memberships.
    """

    id = fields.Id(required=True)
    person_id = fields.Id(required=True)
    role = fields.String(required=True)
    organisation_id = fields.Id(required=True, allow_none=True)
    state = fields.OneOf(sorted(ROLE_PROPOSAL.states), required=True)
    granted_at = fields.Instant(required=True)
    granted_by = fields.String(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    reason = fields.String(required=True)


class NamedRoleGrantSchema(RoleGrantSchema):
    """A role given to a person, with the name of that person; null when it is not known any more."""

    given_name = fields.String(required=True, allow_none=True)
    family_name = fields.String(required=True, allow_none=True)


@role_grants.operation(
    "GET",
    "",
    Access(any={"platform_admin", "auditor"}),
    query=RoleGrantQuery,
    answer=(200, list_of(NamedRoleGrantSchema)),
)
def get_role_grants(call: Call) -> dict[str, Any]:
    """List the roles that are held, and those that wait for a second person, newest first, with names.

    Each person on the page sees that somebody looked.
    """
    page = list_grants(call.unit, page_request(call.query))
    return {"items": page.items, "next": page.next}


@role_grants.operation(
    "POST",
    "",
    ADMINS,
    body=NewRoleGrantSchema,
    answer=(201, RoleGrantSchema),
    idempotent=True,
    refusals=[
        errors.UnknownPerson,
        errors.UnknownRole,
        errors.MembershipRole,
        errors.OwnRole,
        errors.RoleHeld,
        errors.RoleProposed,
        errors.ToxicRoles,
    ],
)
def post_role_grant(call: Call) -> Answer:
    """Give a role of the agency; one of money, decision or administration waits for a second person."""
    return _answer(grant(call.unit, GrantRole(**call.body)))


@role_grants.operation(
    "POST",
    "/<uuid:grant_id>/confirmation",
    ADMINS,
    answer=(200, RoleGrantSchema),
    idempotent=True,
    refusals=[WrongState, errors.SecondPersonNeeded, errors.RoleHeld, errors.ToxicRoles],
)
def post_grant_confirmation(call: Call, grant_id: UUID) -> Answer:
    """Confirm a role that somebody else gives a third person; it is in force at once."""
    return _answer(confirm_grant(call.unit, grant_id))


@role_grants.operation(
    "DELETE",
    "/<uuid:grant_id>",
    ADMINS,
    answer=(200, RoleGrantSchema),
    refusals=[WrongState, errors.MembershipRole, errors.LastAdministrator],
)
def delete_role_grant(call: Call, grant_id: UUID) -> Answer:
    """Revoke a role at once, or take back what waits for a second person."""
    return _answer(revoke_grant(call.unit, grant_id))


def _answer(view: GrantView) -> Answer:
    return Answer(view, location=f"{PREFIX}/{view.id}")
