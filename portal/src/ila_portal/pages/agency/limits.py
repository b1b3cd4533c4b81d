"""Budget lines: how they stand, what of them one person proposes and another approves, when they pause."""

from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, CALL_MANAGER, CLAIMS, RATES, agency

FUNDING = "/api/funding/v1"
PUBLISHED_CALLS = "/api/catalog/v1/public/calls?limit=200"
LINES = f"{FUNDING}/budget-lines"
LINE = f"{LINES}/{{id}}"
RATE_MANAGER, RATE_APPROVER = RATES[:1], RATES[1:]
MOST = 50
WHY = (Field("reason", "area", fresh=True),)
LIMIT = (Field("limit", "money", label="line_limit"), *WHY)
WHICH = (Field("change_id", "target"),)
RULES = (
    Field("alarm_shares.*", "whole", required=False, label="alarm_share", most=MOST),
    Field("pause_share", "whole", required=False, hint=True),
    Field("pause_from", "instant", required=False),
    Field("pause_until", "instant", required=False, hint=True),
    Field("exempt.*", required=False, label="exempt", hint=True, most=MOST),
    *WHY,
)


def _all_rules(typed: dict[str, Any]) -> dict[str, Any]:
    """Return all rules that the line is to have: what was left empty is none."""
    no_pause = dict.fromkeys(("pause_share", "pause_from", "pause_until"))
    return {"alarm_shares": [], "exempt": []} | no_pause | typed


agency.add(
    "/budget",
    Page(
        "budget",
        {"lines": Listing(LINES)},
        template="agency/budget.html",
        roles=CALL_MANAGER + CLAIMS + RATES + AUDITOR,
    ),
)
agency.add(
    "/budget/new",
    Page(
        "line_form",
        {"calls": PUBLISHED_CALLS},
        deeds=(
            Deed(
                "line",
                LINES,
                (
                    Field("call_id", "pick", words="calls.items", label="call"),
                    Field("funding_source"),
                    Field("stratum", required=False, hint=True),
                    *LIMIT,
                ),
                roles=RATE_MANAGER,
                onward="agency.line",
            ),
        ),
        template="form.html",
        under="budget",
    ),
)
agency.add(
    "/budget/<uuid:id>",
    Page(
        "line",
        {"line": LINE, "changes": f"{FUNDING}/budget-line-changes?line_id={{id}}&limit=50"},
        shows=(
            Shown("created_at", "moment"),
            Shown("limit_before", "money"),
            Shown("limit", "money", label="line_limit"),
            Shown("state", "tag"),
            Shown("reason"),
        ),
        deeds=(
            Deed("limit", f"{LINE}/limit", LIMIT, roles=RATE_MANAGER),
            Deed("rules", f"{LINE}/rules", RULES, roles=RATE_MANAGER, shape=_all_rules),
            Deed("line-pause", f"{LINE}/pause", WHY, verbs=("pause",), roles=RATES, tone="danger"),
            Deed("line-resumption", f"{LINE}/resumption", WHY, verbs=("resume",), roles=RATES),
        ),
        row_deeds=(
            Deed(
                "line-approval",
                f"{LINE}/approval",
                WHICH,
                verbs=("approve",),
                roles=RATE_APPROVER,
                acr="high",
            ),
            Deed("line-withdrawal", f"{LINE}/withdrawal", WHICH, verbs=("withdraw",), roles=RATES),
        ),
        template="agency/line.html",
        under="budget",
        then={"meter": f"{LINE}/meter"},
    ),
)
