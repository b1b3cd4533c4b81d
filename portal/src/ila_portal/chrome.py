"""What stands around every page: the sections of the portal, the places of a desk, the way back."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import flask
from flask_babel import gettext

from ila_portal.deeds import Deed
from ila_portal.desks import Page
from ila_portal.forms import asked, flat
from ila_portal.pages import AGENCY, DESKS
from ila_portal.texts import money, spoken, word
from ila_portal.visitor import has_session, here, organisations, person, roles, way_to_step_up

OF_ACCOUNT = {"account", "sessions", "my_data", "reach", "applications", "groups"}


@dataclass(frozen=True, slots=True)
class Link:
    """A way to go; `current` tells whether one is there (`page`) or inside (`true`)."""

    name: str
    address: str
    current: str = ""

    @property
    def text(self) -> str:
        """What it is called in the page's language."""
        return word("page", self.name)


def init_app(app: flask.Flask) -> None:
    """Give the templates of an application what they call."""
    app.jinja_env.globals |= {
        "visitor_now": person,
        "sections": sections,
        "places_of": places_of,
        "trail_of": trail_of,
        "onward": onward,
        "new_address": new_address,
        "name_of": name_of,
        "name_of_person": name_of_person,
        "word_of": gettext,
        "here": here,
        "way_to_step_up": way_to_step_up,
        "without_after": without_after,
    }
    app.jinja_env.filters |= {
        "at": at,
        "first_of": first_of,
        "share_of": share_of,
        "flat": lambda thing: dict(flat(thing)),
        "deeds_for": deeds_for,
        "by_reach": by_reach,
        "asked": asked,
    }


def sections() -> list[Link]:
    """Return the sections this visitor may enter."""
    blueprint = flask.request.blueprint or ""
    found = [
        ("programmes", "programmes.show_list", {"programmes", "apply", "calls"}),
        ("indicators", "indicators.show", {"indicators"}),
        ("account" if has_session() else "sign-in", "account.show", OF_ACCOUNT),
    ]
    if organisations():
        found.append(("provider", "provider_home.choose", {"provider", "provider_home"}))
    if organisations("employer"):
        found.append(("employer", "employer_home.choose", {"employer", "employer_home"}))
    if AGENCY.visible_pages(roles()):
        found.append(("agency", "agency.today", {"agency"}))
    return [
        Link(name, flask.url_for(end), "true" if blueprint in inside else "") for name, end, inside in found
    ]


def places_of(desk: str) -> list[Link]:
    """Return the pages of a desk that stand in its navigation, for this person."""
    if desk not in DESKS:
        return []
    known = _known()
    here = (flask.request.endpoint or "").partition(".")[2]
    inside = _page(desk, here)
    return [
        Link(
            f"{desk}.{page.name}",
            flask.url_for(f"{desk}.{page.name}", **known),
            "page" if page.name == here else "true" if inside and inside.under == page.name else "",
        )
        for page in DESKS[desk].visible_pages(roles(known.get("organisation_id")))
    ]


def trail_of(desk: str, view: Page) -> list[Link]:
    """Return the way back: the desk, and the page that this one hangs under."""
    home = DESKS[desk].home if desk in DESKS else ""
    steps = [name for name in (home, view.under) if name and name != view.name]
    return [
        Link(f"{desk}.{name}", flask.url_for(f"{desk}.{name}", **_known())) for name in dict.fromkeys(steps)
    ]


def onward(endpoint: str, one: str) -> str:
    """Return the address of one thing of a list."""
    return flask.url_for(endpoint, **_known(), id=one)


def new_address(endpoint: str) -> str:
    """Return the address where a list gets a new entry."""
    return flask.url_for(endpoint, **_known())


def name_of(thing: Mapping[str, Any]) -> str:
    """Return how a thing is called where one is chosen among several."""
    names = (
        spoken(thing, "title"),
        *(thing.get(name) for name in ("text", "name", "code", "number", "viis_number")),
    )
    if found := next((str(name) for name in names if name), ""):
        return found
    if thing.get("given_name"):
        return name_of_person(thing)
    last = str(thing.get("id") or thing.get("application_id"))[-8:]
    return f"{last} · {money(thing['amount'])}" if "amount" in thing else last


def name_of_person(one: Mapping[str, Any]) -> str:
    """Return a person's name; the end of an id when a service may not tell it."""
    name = " ".join(str(one[part]) for part in ("given_name", "family_name") if one.get(part))
    return name or str(one.get("application_id") or one.get("person_id") or one.get("id") or "–")[-8:]


def share_of(part: Mapping[str, str], whole: Mapping[str, str]) -> float:
    """Return how much of a whole an amount is, in thousandths: for drawing only."""
    limit = Decimal(whole["amount"])
    return round(float(1000 * Decimal(part["amount"]) / limit), 2) if limit else 0.0


def without_after(*also: str) -> dict[str, str]:
    """Return what the visitor asked of a list, without the page of it and these other parts."""
    dropped = ("after", "done", *also)
    return {name: value for name, value in flask.request.args.items() if value and name not in dropped}


def at(thing: Any, place: str) -> Any:
    """Return the value at a place such as `receipt.sequence`; None when there is none."""
    for step in place.split("."):
        thing = thing.get(step) if isinstance(thing, Mapping) else None
    return thing


def first_of(answers: Mapping[str, Any]) -> Any:
    """Return what a page is about: the first of its answers."""
    return next(iter(answers.values()), {})


def deeds_for(deeds: Iterable[Deed], held: set[str], thing: Mapping[str, Any]) -> list[Deed]:
    """Return the deeds that these roles have at a thing."""
    return [deed for deed in deeds if deed.is_for(held, thing)]


def by_reach(
    deeds: Iterable[Deed], held: set[str], things: Iterable[Mapping[str, Any]], visitor: Mapping[str, Any]
) -> tuple[list[Deed], list[Deed]]:
    """Part the deeds of rows: those within reach, and those that a row has only after a stronger sign-in."""
    reached = [deed for deed in deeds if deed.is_reached_by(visitor)]
    beyond = [deed for deed in deeds if deed not in reached]
    return reached, [deed for deed in beyond if any(deed.is_for(held, thing) for thing in things)]


def _known() -> dict[str, Any]:
    """Return what of the address goes on to every page of a desk."""
    given = flask.request.view_args or {}
    return {"organisation_id": str(given["organisation_id"])} if "organisation_id" in given else {}


def _page(desk: str, name: str) -> Page | None:
    return next((page for page in DESKS[desk].pages if page.name == name), None)
