"""Desks: a part of the portal for certain people. Its pages are data: what they read, show, and let do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import flask
from ila_kit.ids import uuid7

from ila_portal.deeds import Deed, Told, carry_out
from ila_portal.forms import Filled, is_id
from ila_portal.visitor import must_have_session, person, roles, seen_by_person

PAGE = 25


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of a service, a page at a time, filtered by what the visitor chose.

    `filters` are names and their choices; `by_id` are filters that take any id; `fixed` goes with every
    question and may hold names of the address.
    """

    path: str
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    by_id: tuple[str, ...] = ()

    def address(self, known: Mapping[str, Any]) -> str:
        """Return the path with its query."""
        given = flask.request.args
        chosen = {name: given[name] for name, choices in self.filters.items() if given.get(name) in choices}
        sought = {name: given[name].strip() for name in self.by_id if is_id(given.get(name, "").strip())}
        query = (
            {name: value.format(**known) for name, value in self.fixed.items()}
            | chosen
            | sought
            | {"limit": str(PAGE)}
        )
        after = {"after": given["after"]} if given.get("after") else {}
        return f"{self.path.format(**known)}?{urlencode(query | after)}"


@dataclass(frozen=True, slots=True)
class Shown:
    """A value of an answer as a page shows it.

    `show` is how, as templates/values.html knows; `words` the group of its words.
    """

    name: str
    show: str = "text"
    label: str = ""
    words: str = ""

    @property
    def text(self) -> str:
        """The key of its name."""
        return f"field.{self.label or self.name.rsplit('.', 1)[-1]}"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a desk. `reads` are at most two answers by name; the thing it is about is the first.

    `then` is read after them, where their answers say: `{offer[call_id]}`, unless they make it needless
    (`then_if`). `adds` makes of all answers what
    the template and `pick` fields find beside them. `deeds_of` makes of what it reads the deeds whose
    questions depend on that.
    `one` is the endpoint that shows a row of its list, `new` the one that adds to it; `under` is the page it
    hangs below. In the navigation it stands for those who hold one of `roles`, or everybody.
    """

    name: str
    reads: Mapping[str, str | Listing]
    shows: tuple[Shown, ...] = ()
    deeds: tuple[Deed, ...] = ()
    row_deeds: tuple[Deed, ...] = ()
    template: str = ""
    one: str = ""
    new: str = ""
    roles: tuple[str, ...] = ()
    under: str = ""
    heading: str = ""
    words: str = "state"
    then: Mapping[str, str] = field(default_factory=dict)
    then_if: Callable[[Mapping[str, Any]], bool] = lambda answers: True
    adds: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda answers: {}
    deeds_of: Callable[[Mapping[str, Any]], tuple[Deed, ...]] | None = None


class Desk(flask.Blueprint):
    """A blueprint whose pages are data. `places` are those of its navigation; all lead back to the first."""

    def __init__(self, name: str, url_prefix: str, places: tuple[str, ...] = ()):
        super().__init__(name, __name__, url_prefix=url_prefix)
        self.places = places
        self.pages: list[Page] = []
        self.rules: dict[str, str] = {}

    def visible_pages(self, held: set[str]) -> list[Page]:
        """Return the pages that stand in the navigation of somebody with these roles."""
        places = sorted((one for one in self.pages if one.name in self.places), key=self._order)
        return [page for page in places if not page.roles or not held.isdisjoint(page.roles)]

    @property
    def home(self) -> str:
        """The page that the others lead back to; empty when there is no navigation."""
        return self.places[0] if self.places else ""

    def _order(self, page: Page) -> int:
        return self.places.index(page.name)

    def add(self, rule: str, page: Page) -> None:
        """Answer an address with a page: GET shows it, POST does one of its deeds."""
        self.pages.append(page)
        self.rules[page.name] = rule
        acts = bool(page.deeds or page.row_deeds or page.deeds_of)
        self.add_url_rule(
            rule,
            page.name,
            lambda **_: answer(page, self.name),
            methods=["GET", "POST"] if acts else ["GET"],
        )


def answer(page: Page, desk: str, **facts: Any) -> Any:
    """Return a page for somebody signed in; after a deed the way onward, or its form with the faults."""
    must_have_session()
    known = dict(flask.request.view_args or {})
    answers = _read(page, known) if page.deeds_of else {}
    if page.deeds_of:
        page = replace(page, deeds=page.deeds_of(answers))
    outcome = carry_out(page.deeds + page.row_deeds) if flask.request.method == "POST" else None
    if outcome is not None and not isinstance(outcome, Filled | Told):
        return outcome
    answers = answers or _read(page, known)
    later = page.then if page.then_if(answers) else {}
    found = seen_by_person(*(one.format(**known, **answers) for one in later.values()))
    answers |= dict(zip(later, found, strict=True))
    answers |= page.adds(answers)
    listing = next((one for one in page.reads.values() if isinstance(one, Listing)), None)
    html = flask.render_template(
        page.template or ("list.html" if listing else "one.html"),
        view=page,
        desk=desk,
        listing=listing,
        answers=answers,
        person=person(),
        held=roles(str(known["organisation_id"]) if "organisation_id" in known else None),
        filled=outcome if isinstance(outcome, Filled) else None,
        told=outcome if isinstance(outcome, Told) else None,
        key=str(uuid7()),
        **facts,
    )
    return html, outcome.status if isinstance(outcome, Filled) else 200


def _read(page: Page, known: Mapping[str, Any]) -> dict[str, Any]:
    addresses = [
        one.address(known) if isinstance(one, Listing) else one.format(**known) for one in page.reads.values()
    ]
    return dict(zip(page.reads, seen_by_person(*addresses), strict=True))
