"""The register of offers that came another way, over HTTP (BR-301)."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.events import to_json
from ila_kit.states import WrongState
from ila_kit.web.resource import Answer, Call, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.tables import BOM, csv_bytes
from ila_kit.web.uploads import download

from ila_catalog.api import schemas
from ila_catalog.api.call_changes import MANAGERS, PATH
from ila_catalog.api.calls import OFFICERS, calls
from ila_catalog.domain.desk_errors import NothingToReturn, ReturnNotRecorded, TimesOutOfOrder
from ila_catalog.domain.outside_offers import CHANNELS, Arrival, OutsideOffer
from ila_catalog.domain.states import NON_COMPLIANT, RETURNED_UNOPENED
from ila_catalog.usecases.outside_offers import (
    CorrectOutsideOffer,
    correct_outside_offer,
    every_outside_offer,
    list_outside_offers,
    list_versions,
    record_outside_offer,
)

_STATES = [NON_COMPLIANT, RETURNED_UNOPENED]
_NUMBER = "[0-9]{10,11}"
_REFUSALS = [ReturnNotRecorded, NothingToReturn, TimesOutOfOrder]
_COLUMNS = (
    *("id", "channel", "state", "received_at", "sender_title", "sender_number", "returned_at"),
    *("returned_by", "note", "version", "recorded_at"),
)


class OutsideOfferQuery(ListQuery):
    """Filters of the register; the latest receipt comes first."""

    sort = schemas.sort("received_at")
    channel = fields.OneOf(list(CHANNELS))
    state = fields.OneOf(_STATES)
    sender_number = fields.Text(max=11, pattern=_NUMBER)


class VersionQuery(ListQuery):
    """Versions come in their order."""

    sort = schemas.sort("version")


class ArrivalSchema(Schema):
    """What came, how and when; by post or in person also when it was returned, and by whom."""

    channel = fields.OneOf(list(CHANNELS), required=True)
    received_at = fields.Instant(required=True)
    sender_title = fields.Text(max=200, required=True, metadata={"description": "the institution"})
    sender_number = fields.Text(
        max=11,
        pattern=_NUMBER,
        load_default=None,
        allow_none=True,
        metadata={"description": "in the register of institutions (10 digits) or of legal persons (11)"},
    )
    returned_at = fields.Instant(load_default=None, allow_none=True)
    returned_by = fields.Text(max=200, load_default=None, allow_none=True)
    note = fields.Text(max=1_000, load_default=None, allow_none=True)


class CorrectionSchema(ArrivalSchema):
    """The entry as it should have been, and why it is corrected."""

    reason = fields.Text(max=500, required=True)


class OutsideOfferSchema(Schema):
    """A version of an entry of the register."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    channel = fields.OneOf(list(CHANNELS), required=True)
    state = fields.OneOf(_STATES, required=True)
    received_at = fields.Instant(required=True)
    sender_title = schemas.text()
    sender_number = schemas.text(allow_none=True)
    returned_at = fields.Instant(required=True, allow_none=True)
    returned_by = schemas.text(allow_none=True)
    note = schemas.text(allow_none=True)
    reason = schemas.text(allow_none=True)
    recorded_by = schemas.text()
    recorded_at = fields.Instant(required=True)
    version = schemas.number(1)


_PAGE = list_of(OutsideOfferSchema)


@calls.operation(
    "GET",
    "/<uuid:call_id>/outside-offers",
    OFFICERS,
    query=OutsideOfferQuery,
    answer=(200, _PAGE),
)
def get_outside_offers(call: Call, call_id: UUID) -> dict[str, Any]:
    """List what came another way than by the platform, the latest receipt first."""
    page = list_outside_offers(call.unit, call_id, page_request(call.query))
    return {"items": [_shown(row["entry"]) for row in page.rows], "next": page.next}


@calls.operation(
    "POST",
    "/<uuid:call_id>/outside-offers",
    MANAGERS,
    body=ArrivalSchema,
    answer=(201, OutsideOfferSchema),
    idempotent=True,
    refusals=[WrongState, *_REFUSALS],
)
def post_outside_offer(call: Call, call_id: UUID) -> Answer:
    """Record an offer from outside: non-compliant, or returned unopened, by its channel."""
    entry = record_outside_offer(call.unit, call_id, Arrival(**call.body))
    where = f"{PATH}/{call_id}/outside-offers/{entry.id}/versions"
    return Answer(_shown(entry), location=where, version=entry.version)


@calls.operation(
    "PUT",
    "/<uuid:call_id>/outside-offers/<uuid:outside_offer_id>",
    MANAGERS,
    body=CorrectionSchema,
    answer=(200, OutsideOfferSchema),
    if_match=True,
    refusals=_REFUSALS,
)
def put_outside_offer(call: Call, call_id: UUID, outside_offer_id: UUID) -> Answer:
    """Correct an entry: a further version with its reason; the one before stays."""
    reason = call.body.pop("reason")
    command = CorrectOutsideOffer(
        call_id=call_id,
        outside_offer_id=outside_offer_id,
        version=call.if_match or 0,
        arrival=Arrival(**call.body),
        reason=reason,
    )
    entry = correct_outside_offer(call.unit, command)
    return Answer(_shown(entry), version=entry.version)


@calls.operation(
    "GET",
    "/<uuid:call_id>/outside-offers/<uuid:outside_offer_id>/versions",
    OFFICERS,
    query=VersionQuery,
    answer=(200, _PAGE),
)
def get_versions(call: Call, call_id: UUID, outside_offer_id: UUID) -> dict[str, Any]:
    """List the versions of an entry, the first one first."""
    page = list_versions(call.unit, call_id, outside_offer_id, page_request(call.query))
    return {"items": [_shown(row["entry"]) for row in page.rows], "next": page.next}


@calls.operation(
    "GET", "/<uuid:call_id>/outside-offers.csv", OFFICERS, answer=(200, None), media_type="text/csv"
)
def get_outside_offers_csv(call: Call, call_id: UUID) -> flask.Response:
    """Hand out the register of a call as a table, in the order of receipt."""
    rows = [[_shown(entry)[name] for name in _COLUMNS] for entry in every_outside_offer(call.unit, call_id)]
    return download(BOM + csv_bytes([_COLUMNS, *rows]), "outside-offers.csv", "text/csv")


def _shown(entry: OutsideOffer) -> dict[str, Any]:
    shown: dict[str, Any] = to_json(entry)
    arrival = shown.pop("arrival")
    return {**shown, **arrival, "state": entry.arrival.state}
