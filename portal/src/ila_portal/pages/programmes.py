"""The catalogue: find a programme, and see what it costs and why."""

from collections.abc import Mapping
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
# What the catalogue counts, in the order in which people ask for it; and what is typed beside.
FACETS = ("kind", "territory", "mode", "digcomp_area", "level", "language", "funding_source")
TYPED = ("price_max", "starts_from", "places_free")
SORTS = ("neutral", "price", "starts_on", "hours", "title")
PAGE = 20
LONGEST_QUERY = 200


@programmes.get("")
def show_list() -> str:
    """Show a page of programmes that match a search, and what each filter would still find."""
    wish = _wish(flask.request.args)
    after = flask.request.args.get("after", "")
    page, faults = _found(wish, after)
    # What was typed stays at its field to be mended; what cannot be chosen is not shown as chosen.
    wish |= {name: "" for name in faults if name in FACETS}
    return flask.render_template(
        "programmes.html",
        page=page,
        wish=wish,
        chosen={name: wish[name] for name in (*FACETS, *TYPED) if wish[name] and name not in faults},
        faults=faults,
        facets={name: page["facets"].get(name, []) for name in FACETS},
        sorts=SORTS,
    )


def _wish(given: Mapping[str, str]) -> dict[str, str]:
    """Return what a visitor looks for; an order that does not exist is nobody's."""
    wish = {name: given.get(name, "").strip()[:LONGEST_QUERY] for name in ("q", *FACETS, *TYPED, "sort")}
    return wish | {
        "sort": wish["sort"] if wish["sort"] in SORTS[1:] else "",
        "price_max": wish["price_max"].replace(",", "."),
    }


def _found(wish: Mapping[str, str], after: str) -> tuple[dict[str, Any], list[str]]:
    """Return a page of the catalogue, and the names of filters it did not understand and went without."""
    try:
        return api().get(CATALOGUE, **wish, facets="true", after=after, limit=PAGE), []
    except Refused as refused:
        faults = [name for name in wish if f"/{name}" in refused.problem.get("errors", {})]
        if not faults:
            raise
        understood = {name: value for name, value in wish.items() if name not in faults}
        return api().get(CATALOGUE, **understood, facets="true", after=after, limit=PAGE), faults


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
