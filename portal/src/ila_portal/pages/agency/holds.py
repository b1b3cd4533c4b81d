"""Money held for applications, and what the register of earlier support says of each hold."""

from ila_portal.desks import Listing, Page, Shown
from ila_portal.pages.agency.desk import AUDITOR, CLAIMS, RATES, agency

HOLDS = "/api/funding/v1/holds"

agency.add(
    "/holds",
    Page(
        "holds",
        {"holds": Listing(HOLDS, {"support_check": ("pending", "clear", "found")})},
        shows=(
            Shown("created_at", "moment"),
            Shown("application_id", "short", label="application"),
            Shown("amount", "money"),
            Shown("state", "tag", words="hold"),
            Shown("support_check", "tag", words="support"),
            Shown("support_checked_at", "moment"),
            Shown("earlier_support"),
        ),
        roles=CLAIMS + RATES[:1] + AUDITOR,
        words="support",
    ),
)
