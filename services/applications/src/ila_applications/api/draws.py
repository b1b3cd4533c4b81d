"""Draws over HTTP: what was committed, what was drawn, the list that anyone can recompute."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from tempfile import SpooledTemporaryFile
from typing import Any
from uuid import UUID

import flask
import orjson
from ila_kit.events import to_json
from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields
from ila_kit.web.uploads import download

from ila_applications.api.applications import OWNER, PREFIX
from ila_applications.domain.draws import DRAW, LATE, OPEN, PLACE, RECIPE, WAITING, Draw, Entry
from ila_applications.domain.errors import NoDraw, NotDrawnYet
from ila_applications.usecases.draw_views import DrawView, EntryView, show_draw, show_entry, show_list

PUBLIC = Access(public=True)
OUTCOMES = [PLACE, WAITING, OPEN, LATE]
_IN_MEMORY = 1024 * 1024
MOST = 2**31 - 1

draws = Resource(
    "draws",
    __name__,
    url_prefix="/api/applications/v1/calls",
    description="Draws of places that anyone can recompute",
)
draw_entries = Resource(
    "draw-entries", __name__, url_prefix=PREFIX, description="One's own entry in a draw of places"
)


class StratumSchema(Schema):
    """Ages, both included, for whom at least `percent` of the places of each programme are reserved."""

    code = fields.String(required=True)
    lowest_age = fields.WholeNumber(min=0, max=1_000, required=True)
    highest_age = fields.WholeNumber(min=0, max=1_000, required=True)
    percent = fields.WholeNumber(min=1, max=100, required=True)


class DrawnProgrammeSchema(Schema):
    """A programme in a draw; `entries` is null before the draw."""

    programme_id = fields.Id(required=True)
    title_lv = fields.String(required=True)
    title_en = fields.String(required=True)
    places = fields.WholeNumber(min=0, max=MOST, required=True)
    entries = fields.WholeNumber(min=0, max=MOST, required=True, allow_none=True)


class DrawSchema(Schema):
    """The draw of a call: `commitment` is the SHA-256 of the seed, which is null until the draw.

    The draw takes place at `draws_at`, or as soon as no check is under way any more.
    """

    call_id = fields.Id(required=True)
    state = fields.OneOf(sorted(DRAW.states), required=True)
    recipe = fields.String(required=True)
    commitment = fields.String(required=True)
    committed_at = fields.Instant(required=True)
    opens_at = fields.Instant(required=True)
    closes_at = fields.Instant(required=True)
    draws_at = fields.Instant(required=True)
    drawn_at = fields.Instant(required=True, allow_none=True)
    seed = fields.String(required=True, allow_none=True)
    list_sha256 = fields.String(required=True, allow_none=True)
    strata = fields.List(fields.Nested(StratumSchema), required=True)
    programmes = fields.List(fields.Nested(DrawnProgrammeSchema), required=True)


class ListedEntrySchema(Schema):
    """An entry of the list under its pseudonym; `late` ones came after the draw and have no rank."""

    programme_id = fields.Id(required=True)
    rank = fields.WholeNumber(min=1, max=MOST, required=True, allow_none=True)
    position = fields.WholeNumber(min=1, max=MOST, required=True, allow_none=True)
    entry = fields.String(required=True)
    stratum = fields.String(required=True, allow_none=True)
    outcome = fields.OneOf(OUTCOMES, required=True)


class DrawListSchema(Schema):
    """Everything that is needed to recompute a draw; `places` are by programme."""

    recipe = fields.String(required=True)
    call_id = fields.Id(required=True)
    commitment = fields.String(required=True)
    committed_at = fields.Instant(required=True)
    drawn_at = fields.Instant(required=True)
    seed = fields.String(required=True)
    list_sha256 = fields.String(required=True)
    strata = fields.List(fields.Nested(StratumSchema), required=True)
    places = fields.Dict(
        keys=fields.Id(), values=fields.WholeNumber(min=0, max=MOST, required=True), required=True
    )
    entries = fields.List(fields.Nested(ListedEntrySchema), required=True)


class MyEntrySchema(Schema):
    """An entry as its owner is told of it; what the draw decides is null before it."""

    application_id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    programme_id = fields.Id(required=True)
    entry = fields.String(required=True, metadata={"description": "its pseudonym in the list"})
    draws_at = fields.Instant(required=True)
    drawn_at = fields.Instant(required=True, allow_none=True)
    outcome = fields.OneOf(OUTCOMES, required=True, allow_none=True)
    rank = fields.WholeNumber(min=1, max=MOST, required=True, allow_none=True)
    stratum = fields.String(required=True, allow_none=True)
    lot = fields.String(required=True, allow_none=True)
    entries = fields.WholeNumber(min=0, max=MOST, required=True, allow_none=True)
    places = fields.WholeNumber(min=0, max=MOST, required=True, allow_none=True)


@draws.operation("GET", "/<uuid:call_id>/draw", PUBLIC, answer=(200, DrawSchema))
def get_draw(call: Call, call_id: UUID) -> dict[str, Any]:
    """Show the draw of a call: the committed hash before it, the revealed seed after it."""
    return _shown(show_draw(call.unit, call_id))


@draws.operation(
    "GET", "/<uuid:call_id>/draw/list", PUBLIC, answer=(200, DrawListSchema), refusals=[NotDrawnYet]
)
def get_draw_list(call: Call, call_id: UUID) -> flask.Response:
    """Hand out the ranked list with everything that is needed to recompute it."""
    draw, entries = show_list(call.unit, call_id)
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when the answer was sent
    for piece in _written(draw, entries):
        file.write(piece)
    file.seek(0)
    return download(file, f"draw-{call_id}.json", "application/json")  # type: ignore[arg-type]


@draw_entries.operation(
    "GET", "/<uuid:application_id>/draw-entry", OWNER, answer=(200, MyEntrySchema), refusals=[NoDraw]
)
def get_draw_entry(call: Call, application_id: UUID) -> dict[str, Any]:
    """Show the entry of an application in its draw: its pseudonym at once, its rank after the draw."""
    return _shown_entry(show_entry(call.unit, application_id, call.scope))


def _shown(view: DrawView) -> dict[str, Any]:
    draw, call = view.draw, view.call
    return {
        "call_id": call.id,
        "state": draw.state,
        "recipe": RECIPE,
        "commitment": draw.commitment,
        "committed_at": draw.committed_at,
        "opens_at": call.applications_open_at,
        "closes_at": call.applications_close_at,
        "draws_at": call.draw_at,
        "drawn_at": draw.drawn_at,
        "seed": draw.seed,
        "list_sha256": draw.list_sha256,
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
        "draws_at": view.draws_at,
        "drawn_at": view.drawn_at,
        "outcome": entry and entry.outcome,
        "rank": entry and entry.rank,
        "stratum": entry and entry.stratum,
        "lot": entry and entry.lot,
        "entries": view.entries,
        "places": view.places,
    }


def _written(draw: Draw, entries: Iterable[Entry]) -> Iterator[bytes]:
    head = {
        "recipe": RECIPE,
        "call_id": draw.call_id,
        "commitment": draw.commitment,
        "committed_at": draw.committed_at,
        "drawn_at": draw.drawn_at,
        "seed": draw.seed,
        "list_sha256": draw.list_sha256,
        "strata": [asdict(one) for one in draw.strata],
        "places": {str(one): number for one, number in draw.places.items()},
    }
    yield orjson.dumps(to_json(head))[:-1] + b',"entries":['
    for number, one in enumerate(entries):
        yield (b",\n" if number else b"\n") + orjson.dumps(_listed(one))
    yield b"\n]}\n"


def _listed(one: Entry) -> dict[str, Any]:
    return {
        "programme_id": one.programme_id,
        "rank": one.rank,
        "position": one.position,
        "entry": one.pseudonym,
        "stratum": one.stratum,
        "outcome": one.outcome,
    }
