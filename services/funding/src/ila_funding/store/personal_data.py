"""What funding keeps about a person."""

from ila_kit.store.personal_data import all_of

from ila_funding.store import tables as t

PARTS = {
    "requests": all_of(t.hold_request, "line_id"),
    "holds": all_of(t.hold, "line_id"),
    "accounts": all_of(t.learner_account),
    "ledger_entries": all_of(t.ledger_entry, "line_id"),
    "verified_results": all_of(t.verified_result),
}
