"""Bank accounts of an organisation over HTTP; their numbers are masked."""

from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_identity.domain import errors
from ila_identity.domain.bank_accounts import BANK_ACCOUNT, CONFIRMERS, BankAccount, Iban
from ila_identity.usecases.bank_accounts import (
    AccountOf,
    AddBankAccount,
    add_bank_account,
    confirm_bank_account,
    list_bank_accounts,
)

PREFIX = "/api/identity/v1/organisations"
OURS = "/<uuid:organisation_id>/bank-accounts"
bank_accounts = Resource(
    "bank-accounts", __name__, url_prefix=PREFIX, description="Where an organisation is paid to"
)
ADMINS = Access(own={"provider_admin"}, acr="high")
SECOND = Access(own=CONFIRMERS, acr="high")
READERS = Access(own=CONFIRMERS, any={"auditor"})
STATES = sorted(BANK_ACCOUNT.states)


class BankAccountQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(STATES)


class NewBankAccountSchema(Schema):
    """An account: its number, and whose it is."""

    iban = fields.Text(max=50, required=True)
    holder = fields.Text(max=200, required=True)


class BankAccountSchema(Schema):
    """An account of an organisation; money goes there from `payable_from` on, while it is confirmed.

    `state`: `added` (waits for a second person until `due_at`), `confirmed`, `replaced` or `lapsed`.
    """

    id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    iban = fields.String(required=True, metadata={"description": "masked"})
    holder = fields.String(required=True)
    state = fields.OneOf(STATES, required=True)
    added_by = fields.String(required=True)
    confirmed_by = fields.String(required=True, allow_none=True)
    confirmed_at = fields.Instant(required=True, allow_none=True)
    payable_from = fields.Instant(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)


@bank_accounts.operation(
    "GET", OURS, READERS, query=BankAccountQuery, answer=(200, list_of(BankAccountSchema))
)
def get_bank_accounts(call: Call, organisation_id: UUID) -> dict[str, Any]:
    """List the accounts of an organisation, newest first."""
    page = list_bank_accounts(call.unit, organisation_id, page_request(call.query), call.scope)
    return {"items": [_shown(one) for one in page.items], "next": page.next}


@bank_accounts.operation(
    "POST",
    OURS,
    ADMINS,
    body=NewBankAccountSchema,
    answer=(201, BankAccountSchema),
    idempotent=True,
    refusals=[errors.MalformedIban, errors.OrganisationClosed, errors.BankAccountKnown],
)
def post_bank_account(call: Call, organisation_id: UUID) -> Answer:
    """Name an account; a second person confirms it."""
    iban, holder = Iban.parse(call.body["iban"]), call.body["holder"]
    command = AddBankAccount(organisation_id=organisation_id, iban=iban, holder=holder)
    return _answer(add_bank_account(call.unit, command, call.scope))


@bank_accounts.operation(
    "POST",
    OURS + "/<uuid:account_id>/confirmation",
    SECOND,
    answer=(200, BankAccountSchema),
    idempotent=True,
    refusals=[WrongState, errors.OrganisationClosed, errors.SecondPersonNeeded],
)
def post_account_confirmation(call: Call, organisation_id: UUID, account_id: UUID) -> Answer:
    """Confirm an account; one that is not the first is paid to after the cooling time."""
    command = AccountOf(organisation_id, account_id)
    return _answer(confirm_bank_account(call.unit, command, call.scope, call.deps.limits))


def _shown(account: BankAccount) -> dict[str, Any]:
    plain = {name: getattr(account, name) for name in BankAccountSchema().fields}
    return plain | {"iban": account.iban.masked()}


def _answer(account: BankAccount) -> Answer:
    return Answer(_shown(account), version=account.version)
