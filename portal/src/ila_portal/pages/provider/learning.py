"""The learning: groups, their people, sessions with attendance, results."""

from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.groups import GROUPS, SESSIONS
from ila_portal.pages.provider.desk import EDITOR, OWN, TRAINER, provider
from ila_portal.pages.provider.home import ORGANISATIONS
from ila_portal.pages.provider.training import PROGRAMMES

GROUP, SESSION = f"{GROUPS}/{{id}}", f"{SESSIONS}/{{target}}"
MEMBERS = f"{GROUP}/members"
STATES = (
    "planned", "recruiting", "formed", "started", "finished", "results_entered", "verified", "closed",
    "cancelled",
)  # fmt: skip
STAFF, TRAINERS = TRAINER, ("provider_trainer",)

provider.add(
    "/groups",
    Page(
        "groups",
        {"groups": Listing(GROUPS, {"state": STATES}, OWN)},
        shows=(
            Shown("title"),
            Shown("programme_title", "spoken", label="programme"),
            Shown("members", label="members"),
            Shown("state", "tag", words="status"),
            Shown("starts_on", "day"),
        ),
        one="provider.group",
        new="provider.group_form",
        roles=STAFF,
        words="status",
    ),
)
NEW_GROUP = Deed(
    "group",
    GROUPS,
    (
        Field("programme_id", "pick", words="programmes.items", label="programme"),
        Field("title", label="group_title"),
        Field("maximum", "whole"),
        Field("starts_on", "day"),
        Field("ends_on", "day"),
        Field("trainer_ids", "picks", words="members.items", label="trainers", value="person_id"),
    ),
    roles=EDITOR,
    onward="provider.group",
)
provider.add(
    "/groups/new",
    Page(
        "group_form",
        {
            "programmes": f"{PROGRAMMES}?organisation_id={{organisation_id}}&state=published&limit=200",
            "members": f"{ORGANISATIONS}/{{organisation_id}}/members?limit=200",
        },
        deeds=(NEW_GROUP,),
        template="form.html",
        under="groups",
    ),
)
GROUP_DEEDS = (
    Deed("opening", f"{GROUP}/opening", verbs=("open",), roles=EDITOR),
    Deed("formation", f"{GROUP}/formation", verbs=("form",), roles=EDITOR),
    Deed("start", f"{GROUP}/start", verbs=("start",), roles=STAFF),
    Deed(
        "session",
        f"{GROUP}/sessions",
        (
            Field("title"),
            Field("part", "pick", words="group.parts", value="title"),
            Field("starts_at", "instant"),
            Field("ends_at", "instant"),
            Field("learning_hours", "whole"),
        ),
        verbs=("plan_session",),
        roles=STAFF,
        tone="quiet",
    ),
    Deed("finish", f"{GROUP}/finish", verbs=("finish",), roles=STAFF),
    Deed(
        "cancellation",
        f"{GROUP}/cancellation",
        (Field("reason", "area"),),
        verbs=("cancel",),
        roles=EDITOR,
        tone="danger",
    ),
)
provider.add(
    "/groups/<uuid:id>",
    Page(
        "group",
        {"group": GROUP, "sessions": f"{GROUP}/sessions"},
        shows=(
            Shown("programme_title", "spoken", label="programme"),
            Shown("members"),
            Shown("minimum"),
            Shown("maximum"),
            Shown("starts_on", "day"),
            Shown("ends_on", "day"),
        ),
        deeds=GROUP_DEEDS,
        row_deeds=(
            Deed(
                "session-code",
                f"{SESSION}/code",
                verbs=("show_code",),
                roles=TRAINERS,
                tells=("code", "valid_until"),
            ),
        ),
        template="provider/group.html",
        under="groups",
        heading="title",
        words="status",
    ),
)


def _results(typed: dict[str, Any]) -> dict[str, Any]:
    """Return for each member whether the test was passed: who is not ticked did not."""
    passed = set(typed.get("passed", ()))
    return {"results": [{"application_id": one, "test_passed": one in passed} for one in typed["members"]]}


provider.add(
    "/groups/<uuid:id>/members",
    Page(
        "members_of_group",
        {"group": GROUP, "members": MEMBERS},
        deeds=(
            Deed(
                "results",
                f"{GROUP}/results",
                (Field("members", "hidden-many"), Field("passed", "picks", required=False)),
                method="PUT",
                verbs=("enter_results",),
                roles=STAFF,
                versioned=True,
                shape=_results,
            ),
        ),
        row_deeds=(
            Deed("no-show", f"{MEMBERS}/{{target}}/no-show", verbs=("no-show",), roles=STAFF),
            Deed("drop-out", f"{MEMBERS}/{{target}}/drop-out", verbs=("drop-out",), roles=STAFF),
        ),
        template="provider/members_of_group.html",
        under="groups",
    ),
)
provider.add(
    "/groups/<uuid:id>/sessions/<uuid:session_id>",
    Page(
        "attendance",
        {"members": MEMBERS, "attendance": f"{SESSIONS}/{{session_id}}/attendance"},
        deeds=(
            Deed(
                "attendance",
                f"{SESSIONS}/{{session_id}}/attendance",
                (Field("present", "picks", required=False, words="members.items", value="application_id"),),
                roles=TRAINERS,
            ),
        ),
        template="provider/attendance.html",
        under="groups",
    ),
)
