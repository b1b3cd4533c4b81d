"""Lists come in pages whose cursor stays right, whatever is added meanwhile."""

import base64
import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ila_kit.actor import EVERYTHING, process_actor
from ila_kit.ids import uuid7
from ila_kit.store.listing import BadList, Listing, PageRequest
from notes_service.store import LISTING, Note
from notes_service.tables import note as table

pytestmark = pytest.mark.integration
NOTES = "/api/notes/v1/notes"
START = datetime(2024, 11, 14, 8, tzinfo=UTC)
ORDERS = [sign + name for name in LISTING.sorts for sign in ("", "-")]


def make(person, number=0, **changes):
    """A note; every third has the same rank, so that orders have ties."""
    at = START + timedelta(seconds=number // 2)
    usual = {
        "id": uuid7(),
        "person_id": person,
        "organisation_id": None,
        "title": f"Piezīme {number // 3:03}",
        "colour": "red" if number % 2 else "green",
        "rank": number // 3,
        "price": Decimal(number // 3),
        "day": date(2024, 11, 14) + timedelta(days=number // 3),
        "state": "open",
        "created_at": at,
        "updated_at": at,
        "version": 1,
    }
    return Note(**(usual | changes))


@pytest.fixture
def person():
    """Somebody new."""
    return uuid4()


@pytest.fixture
def write(notes):
    """Stores notes."""

    def store(*made):
        with notes.deps.units.open(process_actor("notes")) as unit:
            for one in made:
                unit.notes.add(one)
            unit.commit()

    return store


@pytest.fixture
def reader(notes, person):
    """A client that sees the notes of the person."""
    return notes.by(person, "writer")


def walk(client, query="", between=lambda: None):
    """All items, page by page; `between` runs after each page."""
    items, after = [], ""
    while True:
        page = client.get(f"{NOTES}?{query}{after}").json
        items += page["items"]
        if page["next"] is None:
            return items
        after = f"&after={page['next']}"
        between()


def in_order(items, order):
    """The items as the order says they stand."""
    name = order.removeprefix("-")
    value = (lambda item: Decimal(item["price"]["amount"])) if name == "price" else (lambda item: item[name])
    return sorted(items, key=lambda item: (value(item), item["id"]), reverse=order.startswith("-"))


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 2, 7, 200])
def test_pages_give_every_item_once_in_order_also_where_values_are_equal(write, reader, person, order, limit):
    made = [make(person, number) for number in range(14)]
    write(*made)
    items = walk(reader, f"sort={order}&limit={limit}")
    assert [item["id"] for item in items] == [item["id"] for item in in_order(items, order)]
    assert {item["id"] for item in items} == {str(one.id) for one in made}
    assert len(items) == 14


@pytest.mark.parametrize("order", ["-created_at", "rank", "-price"])
def test_nothing_is_lost_or_shown_twice_while_rows_are_added_and_removed(notes, write, reader, person, order):
    made = [make(person, number) for number in range(20)]
    write(*made)
    doomed = iter([one.id for one in made if one.rank == 3])

    def change():
        write(make(person, 0), make(person, 10), make(person, 40))
        if (gone := next(doomed, None)) is not None:
            with notes.engine.begin() as connection:
                connection.exec_driver_sql("DELETE FROM note WHERE id = %s", (gone,))

    ids = [item["id"] for item in walk(reader, f"sort={order}&limit=5", change)]
    assert len(ids) == len(set(ids))
    assert {str(one.id) for one in made if one.rank != 3} <= set(ids)


def test_the_newest_come_first_when_nobody_asks_for_an_order(write, reader, person):
    write(make(person, 1), make(person, 9), make(person, 5))
    assert [item["rank"] for item in walk(reader)] == [3, 1, 0]


def test_a_list_of_nothing_has_no_next_page(reader):
    assert reader.get(NOTES).json == {"items": [], "next": None}


def test_a_page_that_is_just_full_is_the_last(write, reader, person):
    write(*(make(person, number) for number in range(4)))
    assert reader.get(f"{NOTES}?limit=4").json["next"] is None
    assert reader.get(f"{NOTES}?limit=3").json["next"] is not None


def test_who_has_read_all_can_ask_later_what_came_since(notes, write, person):
    def read(after=None):
        with notes.deps.units.read(process_actor("notes")) as unit:
            request = PageRequest(sort="created_at", after=after)
            return LISTING.page(unit.connection, request, [table.c.person_id == person])

    assert (read().rows, read().last) == ([], None)
    write(make(person, 1), make(person, 3))
    whole = read()
    assert (len(whole.rows), whole.next, whole.last is not None) == (2, None, True)
    assert (read(whole.last).rows, read(whole.last).last) == ([], None)
    later = make(person, 5)
    write(later)
    assert [row["id"] for row in read(whole.last).rows] == [later.id]


def test_a_page_has_fifty_items_when_nobody_says_how_many(write, reader, person):
    write(*(make(person, number) for number in range(51)))
    assert len(reader.get(NOTES).json["items"]) == 50


def test_filters_narrow_a_list_through_all_its_pages(write, reader, person):
    write(*(make(person, number) for number in range(11)))
    items = walk(reader, "colour=red&limit=2")
    assert len(items) == 5
    assert {item["colour"] for item in items} == {"red"}


def test_only_what_changed_since_an_instant_is_listed(write, reader, person):
    write(*(make(person, number) for number in range(10)))
    since = (START + timedelta(seconds=3)).isoformat().replace("+00:00", "Z")
    items = walk(reader, f"updated_since={since}&limit=2")
    assert len(items) == 4
    assert all(item["updated_at"] >= since[:-1] for item in items)


def cursor(*values):
    """A cursor made by hand."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


ID = str(uuid7())
WRONG = {
    "no cursor": "abc",
    "no base64": "###",
    "no ASCII": "ķ",
    "dots": "../../etc/passwd",
    "another order": cursor("-rank", 1, ID),
    "no order": cursor(1, ID),
    "too many": cursor("-created_at", "2024-11-14T08:00:00+00:00", ID, 1),
    "an object": base64.urlsafe_b64encode(b'{"a":1}').decode(),
    "a number": base64.urlsafe_b64encode(b"5").decode(),
    "no instant": cursor("-created_at", "soon", ID),
    "an instant as number": cursor("-created_at", 5, ID),
    "nothing": cursor("-created_at", None, ID),
    "no id": cursor("-created_at", "2024-11-14T08:00:00+00:00", "x"),
    "an id as number": cursor("-created_at", "2024-11-14T08:00:00+00:00", 5),
    "an id that is nothing": cursor("-created_at", "2024-11-14T08:00:00+00:00", None),
}
WRONG_OF = {
    "rank": [1.5, True, "1", "x", None, [1], 2**63, -(2**63), {"a": 1}],
    "price": ["abc", "NaN", "sNaN", "Infinity", "1e999999", "-1e999999", None, 1.5, True, [1], ""],
    "title": ["a\0b", None, 5, True, ["a"], {"a": 1}],
    "day": ["2024-02-30", "2024-11-14T08:00:00", None, 5, True, ""],
}


@pytest.mark.parametrize("after", WRONG.values(), ids=WRONG)
def test_a_cursor_that_is_none_is_refused(reader, after):
    response = reader.get(f"{NOTES}?after={after}")
    assert response.status_code == 422
    assert set(response.json["errors"]) == {"/after"}


@pytest.mark.parametrize(
    ("order", "value"), [(order, value) for order, many in WRONG_OF.items() for value in many], ids=str
)
def test_a_cursor_whose_value_is_of_another_kind_is_refused(reader, order, value):
    response = reader.get(f"{NOTES}?sort={order}&after={cursor(order, value, ID)}")
    assert response.status_code == 422
    assert set(response.json["errors"]) == {"/after"}


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(ORDERS),
    st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists),
)
def test_no_cursor_breaks_a_list(notes, order, value):
    with notes.deps.units.read(process_actor("notes")) as unit:
        try:
            page = unit.notes.page(EVERYTHING, PageRequest(sort=order, after=cursor(order, value, ID)))
        except BadList:
            return
        assert page.next is None or isinstance(page.next, str)


@pytest.mark.parametrize("order", ["person_id", "id", "-", "", "created_at desc", "nothing"])
def test_an_order_that_the_list_does_not_have_is_refused(notes, order):
    with notes.deps.units.read(process_actor("notes")) as unit, pytest.raises(BadList):
        unit.notes.page(EVERYTHING, PageRequest(sort=order or "-"))


def test_a_list_that_knows_no_changes_says_so(notes):
    plain = Listing(table, id=table.c.id, sorts={"rank": table.c.rank}, default="rank")
    with notes.deps.units.read(process_actor("notes")) as unit, pytest.raises(BadList) as refusal:
        plain.page(unit.connection, PageRequest(updated_since=START))
    assert set(refusal.value.facts["errors"]) == {"/updated_since"}
