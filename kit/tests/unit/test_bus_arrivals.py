import base64
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.bus.arrivals import read
from ila_kit.events import Envelope
from ila_kit.ids import uuid7

TYPES = {"funding.funds_held.v1"}


def body(**changes: Any) -> bytes:
    envelope = Envelope(
        id=uuid7(),
        source="funding",
        type="funding.funds_held.v1",
        subject=str(uuid7()),
        time=datetime.now(UTC),
        sequence=1,
        data={"hold_id": "x"},
    )
    return orjson.dumps(envelope.as_json() | changes)


def test_an_event_for_us_waits_under_its_own_id() -> None:
    message = body()
    row = read(message, TYPES)
    assert (row.state, row.reason, str(row.id)) == ("waiting", None, orjson.loads(message)["id"])


def test_an_event_of_a_type_without_handler_is_parked_with_its_body() -> None:
    row = read(body(type="funding.unheard_of.v1"), TYPES)
    assert (row.state, row.reason) == ("parked", "no handler for this type")
    assert orjson.loads(row.body)["type"] == "funding.unheard_of.v1"


@pytest.mark.parametrize(
    "message",
    [
        b"",
        b"not json",
        b"\xff\xfe",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"specversion": NaN}',
        body(id="17"),
        body(id=None),
        body(specversion="0.3"),
        body(data=None),
        body(data=3),
        body(sequence="many"),
        body(time="yesterday"),
    ],
)
def test_what_is_no_event_is_parked_with_its_bytes(message: bytes) -> None:
    row = read(message, TYPES)
    assert row.state == "parked"
    assert base64.b64decode(orjson.loads(row.body)["base64"]) == message
    assert row.id == read(message, TYPES).id, "the same bytes are the same row"


@given(st.binary(max_size=200))
def test_no_bytes_make_it_fail(message: bytes) -> None:
    assert read(message, TYPES).state == "parked"
