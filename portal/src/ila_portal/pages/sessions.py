"""My sessions: where I am signed in; ending one, or all of them."""

from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Page

sessions = Desk("sessions", "/account/sessions")
SESSIONS = "/auth/sessions"

sessions.add(
    "",
    Page(
        "show_list",
        {"sessions": SESSIONS},
        row_deeds=(Deed("session-end", f"{SESSIONS}/{{target}}", method="DELETE"),),
        template="sessions.html",
    ),
)
# The form of this page goes to the gateway itself, which also takes the session from the browser.
sessions.add("/everywhere", Page("everywhere", {"sessions": SESSIONS}, template="sessions_everywhere.html"))
