"""Months of the ledger: closed for good by two persons, one after the other; and what came after."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, CHECKER, RATES, agency
from ila_portal.pages.agency.limits import FUNDING

PERIODS = f"{FUNDING}/periods"
PERIOD = f"{PERIODS}/{{id}}"
MONTH = Shown("period", "month")
LATE_CHANGES = f"{FUNDING}/late-changes"
LATE_CHANGE = f"{LATE_CHANGES}/{{id}}"
LATE_SHOWS = (
    Shown("settled_on", "day"),
    Shown("amount", "money"),
    Shown("belongs_to", "month"),
    Shown("booked_in", "month"),
    Shown("state", "tag"),
    Shown("bank_reference"),
    Shown("run_id", "short", label="run"),
    Shown("queued_at", "moment"),
    Shown("resolved_at", "moment"),
    Shown("reason"),
)

agency.add(
    "/periods",
    Page(
        "periods",
        {"periods": Listing(PERIODS, {"state": ("proposed", "closed")}), "next": f"{PERIODS}/next"},
        shows=(MONTH, Shown("state", "tag"), Shown("proposed_at", "moment"), Shown("closed_at", "moment")),
        deeds=(Deed("period", PERIODS, (Field("period", "hidden"),), roles=RATES, onward="agency.period"),),
        one="agency.period",
        template="agency/periods.html",
        roles=RATES + AUDITOR,
    ),
)
agency.add(
    "/periods/<uuid:id>",
    Page(
        "period",
        {"period": PERIOD},
        shows=(MONTH, Shown("proposed_at", "moment"), Shown("closed_at", "moment")),
        deeds=(Deed("closure", f"{PERIOD}/closure", verbs=("close",), roles=RATES),),
        template="agency/period.html",
        under="periods",
    ),
)
agency.add(
    "/late-changes",
    Page(
        "late_changes",
        {"late": Listing(LATE_CHANGES, {"state": ("queued", "booked", "dismissed")})},
        shows=LATE_SHOWS[:5],
        one="agency.late_change",
        template="agency/late_changes.html",
        roles=RATES + AUDITOR + CHECKER,
    ),
)
agency.add(
    "/late-changes/<uuid:id>",
    Page(
        "late_change",
        {"late": LATE_CHANGE},
        shows=LATE_SHOWS,
        deeds=(
            Deed("late-booking", f"{LATE_CHANGE}/booking", verbs=("book",), roles=RATES),
            Deed(
                "late-dismissal",
                f"{LATE_CHANGE}/dismissal",
                (Field("reason", "area", fresh=True),),
                verbs=("dismiss",),
                roles=RATES,
                tone="danger",
            ),
        ),
        template="agency/late_change.html",
        under="late_changes",
    ),
)
