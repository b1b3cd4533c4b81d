"""What funding keeps about a person."""

from ila_kit.store.personal_data import all_of

from ila_funding.store import ledger_tables as lt
from ila_funding.store import tables as t
from ila_funding.store import told_tables as told
from ila_funding.store.support_tables import supported_content

PARTS = {
    "requests": all_of(t.hold_request, "line_id"),
    "holds": all_of(t.hold, "line_id"),
    "supported_content": all_of(supported_content),
    "accounts": all_of(t.learner_account),
    "top_ups": all_of(lt.top_up, "proposed_by", "confirmed_by"),
    "ledger_entries": all_of(t.ledger_entry, "line_id"),
    "verified_results": all_of(told.verified_result),
}
