"""Events and plain JSON are the same thing in two forms."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.events import Envelope, Event, from_json, to_bytes, to_json
from ila_kit.ids import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A part of the event."""

    title: str
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced(Event):
    """An event with a value of every kind."""

    type: ClassVar[str] = "shop.order_placed.v1"
    subject_field: ClassVar[str] = "order_id"
    order_id: UUID
    amount: Decimal
    refund: Decimal | None
    placed_at: datetime
    day: date
    until: date | None
    lines: list[Line]
    shares: dict[str, Decimal]
    gift: bool


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
amounts = st.integers(-(10**13), 10**13).map(lambda cents: Decimal(cents).scaleb(-2))
instants = st.datetimes(min_value=datetime.fromisoformat("1900-01-01"), timezones=st.just(UTC))
orders = st.builds(
    OrderPlaced,
    order_id=st.uuids(),
    amount=amounts,
    refund=st.none() | amounts,
    placed_at=instants,
    day=st.dates(),
    until=st.none() | st.dates(),
    lines=st.lists(st.builds(Line, title=texts, hours=st.integers(0, 2_000)), max_size=4),
    shares=st.dictionaries(texts, amounts, max_size=3),
    gift=st.booleans(),
)
ENVELOPE = {
    "specversion": "1.0",
    "id": str(uuid7()),
    "source": "shop",
    "type": "shop.order_placed.v1",
    "subject": str(uuid7()),
    "time": "2024-11-20T10:00:00.000000Z",
    "sequence": 1,
    "data": {"amount": "1.00"},
}


@given(orders)
def test_an_event_goes_over_json_and_comes_back_equal(order):
    assert OrderPlaced.read(json.loads(orjson.dumps(order.as_data()))) == order


@given(orders)
def test_money_and_instants_are_texts_on_the_bus(order):
    data = order.as_data()
    assert set(data["amount"]) == {"amount", "currency"}
    assert data["placed_at"].endswith("Z")
    assert data["order_id"] == str(order.order_id) == order.subject


@given(orders)
def test_members_that_a_reader_does_not_name_are_passed_over(order):
    @dataclass(frozen=True, slots=True, kw_only=True)
    class PartOfIt:
        order_id: UUID

    assert from_json(PartOfIt, order.as_data() | {"new": [1]}) == PartOfIt(order_id=order.order_id)


@given(orders, st.integers(1, 10**6), st.none() | st.just("00-" + "a" * 32 + "-" + "b" * 16 + "-01"))
def test_an_envelope_goes_over_json_and_comes_back_equal(order, sequence, traceparent):
    sent = Envelope(
        id=uuid7(),
        source="shop",
        type=order.type,
        subject=order.subject,
        time=order.placed_at,
        sequence=sequence,
        data=order.as_data(),
        traceparent=traceparent,
    )
    assert Envelope.parse(json.loads(orjson.dumps(sent.as_json()))) == sent


def test_an_envelope_is_cloudevents_json():
    body = Envelope.parse(ENVELOPE).as_json()
    assert body == ENVELOPE | {"datacontenttype": "application/json"}


@pytest.mark.parametrize(
    "change",
    [
        {"specversion": "0.3"},
        {"specversion": None},
        {"id": "1"},
        {"id": 5},
        {"id": None},
        {"time": "yesterday"},
        {"time": "2024-11-20T10:00:00"},
        {"time": 5},
        {"sequence": "first"},
        {"sequence": None},
        {"data": "text"},
        {"data": None},
        {"data": [["amount", "1.00"]]},
        {"type": None},
        {"source": 5},
        {"subject": None},
    ],
    ids=str,
)
def test_what_is_no_envelope_is_refused(change):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Envelope.parse(ENVELOPE | change)


@pytest.mark.parametrize("name", sorted(ENVELOPE))
def test_an_envelope_that_lacks_a_member_is_refused(name):
    with pytest.raises(KeyError):
        Envelope.parse({key: value for key, value in ENVELOPE.items() if key != name})


@pytest.mark.parametrize("body", [None, [], "text", 5, {}])
def test_json_that_is_no_object_is_no_envelope(body):
    with pytest.raises((KeyError, TypeError, ValueError)):
        Envelope.parse(body)


@pytest.mark.parametrize(
    "change",
    [
        {"order_id": "1"},
        {"amount": {"amount": "1.001", "currency": "EUR"}},
        {"amount": {"amount": "1.00", "currency": "USD"}},
        {"amount": 1.5},
        {"placed_at": "2024-11-20T10:00:00"},
        {"day": "20.11.2024"},
        {"lines": 5},
    ],
    ids=str,
)
def test_a_body_that_does_not_fit_is_not_read(change):
    good = to_json(
        OrderPlaced(
            order_id=uuid7(),
            amount=Decimal("1.00"),
            refund=None,
            placed_at=datetime(2024, 11, 20, tzinfo=UTC),
            day=date(2024, 11, 20),
            until=None,
            lines=[],
            shares={},
            gift=False,
        )
    )
    with pytest.raises(Exception):  # noqa: B017, PT011 - cattrs gathers faults of every kind
        OrderPlaced.read(good | change)


def test_an_amount_that_is_not_whole_cents_never_leaves():
    with pytest.raises(ValueError, match="cents"):
        to_json({"amount": Decimal("0.001")})


scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text()
    | st.uuids()
    | st.dates()
    | st.datetimes(timezones=st.just(UTC))
    | st.decimals(-1_000, 1_000, places=2)
    | st.builds(Line, title=st.text(), hours=st.integers(1, 100))
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner) | st.tuples(inner) | st.dictionaries(st.text() | st.uuids(), inner),
    max_leaves=20,
)


@given(values)
def test_written_at_once_it_is_the_same_as_by_way_of_plain_values(value):
    try:
        expected = orjson.dumps(to_json(value))
    except TypeError:  # lone surrogates
        with pytest.raises(TypeError):
            to_bytes(value)
    else:
        assert to_bytes(value) == expected


def test_what_json_has_not_is_refused():
    with pytest.raises(TypeError, match="object"):
        to_bytes({"a": object()})
