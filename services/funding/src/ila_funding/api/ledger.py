"""The ledger over HTTP, for those who check it."""

from typing import Any

from ila_kit.web.resource import Access, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_funding.domain.ledger import Account, Reason

ledger = Resource(
    "ledger", __name__, url_prefix="/api/funding/v1/ledger", description="Every movement of money"
)
AUDITOR = Access(any={"auditor"})
ACCOUNTS = [account.value for account in Account]
REASONS = [reason.value for reason in Reason]


class LedgerQuery(ListQuery):
    """Filters of the entries."""

    account = fields.OneOf(ACCOUNTS)
    reason = fields.OneOf(REASONS)
    transaction_id = fields.Id()
    line_id = fields.Id()
    call_id = fields.Id()
    person_id = fields.Id()
    hold_id = fields.Id()
    organisation_id = fields.Id()
    funder_id = fields.Id()
    period = fields.Date()
    belongs_to = fields.Date()


class LedgerEntrySchema(Schema):
    """What one account gained in a transaction, or lost when negative."""

    id = fields.Id(required=True)
    transaction_id = fields.Id(required=True)
    at = fields.Instant(required=True)
    reason = fields.OneOf(REASONS, required=True)
    account = fields.OneOf(ACCOUNTS, required=True)
    amount = fields.Money(required=True)
    line_id = fields.Id(required=True, allow_none=True)
    call_id = fields.Id(required=True)
    person_id = fields.Id(required=True, allow_none=True)
    hold_id = fields.Id(required=True, allow_none=True)
    reverses = fields.Id(required=True, allow_none=True)
    top_up_id = fields.Id(required=True, allow_none=True)
    funder_id = fields.Id(required=True, allow_none=True)
    organisation_id = fields.Id(required=True, allow_none=True)
    effective_on = fields.Date(
        required=True, allow_none=True, metadata={"description": "day it is booked on, when not that of `at`"}
    )
    period = fields.Date(required=True)
    belongs_to = fields.Date(required=True, allow_none=True)


class LedgerVerificationSchema(Schema):
    """Whether everything fits: the sum is zero, and stored balances equal those rebuilt from entries.

    Holds and lines are also beside what was told of them, closed periods beside what was kept of them.
    """

    verified = fields.Flag(required=True)
    sum = fields.Money(required=True)
    entries = fields.WholeNumber(min=0, max=2**63, required=True)
    transactions = fields.WholeNumber(min=0, max=2**63, required=True)
    unbalanced_transactions = fields.List(fields.Id(), required=True)
    differing_lines = fields.List(fields.Id(), required=True)
    differing_accounts = fields.List(fields.Id(), required=True)
    lines_differing_from_holds = fields.List(fields.Id(), required=True)
    holds_differing_from_entries = fields.List(fields.Id(), required=True)
    holds_without_entries = fields.List(fields.Id(), required=True)
    holds_differing_from_events = fields.List(fields.Id(), required=True)
    lines_differing_from_payments = fields.List(fields.Id(), required=True)
    lines_differing_from_events = fields.List(fields.Id(), required=True)
    differing_top_ups = fields.List(fields.Id(), required=True)
    differing_periods = fields.List(fields.Date(), required=True)


@ledger.operation("GET", "/entries", AUDITOR, query=LedgerQuery, answer=(200, list_of(LedgerEntrySchema)))
def get_ledger_entries(call: Call) -> dict[str, Any]:
    """List the entries of the ledger, the newest first."""
    page = call.unit.ledger.entries(page_request(call.query))
    return {"items": page.rows, "next": page.next}


@ledger.operation("GET", "/verification", AUDITOR, answer=(200, LedgerVerificationSchema))
def get_ledger_verification(call: Call) -> dict[str, Any]:
    """Rebuild every balance from the entries, and name what differs from what is stored."""
    found: dict[str, Any] = call.unit.verify_ledger()
    return found
