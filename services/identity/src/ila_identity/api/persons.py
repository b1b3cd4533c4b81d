"""Persons over HTTP: oneself, roles for the gateway, and accounts that are restricted."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_identity.api.schemas import ReasonSchema, RoleSchema, shown
from ila_identity.domain.accounts import ACCOUNT, Account
from ila_identity.usecases.accounts import AccountStep, reinstate_account, restrict_account
from ila_identity.usecases.persons import own_profile, roles_of

persons = Resource(
    "persons", __name__, url_prefix="/api/identity/v1/persons", description="What is known about persons"
)


class HeldRolesSchema(Schema):
    """The roles a person holds now."""

    person_id = fields.Id(required=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)
    disabled = fields.Flag(required=True)


class AccountSchema(Schema):
    """The learning account."""

    state = fields.String(required=True)
    opened_at = fields.Instant(required=True)


class AccountStateSchema(Schema):
    """The state of a person's account; nobody signs in with one that is restricted, closed or erased."""

    person_id = fields.Id(required=True)
    state = fields.OneOf(sorted(ACCOUNT.states), required=True)
    opened_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


class ProfileSchema(Schema):
    """A person as shown to that person."""

    id = fields.Id(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    birth_date = fields.Date(required=True)
    email = fields.String(required=True, allow_none=True)
    personal_code = fields.String(required=True, metadata={"description": "masked"})
    source = fields.String(required=True)
    observed_at = fields.Instant(required=True)
    account = fields.Nested(AccountSchema, required=True, allow_none=True)
    roles = fields.List(fields.Nested(RoleSchema), required=True)


@persons.operation("GET", "/me", Access(own={"learner"}), answer=(200, ProfileSchema), refusals=[Missing])
def get_me(call: Call) -> dict[str, Any]:
    """Show what identity knows about the person who asks."""
    if call.scope.person is None:
        raise Missing()
    profile = own_profile(call.unit, call.scope.person)
    return asdict(profile) | {"roles": shown(profile.roles)}


@persons.operation(
    "GET", "/<uuid:person_id>/roles", Access(any={"identity.sign_in"}), answer=(200, HeldRolesSchema)
)
def get_roles(call: Call, person_id: UUID) -> dict[str, Any]:
    """Show the roles a person holds now, for the sessions that live."""
    held = roles_of(call.unit, person_id)
    return {"person_id": held.person_id, "roles": shown(held.roles), "disabled": held.disabled}


def _account_step(action: str, summary: str, use_case: Callable[[Any, AccountStep], Account]) -> None:
    """Register the route of one step of an account."""

    def view(call: Call, person_id: UUID) -> Answer:
        account = use_case(call.unit, AccountStep(person_id=person_id, reason=call.body["reason"]))
        return Answer(account, version=account.version)

    view.__doc__, view.__name__ = summary, f"post_{action}"
    persons.operation(
        "POST",
        f"/<uuid:person_id>/{action}",
        Access(any={"platform_admin"}, acr="high"),
        body=ReasonSchema,
        answer=(200, AccountStateSchema),
        idempotent=True,
        refusals=[WrongState],
    )(view)


_account_step("restriction", "Let nobody sign in as a person or go on working.", restrict_account)
_account_step("reinstatement", "Let a person sign in again.", reinstate_account)
