"""Fields take what they say and never guess."""

import contextlib
import unicodedata
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import marshmallow as ma
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.web.problems import Invalid
from ila_kit.web.resource import load, pointers
from ila_kit.web.schemas import Fits, ListQuery, Schema, fields, list_of

ID = "0193a5c0-7b7e-7cc2-a3b4-d5e6f7a8b9c0"


class PartSchema(Schema):
    """A part of the sample."""

    hours = fields.WholeNumber(min=1, max=2_000, required=True)


class SampleSchema(Schema):
    """A field of every kind."""

    number = fields.WholeNumber(min=-5, max=10)
    text = fields.Text(max=20)
    code = fields.Text(max=20, pattern=r"[A-Z]{2}-[0-9]+")
    flag = fields.Flag()
    word = fields.OneOf(["lv", "en"])
    id = fields.Id()
    at = fields.Instant()
    day = fields.Date()
    price = fields.Money()
    parts = fields.List(fields.Nested(PartSchema))


def read(**value):
    return load(SampleSchema(), value)


def refusal(value, schema=None):
    with pytest.raises(Invalid) as refused:
        load(schema or SampleSchema(), value)
    return refused.value.facts["errors"]


def test_good_values_are_read_as_what_they_mean():
    value = {
        "number": 7,
        "text": "Labdien",
        "code": "LV-4",
        "flag": False,
        "word": "lv",
        "id": ID,
        "at": "2024-10-11T23:59:00+03:00",
        "day": "2024-10-11",
        "price": {"amount": "427.43", "currency": "EUR"},
        "parts": [{"hours": 34}],
    }
    assert read(**value) == value | {
        "id": UUID(ID),
        "at": datetime(2024, 10, 11, 20, 59, tzinfo=UTC),
        "day": date(2024, 10, 11),
        "price": Decimal("427.43"),
    }


REFUSED = {
    "number": [True, False, 1.0, 1.5, "1", "", None, float("nan"), float("inf"), 11, -6, 10**30, [1], {}],
    "text": [
        *(None, 5, True, ["a"], {}, "", "   ", "a" * 21),
        *("a\0b", "a\x1bb", "a\x7fb", "a\x85b", "a\x9bb"),
        *("a\u202eb", "a\u202ab", "a\u2066b", "a\u2069b", "\ud800", "a\udfffb"),
    ],
    "code": ["lv-4", "LV-4\nx", "xLV-4", "LV-4x", "LV-٤", ""],
    "flag": ["true", "yes", 1, 0, None, "", []],
    "word": ["LV", "lv ", "", None, 1, ["lv"]],
    "id": [
        *(None, 5, "", "abc", ID[:-1], ID + "0", ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}"),
        *(ID.replace("-", "") + "----", "----" + ID.replace("-", ""), ID.replace("0", "٠"), [ID]),
    ],
    "at": [
        *("2024-10-11", "2024-10-11T23:59:00", "yesterday", "", None, 1_732_100_000, 1.5),
        *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-02-30T10:00:00Z"),
        *("20241011T235900Z", "2024-W41-5T10:00:00Z", "2024-10-11T24:00:00Z", "2024-10-11T10:00:00Z\0"),
    ],
    "day": ["2024-02-30", "11.10.2024", "20241011", "2024-W41-5", "2024-10-11T00:00:00Z", "", None, 20241011],
    "price": [
        *("427.43", 427.43, None, [], {}, {"amount": "427.43"}, {"currency": "EUR"}),
        *({"amount": text, "currency": "EUR"} for text in ("427.431", "1e3", "NaN", "-0", "", "٤", " 1")),
        *({"amount": value, "currency": "EUR"} for value in (427.43, 427, None, True, ["1"])),
        *({"amount": "427.43", "currency": text} for text in ("USD", "eur", "", None, 5)),
        {"amount": "427.43", "currency": "EUR", "rounded": True},
    ],
    "parts": [{}, "a", [5], [None], [{"hours": 0}], [{}], [{"hours": 1, "cap": 2}], None],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, many in REFUSED.items() for value in many], ids=ascii
)
def test_anything_else_is_refused_at_its_place(name, value):
    errors = refusal({name: value})
    assert errors
    assert all(pointer == f"/{name}" or pointer.startswith(f"/{name}/") for pointer in errors)


@pytest.mark.parametrize("name", ["role", "status", "amount", "organisation_id", "__proto__", "", "a/b~c"])
def test_an_unknown_member_is_refused(name):
    pointer = "/" + name.replace("~", "~0").replace("/", "~1")
    assert list(refusal({"number": 1, name: "x"})) == [pointer]


def test_every_fault_is_named_at_its_place():
    value = {"number": "1", "parts": [{"hours": 1}, {"hours": True, "cap": 1}]}
    assert set(refusal(value)) == {"/number", "/parts/1/hours", "/parts/1/cap"}


@pytest.mark.parametrize("value", [None, [], "text", 5, True, [{}]])
def test_a_body_that_is_no_object_is_refused_as_a_whole(value):
    assert set(refusal(value)) == {""}


def test_texts_are_kept_in_one_unicode_form():
    assert read(text="Rīga")["text"] == "Rīga"
    assert read(text="  Rīga\t")["text"] == "Rīga"


@given(st.text(max_size=30))
def test_a_text_that_is_taken_is_clean_and_stays_as_it_is(text):
    try:
        taken = read(text=text)["text"]
    except Invalid:
        return
    assert taken == unicodedata.normalize("NFC", taken).strip() == read(text=taken)["text"]
    assert not any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\t\n\r" for sign in taken)


@given(st.integers())
def test_a_whole_number_keeps_to_its_bounds(number):
    if -5 <= number <= 10:
        assert read(number=number)["number"] == number
    else:
        assert refusal({"number": number})


@pytest.mark.parametrize("name", REFUSED)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(), st.lists, max_leaves=3
    )
)
def test_no_value_breaks_a_field(name, value):
    with contextlib.suppress(Invalid):
        assert name in read(**{name: value})


def test_a_list_query_has_a_page_of_fifty():
    assert load(ListQuery(), {}) == {"limit": 50}
    assert load(ListQuery(), {"limit": "200", "sort": "-created_at"})["limit"] == 200


@pytest.mark.parametrize(
    "query",
    [
        *({"limit": text} for text in ("0", "201", "-1", "1.0", "1e2", "", " 5", "٥", "9" * 50, "true")),
        *({"sort": text} for text in ("", "a b", "a;b", "--a", "a\n", "A", "a" * 41)),
        *({"after": text} for text in ("", "x" * 1_001)),
        *({"updated_since": text} for text in ("", "2024-10-11", "2024-10-11T10:00:00", "now")),
        {"page": "1"},
    ],
    ids=str,
)
def test_a_list_query_that_makes_no_sense_is_refused(query):
    assert set(refusal(query, ListQuery())) == {f"/{name}" for name in query}


def test_a_page_has_items_and_the_next_cursor():
    page = list_of(SampleSchema)
    assert page.__name__ == "SampleList"
    assert page().validate({"items": [{"number": 1}], "next": None}) == {}
    assert page().validate({"items": [{"number": "1"}], "next": 5, "more": 1}).keys() == {
        "items",
        "next",
        "more",
    }


def test_pointers_follow_the_nesting():
    messages = {"a": {0: {"b/c": ["wrong"]}}, "_schema": ["odd"], "d": ["missing", "too"]}
    assert pointers(messages) == {"/a/0/b~1c": ["wrong"], "": ["odd"], "/d": ["missing", "too"]}


def test_a_pattern_holds_for_the_whole_text_and_is_documented_so():
    fits = Fits("[a-z]+|[0-9]+")
    assert fits.regex.pattern == "^(?:[a-z]+|[0-9]+)$"
    assert fits("abc") == "abc"
    for text in ("abc\n", "abc1", "1abc", "\nabc", ""):
        with pytest.raises(ma.ValidationError):
            fits(text)
