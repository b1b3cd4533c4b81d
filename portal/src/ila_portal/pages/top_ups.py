"""What employers and other funds add to a learner's account: given, confirmed, given back."""

from typing import Any

import flask
from werkzeug.wrappers import Response

from ila_portal.api import NotThere
from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Listing, Page, Shown
from ila_portal.forms import Field, is_id
from ila_portal.visitor import api, must_have_session

TOP_UPS = "/api/funding/v1/accounts/{id}/top-ups"
TOP_UP = f"{TOP_UPS}/{{target}}"
PUBLISHED_CALLS = "/api/catalog/v1/public/calls?limit=200"
KINDS = ("module", "module_set", "study_course", "study_module")
STATES = ("proposed", "active", "expired", "reversed")
SHOWS = (
    Shown("funder_name"),
    Shown("amount", "money"),
    Shown("left", "money", label="unused"),
    Shown("valid_until", "until"),
    Shown("state", "tag"),
    Shown("reason"),
)
FIELDS = (
    Field("call_id", "pick", words="calls.items", label="call"),
    Field("funder_name"),
    Field("amount", "money"),
    Field("kinds", "ticks", required=False, words="kind", choices=KINDS, label="kept_for", hint=True),
    Field("programme_ids.*", required=False, label="kept_for_programme", hint=True, most=100),
    Field("valid_through", "day", label="valid_until"),
)


def as_sent(typed: dict[str, Any]) -> dict[str, Any]:
    """Return a top-up with the ids of its programmes, told by those or by the addresses of their pages."""
    ids = [one.partition("?")[0].rstrip("/").rpartition("/")[2] for one in typed.get("programme_ids", [])]
    return typed | {"programme_ids": ids}


def add_pages(desk: Desk, adding: Deed, row_deeds: tuple[Deed, ...], roles: tuple[str, ...]) -> None:
    """Give a desk the page where an account is looked for, and the one of what was added to it."""
    desk.add("/top-ups", Page("top_ups", {}, template="top_ups.html", roles=roles))
    desk.add_url_rule("/top-ups/account", "find_account", lambda **known: _find(desk.name, **known))
    desk.add(
        "/top-ups/<uuid:id>",
        Page(
            "learner_top_ups",
            {"top_ups": Listing(TOP_UPS, {"state": STATES}), "calls": PUBLISHED_CALLS},
            shows=SHOWS,
            deeds=(adding,),
            row_deeds=row_deeds,
            template="learner_top_ups.html",
            under="top_ups",
        ),
    )


def _find(desk: str, **known: Any) -> Response:
    """Lead to the account whose number was typed; back to the question when it is none.

    What is none may be a personal code: it is not repeated in an address.

    An employer that never added to an account sees nothing of it, and so is led to the form.
    """
    must_have_session()
    number = flask.request.args.get("person_id", "").strip().lower()
    if is_id(number):
        page = "learner_top_ups" if desk == "agency" or _is_seen(number) else "top_up_form"
        return flask.redirect(flask.url_for(f"{desk}.{page}", **known, id=number), 303)
    return flask.redirect(flask.url_for(f"{desk}.top_ups", **known, unknown="-"), 303)


def _is_seen(number: str) -> bool:
    try:
        api().get(TOP_UPS.format(id=number), limit=1)
    except NotThere:
        return False
    return True
