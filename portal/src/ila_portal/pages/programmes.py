"""The catalogue: find a programme, and see what it costs and why."""

from datetime import datetime
from typing import Any
from uuid import UUID

import flask
from ila_kit.clock import utc_now

from ila_portal.api import Refused
from ila_portal.visitor import api

programmes = flask.Blueprint("programmes", __name__, url_prefix="/programmes")
CATALOGUE = "/api/catalog/v1/public/programmes"
QUOTES = "/api/funding/v1/public/quotes"
KINDS = ("module", "module_set", "study_course", "study_module")
PAGE = 20
LONGEST_QUERY = 200


@programmes.get("")
def show_list() -> str:
    """Show a page of programmes that match a search."""
    given = flask.request.args
    wish = {
        "q": given.get("q", "").strip()[:LONGEST_QUERY],
        "kind": given.get("kind") if given.get("kind") in KINDS else "",
    }
    after = given.get("after", "")
    page = api().get(CATALOGUE, **wish, after=after, limit=PAGE)
    return flask.render_template("programmes.html", page=page, wish=wish, after=after, kinds=KINDS)


@programmes.get("/<uuid:programme_id>")
def show_one(programme_id: UUID) -> str:
    """Show a programme with its price and the explanation of that price."""
    programme = api().get(f"{CATALOGUE}/{programme_id}")
    return flask.render_template(
        "programme.html", programme=programme, quote=quote_or_none(programme), phase=phase_of(programme)
    )


def quote_for(programme: dict[str, Any]) -> dict[str, Any]:
    """Return the price of a programme with every step of its calculation. Raises Refused or Unavailable."""
    quote: dict[str, Any] = api().ask(QUOTES, programme["quote"]["body"])
    return quote


def quote_or_none(programme: dict[str, Any]) -> dict[str, Any] | None:
    """Return the price, or None when the rules have none: the programme can still be read."""
    try:
        return quote_for(programme)
    except Refused:
        return None


def phase_of(programme: dict[str, Any]) -> str:
    """Return `early`, `open` or `late`: what to show about applying; the service decides."""
    now = utc_now()
    if now < datetime.fromisoformat(programme["applications_open_at"]):
        return "early"
    return "open" if now < datetime.fromisoformat(programme["applications_close_at"]) else "late"
