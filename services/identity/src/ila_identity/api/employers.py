"""Registrations of employers over HTTP."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_identity.api.registration_schemas import EMAIL
from ila_identity.domain import employer_errors, errors
from ila_identity.domain.employers import EMPLOYER_REGISTRATION, REASONS, EmployerRegistration
from ila_identity.domain.legal_persons import legal_person_number
from ila_identity.usecases.employers import (
    RegisterEmployer,
    list_employer_registrations,
    positions,
    register_employer,
    show_employer_registration,
    withdraw_employer_registration,
)

PREFIX = "/api/identity/v1/employer-registrations"
OURS = "/<uuid:employer_registration_id>"
employers = Resource(
    "employer-registrations", __name__, url_prefix=PREFIX, description="People register their employers"
)
REGISTRANTS = Access(own={"learner"}, acr="high")
READERS = Access(own={"learner"}, any={"user_approver", "platform_admin", "auditor"})
STATES = sorted(EMPLOYER_REGISTRATION.states)
PATHS = {"withdraw": "withdrawal"}  # what each action of the state table is called as a path
NUMBER = "legal_person_number"


class NewEmployerRegistrationSchema(Schema):
    """The number of the legal person in its register, and an address for letters about the employer."""

    legal_person_number = fields.Text(max=11, pattern=r"[0-9]{11}", required=True)
    contact_email = fields.Text(max=254, pattern=EMAIL, required=True)


class EmployerRegistrationQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(STATES)
    legal_person_number = fields.Text(max=11)


class ReasonInWordsSchema(Schema):
    """Why it was refused or has lapsed: a stable code, and the same in words."""

    code = fields.OneOf(list(REASONS), required=True)
    text_lv = fields.String(required=True)
    text_en = fields.String(required=True)


class RegisterFactSchema(Schema):
    """When the register of legal persons told it, on what ground, and the hash of question and answer.

    The answer itself names people, so it is kept sealed and not shown.
    """

    state = fields.String(required=True)
    observed_at = fields.Instant(required=True, allow_none=True)
    legal_basis = fields.String(required=True, allow_none=True)
    hash = fields.String(required=True, allow_none=True)


class EmployerRegistrationSchema(Schema):
    """A registration of an employer. `title` and `seat` are those of the register, once it has told them.

    `state`: `asking` (the register is asked, until it answers or `lapses_at`), `registered` (the registrant
    is the administrator of `organisation_id`), `refused` or `lapsed` (`reason` says why), or `withdrawn`.
    `actions` are what the caller may do now, by their paths.
    """

    id = fields.Id(required=True)
    state = fields.OneOf(STATES, required=True)
    registrant_id = fields.Id(required=True)
    legal_person_number = fields.String(required=True)
    contact_email = fields.String(required=True)
    title = fields.String(required=True, allow_none=True)
    seat = fields.String(required=True, allow_none=True)
    reason = fields.Nested(ReasonInWordsSchema, required=True, allow_none=True)
    register = fields.Nested(RegisterFactSchema, required=True, allow_none=True)
    lapses_at = fields.Instant(required=True, allow_none=True)
    decided_at = fields.Instant(required=True, allow_none=True)
    organisation_id = fields.Id(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


@employers.operation(
    "GET", "", READERS, query=EmployerRegistrationQuery, answer=(200, list_of(EmployerRegistrationSchema))
)
def get_employer_registrations(call: Call) -> dict[str, Any]:
    """List registrations of employers, newest first: one's own, or all for those who look after them."""
    page = list_employer_registrations(call.unit, page_request(call.query), call.scope)
    return {"items": [_shown(call, one) for one in page.items], "next": page.next}


@employers.operation(
    "POST",
    "",
    REGISTRANTS,
    body=NewEmployerRegistrationSchema,
    answer=(201, EmployerRegistrationSchema),
    idempotent=True,
    refusals=[
        errors.MalformedNumber,
        employer_errors.EmployerAlreadyRegistered,
        employer_errors.EmployerAskedAlready,
    ],
)
def post_employer_registration(call: Call) -> Answer:
    """Register the legal person that one may represent alone; its register is asked, and decides."""
    if call.scope.person is None:
        raise Missing()
    command = RegisterEmployer(
        registrant_id=call.scope.person,
        legal_person_number=_number(call.body[NUMBER]),
        contact_email=call.body["contact_email"],
    )
    return _answer(call, register_employer(call.unit, command))


@employers.operation("GET", OURS, READERS, answer=(200, EmployerRegistrationSchema))
def get_employer_registration(call: Call, employer_registration_id: UUID) -> Answer:
    """Show a registration of an employer."""
    return _answer(call, show_employer_registration(call.unit, employer_registration_id, call.scope))


@employers.operation(
    "POST",
    OURS + "/withdrawal",
    REGISTRANTS,
    answer=(200, EmployerRegistrationSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_employer_withdrawal(call: Call, employer_registration_id: UUID) -> Answer:
    """Take a registration back while the register is asked."""
    return _answer(call, withdraw_employer_registration(call.unit, employer_registration_id, call.scope))


def _number(text: str) -> str:
    """Return a number with a right check digit. Raises MalformedNumber, which names the field."""
    try:
        return legal_person_number(text)
    except errors.MalformedNumber as refusal:
        raise errors.MalformedNumber(errors={f"/{NUMBER}": [refusal.code]}) from None


@cache
def _words() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads(files("ila_identity").joinpath("texts/employer_reasons.toml").read_text("utf-8"))


def _shown(call: Call, one: EmployerRegistration) -> dict[str, Any]:
    plain = {name: getattr(one, name) for name in EmployerRegistrationSchema().fields if hasattr(one, name)}
    words, told = _words()[one.reason] if one.reason else {}, one.answer
    possible = EMPLOYER_REGISTRATION.actions(one.state) if positions(call.unit, one) else []
    return plain | {
        "reason": {"code": one.reason, "text_lv": words["lv"], "text_en": words["en"]} if words else None,
        "register": told and {name: getattr(told, name) for name in RegisterFactSchema().fields},
        "actions": [PATHS[action] for action in possible if action in PATHS],
    }


def _answer(call: Call, one: EmployerRegistration) -> Answer:
    return Answer(_shown(call, one), location=f"{PREFIX}/{one.id}", version=one.version)
