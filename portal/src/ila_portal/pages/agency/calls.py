"""Calls: their schedule, changed by two, and their commission."""

from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, CALL_MANAGER, agency
from ila_portal.pages.provider.training import CATALOG

CALLS = f"{CATALOG}/calls"
CALL = f"{CALLS}/{{id}}"
MOST_PHASES, MOST_MEMBERS = 8, 5


def _schedule(required: bool) -> tuple[Field, ...]:
    """Return the questions for when each phase opens and closes."""
    return tuple(
        Field(
            f"phases.{number}.{name}",
            kind,
            required,
            f"phase_{name}",
            grouped=True,
            fresh=name != "name",
        )
        for number in range(MOST_PHASES)
        for name, kind in (("name", "hidden"), ("opens_at", "instant"), ("closes_at", "instant"))
    )


def _only_moved(typed: dict[str, Any]) -> dict[str, Any]:
    """Leave out the phases for which nothing was typed."""
    return typed | {"phases": [phase for phase in typed["phases"] if len(phase) > 1]}


agency.add(
    "/calls",
    Page(
        "calls",
        {"calls": Listing(CALLS)},
        shows=(Shown("title", "spoken"), Shown("code"), Shown("state", "tag")),
        one="agency.call",
        roles=CALL_MANAGER + AUDITOR,
    ),
)
agency.add(
    "/calls/<uuid:id>",
    Page(
        "call",
        {"call": CALL, "changes": f"{CALL}/schedule-changes"},
        shows=(Shown("code"), Shown("published_at", "moment")),
        deeds=(
            Deed("publication", f"{CALL}/publication", verbs=("publish",), roles=CALL_MANAGER),
            Deed(
                "schedule-change",
                f"{CALL}/schedule-changes",
                (*_schedule(required=False), Field("reason", "area")),
                roles=CALL_MANAGER,
                states=("published",),
                shape=_only_moved,
            ),
            Deed(
                "copy",
                CALLS,
                (
                    Field("based_on", "given"),
                    Field("code", fresh=True),
                    Field("title_lv"),
                    Field("title_en"),
                    *_schedule(required=True),
                ),
                roles=CALL_MANAGER,
                onward="agency.call",
                tone="quiet",
            ),
        ),
        row_deeds=(
            Deed(
                "schedule-confirmation",
                f"{CALL}/schedule-changes/{{target}}/confirmation",
                verbs=("apply",),
                roles=CALL_MANAGER,
            ),
            Deed(
                "schedule-withdrawal",
                f"{CALL}/schedule-changes/{{target}}/withdrawal",
                verbs=("withdraw",),
                roles=CALL_MANAGER,
            ),
        ),
        template="agency/call.html",
        under="calls",
        heading="title",
    ),
)
agency.add(
    "/calls/<uuid:id>/commission",
    Page(
        "commission",
        {"commission": f"{CALL}/commission"},
        deeds=(
            Deed(
                "commission",
                f"{CALL}/commission",
                (
                    *(
                        Field(f"members.{n}", required=n < 2, label="commission_member")
                        for n in range(MOST_MEMBERS)
                    ),
                    Field("chair", label="commission_chair"),
                ),
                method="PUT",
                versioned=True,
                roles=CALL_MANAGER,
            ),
        ),
        template="agency/commission.html",
        under="calls",
    ),
)
