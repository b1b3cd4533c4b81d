"""Whether everything adds up: the ledger, and the reconciliation between services."""

from ila_portal.desks import Listing, Page, Shown
from ila_portal.pages.agency.desk import AUDITOR, RATES, agency
from ila_portal.pages.agency.limits import FUNDING

agency.add(
    "/ledger",
    Page(
        "ledger",
        {"entries": Listing(f"{FUNDING}/ledger/entries"), "verification": f"{FUNDING}/ledger/verification"},
        shows=(
            Shown("at", "moment"),
            Shown("reason", "word", label="movement", words="reason"),
            Shown("account", "word", words="account"),
            Shown("amount", "money"),
        ),
        template="agency/ledger.html",
        roles=AUDITOR,
    ),
)
agency.add(
    "/reconciliation",
    Page(
        "reconciliation",
        {"reconciliation": f"{FUNDING}/reconciliation"},
        template="agency/reconciliation.html",
        roles=AUDITOR + RATES[:1],
    ),
)
