"""Versions of the methodology: drafted by one person, seen with what they change, approved by another."""

from collections.abc import Callable, Mapping
from typing import Any

import flask

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, RATES, agency
from ila_portal.pages.agency.limits import FUNDING, RATE_APPROVER, RATE_MANAGER

METHODOLOGIES = f"{FUNDING}/methodologies"
METHODOLOGY = f"{METHODOLOGIES}/{{id}}"
STATES = ("draft", "in_review", "approved")
CONTENT = ("version", "title", "document", "valid_from", "corrects", "kinds", "continuing_programmes")
# What of a kind of cost a new version may change, and how that is asked; the rest stays as it is.
OF_KIND = {"rate": "money", "cap": "money", "share": "whole", "source": "text"}
OF_PRICE = {"price": "money", "source": "text"}
OF_PROGRAMME = {"hours": "whole", "ceiling": "money", "source": "text"}
SHOWS = (
    Shown("version", label="methodology_version"),
    Shown("title"),
    Shown("valid_from", "day"),
    Shown("known_from", "moment"),
    Shown("state", "tag", words="status"),
)


def _is_undecided_or_asked(answers: Mapping[str, Any]) -> bool:
    """Tell whether to compute what a version changes: while that helps to decide, else when asked."""
    return answers["methodology"]["state"] != "approved" or "impact" in flask.request.args


agency.add(
    "/methodologies",
    Page(
        "methodologies",
        {"methodologies": Listing(METHODOLOGIES, {"state": STATES})},
        shows=SHOWS,
        one="agency.methodology",
        roles=RATES + AUDITOR,
        words="status",
    ),
)
agency.add(
    "/methodologies/<uuid:id>",
    Page(
        "methodology",
        {"methodology": METHODOLOGY},
        shows=(SHOWS[0], SHOWS[2], SHOWS[3], Shown("corrects"), Shown("due_at", "until"), Shown("reason")),
        deeds=(
            Deed(
                "methodology-submission", f"{METHODOLOGY}/submission", verbs=("submit",), roles=RATE_MANAGER
            ),
            Deed("methodology-approval", f"{METHODOLOGY}/approval", verbs=("approve",), roles=RATE_APPROVER),
            Deed(
                "methodology-return",
                f"{METHODOLOGY}/return",
                (Field("reason", "area", fresh=True),),
                verbs=("return",),
                roles=RATE_APPROVER,
                tone="quiet",
            ),
        ),
        template="agency/methodology.html",
        under="methodologies",
        heading="title",
        words="status",
        then={"impact": f"{METHODOLOGY}/impact"},
        then_if=_is_undecided_or_asked,
    ),
)


def questions(base: Mapping[str, Any], new: bool) -> tuple[Field, ...]:
    """Return what is asked for a version that starts from another: each amount it has, with its source."""
    prices = [
        Field(f"kinds.{number}.prices.{place}.{name}", kind, label=f"of_cost_{name}", grouped=True)
        for number, cost in enumerate(base["kinds"])
        for place, _ in enumerate(cost["prices"])
        for name, kind in OF_PRICE.items()
    ]
    return (
        Field("version", label="methodology_version", fresh=new),
        Field("title"),
        Field("document", hint=True),
        Field("valid_from", "day", fresh=new),
        Field("corrects", required=False, hint=True, fresh=new),
        *_each("kinds", base, OF_KIND),
        *prices,
        *_each("continuing_programmes", base, OF_PROGRAMME),
    )


def _each(place: str, base: Mapping[str, Any], asked: Mapping[str, str]) -> list[Field]:
    return [
        Field(f"{place}.{number}.{name}", kind, label=f"of_cost_{name}", grouped=True)
        for number, one in enumerate(base[place])
        for name, kind in asked.items()
        if one[name] is not None
    ]


def on(base: Mapping[str, Any]) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """Return what lays over a version what was typed: the whole content, which the service takes at once."""
    whole = {name: base[name] for name in CONTENT} | {"corrects": None}
    return lambda typed: _laid(whole, typed)


def _laid(old: Any, typed: Any) -> Any:
    if isinstance(typed, dict) and isinstance(old, dict):
        return old | {name: _laid(old.get(name), value) for name, value in typed.items()}
    if isinstance(typed, list) and isinstance(old, list):
        return [_laid(*pair) for pair in zip(old, typed, strict=True)]
    return typed


def _draft(answers: Mapping[str, Any]) -> tuple[Deed, ...]:
    return (_deed("methodology", METHODOLOGIES, answers["methodology"], new=True),)


def _change(answers: Mapping[str, Any]) -> tuple[Deed, ...]:
    return (_deed("methodology-change", METHODOLOGY, answers["methodology"], new=False),)


def _deed(name: str, path: str, base: Mapping[str, Any], new: bool) -> Deed:
    return Deed(
        name,
        path,
        questions(base, new),
        method="POST" if new else "PUT",
        roles=RATE_MANAGER,
        versioned=not new,
        onward="agency.methodology",
        shape=on(base),
    )


for rule, name, deeds in (("draft", "methodology_draft", _draft), ("change", "methodology_change", _change)):
    agency.add(
        f"/methodologies/<uuid:id>/{rule}",
        Page(
            name,
            {"methodology": METHODOLOGY},
            template="agency/methodology_form.html",
            under="methodologies",
            deeds_of=deeds,
        ),
    )
