"""Learners' accounts over HTTP: what a person was granted, and what became of it."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.clock import riga_date
from ila_kit.errors import Missing
from ila_kit.looks import note_look
from ila_kit.money import ZERO
from ila_kit.web.resource import Access, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.uploads import download

from ila_funding.events.published import PersonalDataViewed
from ila_funding.usecases.statements import account_statement, call_account

LOOK_PURPOSE = "supervision of the fund"
accounts = Resource(
    "accounts", __name__, url_prefix="/api/funding/v1/accounts", description="Learners' accounts"
)
BALANCES = ("granted", "held", "committed", "consumed", "released", "expired")


class BalanceSchema(Schema):
    """granted = held + committed + consumed + released + expired."""

    granted = fields.Money(required=True)
    held = fields.Money(required=True)
    committed = fields.Money(required=True)
    consumed = fields.Money(required=True)
    released = fields.Money(required=True)
    expired = fields.Money(required=True)


class EntitlementSchema(Schema):
    """What bounds an account: null is no bound. `left` is what may still be held."""

    ceiling = fields.Money(required=True, allow_none=True)
    left = fields.Money(required=True, allow_none=True)
    valid_until = fields.Instant(required=True, allow_none=True)
    lapsed_at = fields.Instant(required=True, allow_none=True)


class AddedSchema(Schema):
    """What an employer or another fund added, and what of it may still be used."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    funder_name = fields.String(required=True)
    amount = fields.Money(required=True)
    left = fields.Money(required=True)
    valid_until = fields.Instant(required=True)
    state = fields.String(required=True)


class CallAccountSchema(Schema):
    """The account in one call; `co_payment` is what the learner pays for live holds."""

    call_id = fields.Id(required=True)
    code = fields.String(required=True)
    title_lv = fields.String(required=True)
    title_en = fields.String(required=True)
    balance = fields.Nested(BalanceSchema, required=True)
    entitlement = fields.Nested(EntitlementSchema, required=True)
    co_payment = fields.Money(required=True)
    updated_at = fields.Instant(required=True)


class AccountSchema(Schema):
    """A learner's account: over all calls, and in each."""

    person_id = fields.Id(required=True)
    balance = fields.Nested(BalanceSchema, required=True)
    calls = fields.List(fields.Nested(CallAccountSchema), required=True)
    top_ups = fields.List(fields.Nested(AddedSchema), required=True)


class EntryQuery(ListQuery):
    """Filters of the entries."""

    call_id = fields.Id()
    hold_id = fields.Id()


class LearnerEntrySchema(Schema):
    """What an account gained (or lost, when negative), why, and where it comes from.

    A hold's entries name the programme and the quote, a top-up's its funder, those of an entitlement whose
    months are over the call it was for.
    """

    id = fields.Id(required=True)
    transaction_id = fields.Id(required=True)
    at = fields.Instant(required=True)
    reason = fields.String(required=True)
    account = fields.String(required=True)
    amount = fields.Money(required=True)
    call_id = fields.Id(required=True)
    call_code = fields.String(required=True)
    hold_id = fields.Id(required=True, allow_none=True)
    application_id = fields.Id(required=True, allow_none=True)
    programme_id = fields.Id(required=True, allow_none=True)
    programme_title_lv = fields.String(required=True, allow_none=True)
    programme_title_en = fields.String(required=True, allow_none=True)
    quote_hash = fields.String(required=True, allow_none=True)
    methodology_version = fields.String(required=True, allow_none=True)
    top_up_id = fields.Id(required=True, allow_none=True)
    funder_name = fields.String(required=True, allow_none=True)


class LanguageQuery(Schema):
    """In which language; Latvian unless something else is asked for."""

    lang = fields.OneOf(["lv", "en"], load_default="lv")


@accounts.operation("GET", "/me", Access(own={"learner"}), answer=(200, AccountSchema))
def get_my_account(call: Call) -> dict[str, Any]:
    """Show the caller's own account; one without any movement is all zeros."""
    if call.scope.person is None:
        raise Missing()
    rows = call.unit.ledger.accounts_of(call.scope.person)
    total = {name: sum((row[name] for row in rows), ZERO) for name in BALANCES}
    return {
        "person_id": call.scope.person,
        "balance": total,
        "calls": [_of_call(row) for row in rows],
        "top_ups": call.unit.top_ups.of(call.scope.person),
    }


@accounts.operation(
    "GET",
    "/me/statement.pdf",
    Access(own={"learner"}),
    query=LanguageQuery,
    answer=(200, None),
    media_type="application/pdf",
)
def get_my_statement(call: Call) -> flask.Response:
    """Hand out the caller's own account: how it stands in each call, and every movement, as a PDF."""
    if call.scope.person is None:
        raise Missing()
    language = call.query["lang"]
    statement = account_statement(call.unit, call.scope.person)
    data = call.deps.statements.write_account(statement, language)
    name = f"account-{riga_date(statement.made_at)}-{language}.pdf"
    return download(data, name, "application/pdf")


@accounts.operation(
    "GET",
    "/<uuid:person_id>/entries",
    Access(own={"learner"}, any={"auditor"}),
    query=EntryQuery,
    answer=(200, list_of(LearnerEntrySchema)),
)
def get_account_entries(call: Call, person_id: UUID) -> dict[str, Any]:
    """List the movements of a learner's account, the newest first."""
    if not call.scope.covers(person=person_id):
        raise Missing()
    page = call.unit.ledger.entries_of(person_id, page_request(call.query))
    note_look(call.unit, PersonalDataViewed, [person_id], ["account entries"], LOOK_PURPOSE)
    return {"items": page.rows, "next": page.next}


def _of_call(row: dict[str, Any]) -> dict[str, Any]:
    named = {name: row[name] for name in ("call_id", "code", "title_lv", "title_en", "updated_at")}
    bounds = {name: row[name] for name in ("ceiling", "valid_until", "lapsed_at")}
    balance = {name: row[name] for name in BALANCES}
    entitlement = bounds | {"left": call_account(row).left}
    return named | {"balance": balance, "entitlement": entitlement, "co_payment": row["co_payment"]}
