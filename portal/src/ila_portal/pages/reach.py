"""How a learner is reached: the messages, and the profile with the address that letters go to."""

from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Listing, Page
from ila_portal.forms import Field

reach = Desk("reach", "/account")
MESSAGES, PROFILE = "/api/applications/v1/messages", "/api/applications/v1/profile"


def _said(body: dict[str, Any]) -> dict[str, Any]:
    """Return what the person says of themselves; an address left empty is taken back."""
    return {"email": None} | body


READ_ALL = Deed("read-all", f"{MESSAGES}/read")
SAY = Deed(
    "say-reach",
    PROFILE,
    (
        Field("email", "email", required=False, label="letter-email", hint=True),
        Field("language", "choice", choices=("lv", "en"), words="language", label="letter-language"),
        Field("letters", "tick", required=False),
    ),
    method="PATCH",
    versioned=True,
    shape=_said,
)
reach.add(
    "/messages",
    Page("messages", {"messages": Listing(MESSAGES)}, deeds=(READ_ALL,), template="messages.html"),
)
reach.add("/profile", Page("profile", {"profile": PROFILE}, deeds=(SAY,), template="profile.html"))
