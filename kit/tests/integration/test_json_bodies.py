"""A body is one JSON value in UTF-8, or it is refused; no spelling of it breaks anything."""

import base64
import json
from pathlib import Path
from uuid import uuid4

import pytest
from ila_kit.testing.http import identity_token

pytestmark = pytest.mark.integration
NOTES = "/api/notes/v1/notes"
CASES = json.loads(Path(__file__).with_name("json_cases.json").read_text())["cases"]
GOOD = b'{"title": "a", "price": {"amount": "1.50", "currency": "EUR"}, "day": "2024-11-20"}'


@pytest.fixture
def post(notes):
    """Sends bytes as a JSON body."""
    headers = {"Authorization": f"Bearer {identity_token('notes', uuid4(), 'writer')}"}

    def send(data):
        return notes.anybody().post(
            NOTES,
            data=data,
            content_type="application/json",
            headers=headers | {"Idempotency-Key": str(uuid4())},
        )

    return send


def test_the_body_of_these_tests_is_taken_when_it_is_good(post):
    assert post(GOOD).status_code == 201


@pytest.mark.parametrize(("name", "data"), CASES, ids=[name for name, _ in CASES])
def test_a_body_is_judged_as_the_suite_of_json_parsers_says(post, name, data):
    # n: must not parse; y: must parse (and is no note); i: either, but never a fault of ours.
    expected = {"n": {400}, "y": {422}, "i": {400, 422}}[name[0]]
    assert post(base64.b64decode(data)).status_code in expected


@pytest.mark.parametrize(
    "data", [b"[" * 100_000, b'[{"":' * 50_000, b"{" * 100_000], ids=["arrays", "both", "objects"]
)
def test_a_body_nested_without_end_is_refused(post, data):
    assert post(data).status_code == 400


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e999", "0x10", "01", "1_0", "1.", ".5", "+1"]
)
def test_a_number_that_json_does_not_know_is_refused(post, number):
    assert post(GOOD[:-1] + f', "rank": {number}}}'.encode()).status_code == 400


@pytest.mark.parametrize(
    "number", ["1.0", "1e2", "1E400", "-0", "99999999999999999999999", "1.5", "true", '"1"', "null"]
)
def test_a_number_that_is_no_whole_one_is_refused_or_nothing(post, number):
    assert post(GOOD[:-1] + f', "rank": {number}}}'.encode()).status_code in (
        400,
        422,
        201 if number == "-0" else 422,
    )


@pytest.mark.parametrize(
    "text", [rb"\u0000", rb"\ud800", rb"\udfff", rb"\u202e", b"\xff", b"\xed\xa0\x80", rb"\u001b"]
)
def test_a_text_with_characters_nobody_sees_is_refused(post, text):
    assert post(GOOD.replace(b'"a"', b'"a' + text + b'"')).status_code in (400, 422)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "utf-8-sig"])
def test_another_encoding_is_refused(post, encoding):
    assert post(GOOD.decode().encode(encoding)).status_code == 400


def test_latvian_letters_stay_as_they_are(post):
    response = post(GOOD.replace(b'"a"', '"Ķīmija, Žagare, š"'.encode()))
    assert response.json["title"] == "Ķīmija, Žagare, š"
    assert "Ķīmija".encode() in response.data
