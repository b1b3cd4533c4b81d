"""Places over HTTP: institutions write them down, the register of institutions confirms them."""

from typing import Any
from uuid import UUID

from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_catalog.api import schemas
from ila_catalog.domain.errors import UnknownProvider
from ila_catalog.domain.places import Place
from ila_catalog.domain.states import EDITORS, MATCHED, PLACE, SIGNATORIES
from ila_catalog.usecases.places import enter_place, list_places, show_place

PATH = "/api/catalog/v1/places"
places = Resource("places", __name__, url_prefix=PATH, description="Where learning happens")
WRITERS = Access(own=EDITORS)
READERS = Access(own=EDITORS | SIGNATORIES, any={"auditor", "contract_officer", "call_manager"})


class PlaceQuery(ListQuery):
    """Filters of places."""

    sort = schemas.sort("created_at")
    organisation_id = fields.Id()
    state = fields.OneOf(sorted(PLACE.states))


class NewPlaceSchema(Schema):
    """A place as an institution writes it down: street and number, town, post code."""

    organisation_id = fields.Id(required=True)
    text = fields.Text(min=5, max=200, required=True)


class PlaceSchema(Schema):
    """A place, and what the register says of it."""

    id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    text = schemas.text()
    state = fields.OneOf(sorted(PLACE.states), required=True)
    register_id = schemas.text(allow_none=True)
    address = schemas.text(allow_none=True)
    territory = fields.Nested(schemas.TerritorySchema, required=True, allow_none=True)
    provenance = fields.Nested(schemas.ProvenanceSchema, required=True, allow_none=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = schemas.number(1)


@places.operation("GET", "", READERS, query=PlaceQuery, answer=(200, list_of(PlaceSchema)))
def get_places(call: Call) -> dict[str, Any]:
    """List places, newest first: those of one's own institutions, or all for officers."""
    page = list_places(call.unit, page_request(call.query), call.scope)
    return {"items": [_shown(row["place"]) for row in page.rows], "next": page.next}


@places.operation(
    "POST",
    "",
    WRITERS,
    body=NewPlaceSchema,
    answer=(201, PlaceSchema),
    idempotent=True,
    refusals=[UnknownProvider],
)
def post_place(call: Call) -> Answer:
    """Write down a place; the register of institutions is asked whether it is one of the institution."""
    place = enter_place(call.unit, call.body["organisation_id"], call.body["text"], call.scope)
    return Answer(_shown(place), location=f"{PATH}/{place.id}", version=place.version)


@places.operation("GET", "/<uuid:place_id>", READERS, answer=(200, PlaceSchema))
def get_place(call: Call, place_id: UUID) -> Answer:
    """Show a place."""
    place = show_place(call.unit, place_id, call.scope)
    return Answer(_shown(place), version=place.version)


def _shown(place: Place) -> dict[str, Any]:
    names = ("id", "organisation_id", "text", "state", "register_id", "address", "provenance")
    moments = ("created_at", "updated_at", "version")
    territory = {"code": place.territory, "name": place.territory_name} if place.state == MATCHED else None
    return {name: getattr(place, name) for name in (*names, *moments)} | {"territory": territory}
