"""Open data over HTTP: the feed of changes, and the whole catalogue as a file."""

from collections.abc import Callable, Iterator, Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

import flask
import orjson
from ila_kit.canonical import sha256_hex
from ila_kit.events import to_json
from ila_kit.store.listing import PageRequest
from ila_kit.web.conditional import is_known, last_modified
from ila_kit.web.resource import Access, Answer, Call, Resource
from ila_kit.web.schemas import Schema, fields
from ila_kit.web.tables import BOM, csv_bytes
from ila_kit.web.uploads import download

from ila_catalog.api import schemas
from ila_catalog.api.json_ld import CONTEXT, MEDIA_TYPE, course
from ila_catalog.api.programme_schemas import ProgrammeSchema
from ila_catalog.api.shapes import programme_full
from ila_catalog.usecases.open_data import CHANGES, export_programmes, export_state, list_changes

PUBLIC = Access(public=True)
PREFIX = "/api/catalog/v1/public"
_PATHS = {"programme": f"{PREFIX}/programmes", "call": f"{PREFIX}/calls"}
_IN_MEMORY = 1024 * 1024
_LONGEST_CURSOR = 1_000
# Columns of the table; those of a programme in full that are plain, and what is taken out of the rest.
_PLAIN = (
    "id",
    "call_code",
    "kind",
    "family",
    "title_lv",
    "title_en",
    "description_lv",
    "description_en",
    "qualification",
    "continuing_programme",
    "total_hours",
    "mode",
    "language",
    "funding_source",
    "address",
    "places",
    "places_free",
    "starts_on",
    "ends_on",
    "applications_open_at",
    "applications_close_at",
    "published_at",
    "updated_at",
    "version",
    "demonstration",
)
_TAKEN: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "provider_viis_number": lambda row: row["provider_viis_number"],
    "provider_name": lambda row: row["provider_name"],
    "territory": lambda row: row["territory"],
    "territory_name": lambda row: row["territory_name"],
    "digcomp": lambda row: " ".join(f"{aim['area']}:{aim['level']}" for aim in row["digcomp"]),
    "parts": lambda row: "; ".join(f"{part['title']} ({part['hours']})" for part in row["parts"]),
    "price_eur": lambda row: row["price_amount"],
    "price_methodology": lambda row: row["price_methodology_version"],
}
HEAD = (*_PLAIN, *_TAKEN)

changes = Resource(
    "public-changes", __name__, url_prefix=f"{PREFIX}/changes", description="What became public or changed"
)
exports = Resource("public-exports", __name__, url_prefix=PREFIX, description="The catalogue as a file")


class FeedQuery(Schema):
    """How far one has read: `next` of the answer before."""

    limit = fields.QueryNumber(min=1, max=200, load_default=50)
    after = fields.Text(max=_LONGEST_CURSOR)


class ChangeSchema(Schema):
    """A programme or call at its last change; `closed` ones are offered no more."""

    kind = fields.OneOf(list(_PATHS), required=True)
    id = fields.Id(required=True)
    change = fields.OneOf(list(CHANGES), required=True)
    changed_at = fields.Instant(required=True)
    version = schemas.number(1)
    href = schemas.text()


class FeedSchema(Schema):
    """Changes, oldest first; ask again after `next`, at once while there is `more`, else later.

    `next` is null before the first change there ever was.
    """

    items = fields.List(fields.Nested(ChangeSchema), required=True)
    next = fields.String(required=True, allow_none=True)
    more = fields.Flag(required=True)


class ExportSchema(Schema):
    """Every published programme in full."""

    items = fields.List(fields.Nested(ProgrammeSchema), required=True)


@changes.operation("GET", "", PUBLIC, query=FeedQuery, answer=(200, FeedSchema))
def get_public_changes(call: Call) -> Answer:
    """Tell which programmes and calls became public, changed or closed, each once at its last change.

    The feed runs about a minute behind, so that nothing older comes after what was read.
    """
    after = call.query.get("after")
    page = list_changes(call.unit, PageRequest(limit=call.query["limit"], after=after))
    items = [row | {"href": f"{_PATHS[row['kind']]}/{row['id']}"} for row in page.rows]
    return Answer({"items": items, "next": page.last or after, "more": page.next is not None}, tagged=True)


@exports.operation("GET", "/export.csv", PUBLIC, answer=(200, None), media_type="text/csv")
def get_export_csv(call: Call) -> flask.Response:
    """Hand out every published programme as a table for spreadsheets.

    UTF-8 with its mark, lines and quotes of RFC 4180, and no cell that a spreadsheet would run.
    """
    return _handed_out(call, "csv", "text/csv", _csv)


@exports.operation("GET", "/export.json", PUBLIC, answer=(200, ExportSchema))
def get_export_json(call: Call) -> flask.Response:
    """Hand out every published programme in full, as the catalogue shows each."""
    return _handed_out(call, "json", "application/json", _json)


@exports.operation("GET", "/export.jsonld", PUBLIC, answer=(200, None), media_type=MEDIA_TYPE)
def get_export_jsonld(call: Call) -> flask.Response:
    """Hand out every published programme as a Course of schema.org."""
    return _handed_out(call, "jsonld", MEDIA_TYPE, _jsonld)


Rows = Iterator[list[Mapping[str, Any]]]


def _handed_out(
    call: Call, form: str, media_type: str, write: Callable[[Call, Rows], Iterator[bytes]]
) -> flask.Response:
    """Return an export as a file: written batch by batch, on disk when it is long; or that it is known."""
    state, changed_at = export_state(call.unit)
    headers = {"ETag": f'W/"{sha256_hex([form, state])[:32]}"', "Cache-Control": "no-cache"}
    headers |= last_modified(changed_at)
    if is_known(headers["ETag"]):
        return flask.Response(status=304, headers=headers)
    file = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed when the answer was sent
    for piece in write(call, export_programmes(call.unit)):
        file.write(piece)
    file.seek(0)
    response = download(file, f"programmes.{form}", media_type)  # type: ignore[arg-type]
    response.headers.update(headers)
    return response


def _csv(_: Call, batches: Rows) -> Iterator[bytes]:
    yield BOM + csv_bytes([HEAD])
    for rows in batches:
        yield csv_bytes(_cells(row) for row in rows)


def _cells(row: Mapping[str, Any]) -> list[Any]:
    plain = to_json({name: row[name] for name in _PLAIN})
    return [*plain.values(), *(take(row) for take in _TAKEN.values())]


def _json(call: Call, batches: Rows) -> Iterator[bytes]:
    return _listed(b'{"items":[', (_dumped(programme_full(row, call.deps.areas)) for row in _each(batches)))


def _jsonld(call: Call, batches: Rows) -> Iterator[bytes]:
    head = b'{"@context":"%s","@graph":[' % CONTEXT.encode()
    return _listed(head, (_dumped(course(row, call.deps.areas)) for row in _each(batches)))


def _listed(head: bytes, items: Iterator[bytes]) -> Iterator[bytes]:
    yield head
    for number, item in enumerate(items):
        yield b"," + item if number else item
    yield b"]}"


def _each(batches: Rows) -> Iterator[Mapping[str, Any]]:
    for rows in batches:
        yield from rows


def _dumped(value: Any) -> bytes:
    return orjson.dumps(to_json(value))
