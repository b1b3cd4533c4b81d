"""Draws over HTTP: what was committed, pinned and drawn, and the public value that two officers give."""

from collections.abc import Iterable
from dataclasses import asdict
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

import flask
import orjson
from ila_kit.events import to_json
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource
from ila_kit.web.uploads import download

from ila_applications.api.applications import OWNER, PREFIX
from ila_applications.api.draw_schemas import (
    DrawListSchema,
    DrawSchema,
    MyEntrySchema,
    PinnedListSchema,
    PublicValueSchema,
)
from ila_applications.domain.draws import CONFIRMED, DRAW_OFFICER, DRAWN, RECIPE, Draw
from ila_applications.domain.errors import (
    EnteredByYou,
    NoDraw,
    NoPublicValue,
    NotDrawnYet,
    NotPinnedYet,
    PublicValueDiffers,
)
from ila_applications.domain.lots import Entry, Pin
from ila_applications.usecases.draw_views import (
    DrawView,
    EntryView,
    show_draw,
    show_entry,
    show_list,
    show_pins,
)
from ila_applications.usecases.draws import confirm_value, enter_value

PUBLIC = Access(public=True)
OFFICERS = Access(any={DRAW_OFFICER}, acr="high")
_IN_MEMORY = 1024 * 1024

draws = Resource(
    "draws",
    __name__,
    url_prefix="/api/applications/v1/calls",
    description="Draws of places that anyone can recompute",
)
draw_entries = Resource(
    "draw-entries", __name__, url_prefix=PREFIX, description="One's own entry in a draw of places"
)


@draws.operation("GET", "/<uuid:call_id>/draw", PUBLIC, answer=(200, DrawSchema))
def get_draw(call: Call, call_id: UUID) -> dict[str, Any]:
    """Show how far the draw of a call has come: committed, pinned, its public value confirmed, or drawn."""
    return _shown(show_draw(call.unit, call_id))


@draws.operation(
    "GET", "/<uuid:call_id>/draw/entries", PUBLIC, answer=(200, PinnedListSchema), refusals=[NotPinnedYet]
)
def get_draw_entries(call: Call, call_id: UUID) -> flask.Response:
    """Hand out the pinned entries, before anybody can know their lots."""
    draw, pins = show_pins(call.unit, call_id)
    return _file("entries.json", _committed(draw) | _of_places(draw), (_pinned(one) for one in pins))


@draws.operation(
    "GET", "/<uuid:call_id>/draw/list", PUBLIC, answer=(200, DrawListSchema), refusals=[NotDrawnYet]
)
def get_draw_list(call: Call, call_id: UUID) -> flask.Response:
    """Hand out the ranked list with everything that is needed to recompute it."""
    draw, entries = show_list(call.unit, call_id)
    return _file("draw.json", _revealed(draw) | _of_places(draw), (_listed(one) for one in entries))


@draws.operation(
    "POST",
    "/<uuid:call_id>/draw/public-value",
    OFFICERS,
    body=PublicValueSchema,
    answer=(201, DrawSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_public_value(call: Call, call_id: UUID) -> Answer:
    """Enter the public value of a pinned draw; until another officer confirms it, it can be entered anew."""
    enter_value(call.unit, call_id, call.body["value"])
    return Answer(_shown(show_draw(call.unit, call_id)))


@draws.operation(
    "POST",
    "/<uuid:call_id>/draw/public-value/confirmation",
    OFFICERS,
    body=PublicValueSchema,
    answer=(201, DrawSchema),
    idempotent=True,
    refusals=[WrongState, NoPublicValue, EnteredByYou, PublicValueDiffers],
)
def post_public_value_confirmation(call: Call, call_id: UUID) -> Answer:
    """Confirm the public value that another officer entered, by typing it again; the lots are drawn then."""
    confirm_value(call.unit, call_id, call.body["value"])
    return Answer(_shown(show_draw(call.unit, call_id)))


@draw_entries.operation(
    "GET", "/<uuid:application_id>/draw-entry", OWNER, answer=(200, MyEntrySchema), refusals=[NoDraw]
)
def get_draw_entry(call: Call, application_id: UUID) -> dict[str, Any]:
    """Show the entry of an application in its draw: its pseudonym at once, its rank after the draw."""
    return _shown_entry(show_entry(call.unit, application_id, call.scope))


def _committed(draw: Draw) -> dict[str, Any]:
    named = ("call_id", "commitment", "committed_at", "source_lv", "source_en", "pinned_at", "entries_sha256")
    shown = {name: getattr(draw, name) for name in named}
    return {"recipe": RECIPE, **shown, "strata": [asdict(one) for one in draw.strata]}


def _revealed(draw: Draw) -> dict[str, Any]:
    shown = {name: getattr(draw, name) for name in ("drawn_at", "seed", "key_sha256", "list_sha256")}
    public_value = draw.public_value if draw.state in (CONFIRMED, DRAWN) else None
    return _committed(draw) | shown | {"public_value": public_value}


def _of_places(draw: Draw) -> dict[str, Any]:
    return {"places": {str(one): number for one, number in draw.places.items()}}


def _shown(view: DrawView) -> dict[str, Any]:
    draw, call = view.draw, view.call
    return _revealed(draw) | {
        "state": draw.state,
        "opens_at": call.applications_open_at,
        "closes_at": call.applications_close_at,
        "pins_at": call.pin_at,
        "entered_at": draw.entered_at,
        "strata": [asdict(one) for one in view.strata],
        "programmes": [
            {
                "programme_id": one.programme.id,
                "title_lv": one.programme.title_lv,
                "title_en": one.programme.title_en,
                "places": one.places,
                "entries": one.entries,
            }
            for one in view.programmes
        ],
    }


def _shown_entry(view: EntryView) -> dict[str, Any]:
    entry = view.entry
    return {
        "application_id": view.application_id,
        "call_id": view.call_id,
        "programme_id": view.programme_id,
        "entry": view.pseudonym,
        "pins_at": view.pins_at,
        "pinned": view.pinned,
        "drawn_at": view.drawn_at,
        "outcome": entry and entry.outcome,
        "rank": entry and entry.rank,
        "stratum": entry and entry.stratum,
        "lot": entry and entry.lot,
        "entries": view.entries,
        "places": view.places,
    }


def _file(name: str, head: dict[str, Any], entries: Iterable[dict[str, Any]]) -> flask.Response:
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when the answer was sent
    file.write(orjson.dumps(to_json(head))[:-1] + b',"entries":[')
    for number, one in enumerate(entries):
        file.write((b",\n" if number else b"\n") + orjson.dumps(one))
    file.write(b"\n]}\n")
    file.seek(0)
    return download(file, name, "application/json")  # type: ignore[arg-type]


def _pinned(one: Pin | Entry) -> dict[str, Any]:
    return {
        "programme_id": one.programme_id,
        "entry": one.pseudonym,
        "stratum": one.stratum,
        "standing": one.standing,
    }


def _listed(one: Entry) -> dict[str, Any]:
    return _pinned(one) | {"rank": one.rank, "position": one.position, "outcome": one.outcome}
