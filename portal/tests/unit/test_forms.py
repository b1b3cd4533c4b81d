"""Forms: what is typed becomes the body of a call, and what does not fit is named at its field."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_portal.forms import READERS, Fault, Field, Unfit, asked, faults_of, flat, put, read

PARTS = tuple(
    Field(f"parts.{number}.{name}", kind, required=number == 0, grouped=True)
    for number in range(3)
    for name, kind in (("title", "text"), ("hours", "whole"))
)


def typed(app, **form):
    """Return body and faults of a form with these fields."""

    def of(fields: tuple[Field, ...]):
        with app.test_request_context("/", method="POST", data=form):
            body, _, faults = read(fields)
        return body, faults

    return of


def test_numbered_fields_become_a_list_without_those_left_empty(app):
    form = {"parts.0.title": "A", "parts.0.hours": "34", "parts.2.title": "C", "parts.2.hours": "136"}
    body, faults = typed(app, **form)(PARTS)
    assert body == {"parts": [{"title": "A", "hours": 34}, {"title": "C", "hours": 136}]}
    assert faults == []


def test_what_must_be_filled_in_is_named_and_what_may_stay_empty_is_left_out(app):
    fields = (Field("administrator.email", "email"), Field("note", required=False))
    assert typed(app, note=" ")(fields) == ({}, [Fault("administrator.email", "fault.required")])


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("whole", "34", 34),
        ("day", "2026-11-23", "2026-11-23"),
        ("instant", "2026-11-23T14:05", "2026-11-23T12:05:00.000000Z"),
        ("instant", "2026-07-01T14:05", "2026-07-01T11:05:00.000000Z"),
        ("money", "1 234,5", {"amount": "1234.50", "currency": "EUR"}),
        ("hidden-money", "608.99", {"amount": "608.99", "currency": "EUR"}),
    ],
)
def test_a_value_is_read_as_people_write_it(kind, given, value):
    assert READERS[kind](given) == value


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        ("whole", "3.5"),
        ("whole", "-1"),
        ("whole", "9" * 10),
        ("day", "23.11.2026"),
        ("instant", "yesterday"),
        ("instant", "0001-01-01T00:00"),
        ("whole", "٣"),
        ("money", "608,999"),
        ("money", "NaN"),
        ("money", "1e30"),
    ],
)
def test_what_does_not_fit_is_refused(kind, given):
    with pytest.raises(Unfit):
        READERS[kind](given)


@given(st.sampled_from(sorted(READERS)), st.text(max_size=40))
def test_nothing_that_is_typed_breaks_a_form(kind, given):
    with contextlib.suppress(Unfit):
        READERS[kind](given)


def test_a_choice_that_was_not_offered_is_refused(app):
    fields = (Field("outcome", "choice", choices=("approved", "rejected"), words="state"),)
    assert typed(app, outcome="paid")(fields) == ({}, [Fault("outcome", "fault.choice")])


def test_a_promise_must_be_given_and_is_not_sent(app):
    fields = (Field("read", "promise"),)
    assert typed(app)(fields)[1] == [Fault("read", "fault.tick")]
    assert typed(app, read="yes")(fields) == ({}, [])


def test_a_group_of_something_that_is_not_there_is_not_asked():
    phases = tuple(
        Field(f"phases.{number}.{name}", kind, grouped=True)
        for number in range(2)
        for name, kind in (("name", "hidden"), ("opens_at", "instant"))
    )
    assert [one.name for one in asked(phases, {"phases.0.name": "offers"})] == [
        "phases.0.name",
        "phases.0.opens_at",
    ]


def test_a_refusal_that_points_at_fields_is_said_there_and_any_other_of_the_whole():
    pointed = {"errors": {"/parts/1/hours": ["x"], "/parts/1/hours/0": ["x"], "/unknown": ["x"]}}
    assert faults_of(pointed, PARTS) == (Fault("parts.1.hours", "fault.unfit"),)
    told = {"title": "Par vēlu", "detail": "Termiņš ir beidzies."}
    assert faults_of(told, PARTS) == (Fault("", "Termiņš ir beidzies.", "Par vēlu"),)


names = st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(".".join)


@given(st.dictionaries(names, st.integers(), max_size=1))
def test_what_is_put_in_a_body_is_found_under_the_same_name(values):
    body = {}
    for name, value in values.items():
        put(body, name, value)
    assert values.items() <= dict(flat(body)).items()


ROWS = (Field("shares.*", "whole", required=False, most=3), Field("note", required=False))


def names(fields) -> list[str]:
    return [one.name for one in fields]


def test_a_list_is_asked_in_a_row_for_each_that_is_known_and_some_to_spare():
    assert names(asked(ROWS, {}, spare=1)) == ["shares.0", "note"]
    known = {"shares": [80, 90], "shares.0": 80, "shares.1": 90}
    assert names(asked(ROWS, known, spare=1)) == ["shares.0", "shares.1", "shares.2", "note"]
    assert names(asked(ROWS, {"shares.7": "", "shares.x": "", "shares.9999": ""})) == [
        "shares.0", "shares.1", "shares.2", "note",
    ]  # fmt: skip


def test_what_belongs_together_is_asked_row_by_row_and_only_the_first_must_be_there():
    prices = (Field("prices.*.title", grouped=True, most=9), Field("prices.*.price", "money", True, most=9))
    rows = asked(prices, {"prices.0.title": "A"}, spare=1)
    assert [(one.name, one.place, one.required) for one in rows] == [
        ("prices.0.title", 1, True),
        ("prices.0.price", 1, True),
        ("prices.1.title", 2, False),
        ("prices.1.price", 2, False),
    ]


def test_rows_left_empty_are_left_out(app):
    form = {"shares.0": "80", "shares.1": "", "shares.2": "95"}
    assert typed(app, **form)(ROWS) == ({"shares": [80, 95]}, [])


def test_a_refusal_of_a_whole_list_is_said_at_its_first_row():
    fields = asked(ROWS, {"shares.0": "1", "shares.1": "1"})
    assert faults_of({"errors": {"/shares": ["x"]}}, fields) == (Fault("shares.0", "fault.unfit"),)
