"""My group: when and where we meet, and that I was there."""

from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Page
from ila_portal.forms import Field

groups = Desk("groups", "/groups/<uuid:id>")
GROUPS = "/api/applications/v1/groups"
SESSIONS = "/api/applications/v1/sessions"
CONFIRMATION = Deed(
    "attendance-confirmation",
    f"{SESSIONS}/{{target}}/confirmation",
    (Field("code", "digits", label="session-code"),),
    verbs=("confirm",),
)

groups.add(
    "",
    Page(
        "show_one",
        {"group": f"{GROUPS}/{{id}}", "sessions": f"{GROUPS}/{{id}}/sessions"},
        row_deeds=(CONFIRMATION,),
        template="group.html",
    ),
)
