"""What other services ask of identity: facts and names of persons, accounts of organisations."""

from typing import Any

from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields
from marshmallow import validate

from ila_identity.domain.bank_accounts import BANK_ACCOUNT
from ila_identity.domain.register_facts import ASKED, KNOWN, UNAVAILABLE
from ila_identity.usecases.bank_accounts import payable_accounts
from ila_identity.usecases.earlier_support import AskSupport, Supports, supports_of
from ila_identity.usecases.person_facts import Facts, facts_of
from ila_identity.usecases.persons import names_of

ROOT = "/api/identity/v1"
MOST = 200
facts = Resource(
    "person-facts", __name__, url_prefix=f"{ROOT}/person-facts", description="Facts for services"
)
names = Resource(
    "person-names", __name__, url_prefix=f"{ROOT}/person-names", description="Names for services"
)
supports = Resource(
    "earlier-support",
    __name__,
    url_prefix=f"{ROOT}/earlier-support",
    description="What other sources of public money paid for persons",
)
accounts = Resource(
    "organisation-accounts",
    __name__,
    url_prefix=f"{ROOT}/organisation-accounts",
    description="Where organisations are paid to",
)


class PersonsQuestionSchema(Schema):
    """About whom is asked, and what for."""

    person_ids = fields.List(fields.Id(), required=True, validate=validate.Length(1, MOST))
    purpose = fields.Text(max=200, required=True)


class FactSchema(Schema):
    """A birth date with its provenance.

    `state`: `register` (told by the population register), `asked` (being asked: ask again soon) or
    `unavailable` (it did not answer); the birth date of the last two is that of the e-identity.
    """

    person_id = fields.Id(required=True)
    birth_date = fields.Date(required=True)
    source = fields.OneOf(["population-register", "e-identity"], required=True)
    state = fields.OneOf([KNOWN, ASKED, UNAVAILABLE], required=True)
    alive = fields.Flag(required=True, allow_none=True)
    observed_at = fields.Instant(required=True)
    legal_basis = fields.String(required=True)


class FactsSchema(Schema):
    """The facts found, and the ids nobody is known by."""

    facts = fields.List(fields.Nested(FactSchema), required=True)
    missing = fields.List(fields.Id(), required=True)


class NameSchema(Schema):
    """How a person is called."""

    person_id = fields.Id(required=True)
    given_name = fields.String(required=True)
    family_name = fields.String(required=True)
    masked_code = fields.String(required=True)


class NamesSchema(Schema):
    """The names of those who are known."""

    names = fields.List(fields.Nested(NameSchema), required=True)


class SupportQuestionSchema(Schema):
    """About whom is asked; an answer of the register from before `since` does not count."""

    person_id = fields.Id(required=True)
    since = fields.Instant(required=True)


class SupportsQuestionSchema(Schema):
    """About whom is asked, and what for."""

    questions = fields.List(
        fields.Nested(SupportQuestionSchema), required=True, validate=validate.Length(1, MOST)
    )
    purpose = fields.Text(max=200, required=True)


class SupportSchema(Schema):
    """What another source paid, as the register tells it."""

    reference = fields.String(required=True)
    source = fields.String(required=True)
    family = fields.String(required=True)
    title = fields.String(required=True)
    supported_on = fields.Date(required=True)


class SupportsOfSchema(Schema):
    """What the register of earlier support told of a person, with its provenance.

    `state`: `register` (it told; without supports there are none), `asked` (being asked: ask again soon) or
    `unavailable` (it did not answer); the last two say nothing about whether there were any.
    """

    person_id = fields.Id(required=True)
    state = fields.OneOf([KNOWN, ASKED, UNAVAILABLE], required=True)
    answer_id = fields.Id(required=True, allow_none=True)
    observed_at = fields.Instant(required=True, allow_none=True)
    legal_basis = fields.String(required=True, allow_none=True)
    supports = fields.List(fields.Nested(SupportSchema), required=True)


class SupportsSchema(Schema):
    """What is known, and the ids nobody is known by."""

    answers = fields.List(fields.Nested(SupportsOfSchema), required=True)
    missing = fields.List(fields.Id(), required=True)


class AccountsQuestionSchema(Schema):
    """About which organisations is asked, and what for."""

    organisation_ids = fields.List(fields.Id(), required=True, validate=validate.Length(1, MOST))
    purpose = fields.Text(max=200, required=True)


class PayableAccountSchema(Schema):
    """Where an organisation is paid to; nothing is paid before `payable_from`, nor while it is null."""

    organisation_id = fields.Id(required=True)
    title = fields.String(required=True)
    account_id = fields.Id(required=True)
    iban = fields.String(required=True)
    holder = fields.String(required=True)
    state = fields.OneOf(sorted(BANK_ACCOUNT.states), required=True)
    payable_from = fields.Instant(required=True, allow_none=True)


class AccountsSchema(Schema):
    """One account per organisation that has any."""

    accounts = fields.List(fields.Nested(PayableAccountSchema), required=True)


@facts.operation(
    "POST",
    "",
    Access(any={"identity.facts"}),
    body=PersonsQuestionSchema,
    answer=(200, FactsSchema),
    reads=True,
)
def post_person_facts(call: Call) -> Facts:
    """Tell the birth dates of up to 200 persons, and whether they are alive; each look is noted."""
    return facts_of(call.unit, call.body["person_ids"], call.body["purpose"], call.deps.legal_basis)


@names.operation(
    "POST",
    "",
    Access(any={"identity.names"}),
    body=PersonsQuestionSchema,
    answer=(200, NamesSchema),
    reads=True,
)
def post_person_names(call: Call) -> dict[str, Any]:
    """Tell the names of up to 200 persons, their codes masked; each look is noted."""
    return {"names": names_of(call.unit, call.body["person_ids"], call.body["purpose"])}


@supports.operation(
    "POST",
    "",
    Access(any={"identity.earlier_support"}),
    body=SupportsQuestionSchema,
    answer=(200, SupportsSchema),
    reads=True,
)
def post_earlier_support(call: Call) -> Supports:
    """Tell what other sources paid for up to 200 persons; each look is noted."""
    questions = [AskSupport(**one) for one in call.body["questions"]]
    return supports_of(call.unit, questions, call.body["purpose"])


@accounts.operation(
    "POST",
    "",
    Access(any={"identity.bank_accounts"}),
    body=AccountsQuestionSchema,
    answer=(200, AccountsSchema),
    reads=True,
)
def post_organisation_accounts(call: Call) -> dict[str, Any]:
    """Tell where up to 200 organisations are paid to, with the whole account number; each look is noted."""
    found = payable_accounts(call.unit, call.body["organisation_ids"], call.body["purpose"])
    return {"accounts": found}
