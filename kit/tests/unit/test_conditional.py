"""Answers that are not sent again."""

from datetime import UTC, datetime

import flask
import pytest
from ila_kit.web.conditional import content_tag, is_known, kept_headers, last_modified
from werkzeug.datastructures import Headers

TAG = content_tag(b"[1]")["ETag"]
APP = flask.Flask(__name__)


def test_a_tag_is_that_of_the_bytes_and_weak():
    assert TAG == content_tag(b"[1]")["ETag"] != content_tag(b"[2]")["ETag"]
    assert TAG.startswith('W/"')


@pytest.mark.parametrize(
    ("given", "known"),
    [
        (TAG, True),
        (TAG.removeprefix("W/"), True),
        (f'"x", {TAG}', True),
        ("*", True),
        ('"x"', False),
        ("", False),
    ],
)
def test_whoever_has_it_is_known_however_he_says_so(given, known):
    with APP.test_request_context(headers={"If-None-Match": given}):
        assert is_known(TAG) is known
        assert is_known(None) is False


def test_the_last_change_is_told_as_http_has_it():
    assert last_modified(datetime(2024, 10, 11, 20, 59, 59, 999, tzinfo=UTC)) == {
        "Last-Modified": "Fri, 11 Oct 2024 20:59:59 GMT"
    }
    assert last_modified(None) == {}


def test_what_goes_with_an_unchanged_answer():
    headers = Headers({"ETag": TAG, "Vary": "Accept", "Content-Type": "a/b", "X-A": "b"})
    assert kept_headers(headers) == {"ETag": TAG, "Vary": "Accept"}
