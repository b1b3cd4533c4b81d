"""Where the money is and whether everything adds up: budget lines, ledger, reconciliation, indicators."""

from ila_portal.desks import Listing, Page, Shown
from ila_portal.pages.agency.desk import AUDITOR, CALL_MANAGER, CLAIMS, RATES, agency

FUNDING = "/api/funding/v1"

agency.add(
    "/budget",
    Page(
        "budget",
        {"lines": Listing(f"{FUNDING}/budget-lines")},
        template="agency/budget.html",
        roles=CALL_MANAGER + CLAIMS + RATES + AUDITOR,
    ),
)
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
