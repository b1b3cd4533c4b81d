"""One canonical path, or a refusal."""

from urllib.parse import quote, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.paths import LONGEST, BadPath, canonical

HOSTILE = [
    "/api/funding/v1/%2e%2e/identity",
    "/api/funding/v1/..%2fidentity",
    "/api/funding/v1/%2f%2fidentity",
    "/api/funding/v1/a%5cb",
    "/api/funding/v1/a\\b",
    "/api/funding/v1/../../identity/v1/x",
    "/api/funding/v1/./quotes",
    "/api/funding/v1//quotes",
    "//evil.example/api",
    "/api//funding/v1/quotes",
    "/api/funding/v1/quotes;admin=1",
    "/api/funding/v1/quotes%3Badmin=1",
    "/api/funding/v1/%00",
    "/api/funding/v1/%0d%0aX:1",
    "/api/funding/v1/%7f",
    "/api/funding/v1/%c2%85",
    "/api/funding/v1/%ff",
    "/api/funding/v1/%c0%ae%c0%ae/x",
    "/api/funding/v1/%",
    "/api/funding/v1/%2",
    "/api/funding/v1/%zz",
    "/api/funding/v1/%252e%252e/x",
    "/api/funding/v1/%25%32%66",
    "/api/funding/v1/..",
    "/api/funding/v1/.",
    "/..",
    "/a b",
    "/ā",
    "/a#b",
    "http://127.0.0.1/api/funding/v1/quotes",
    "127.0.0.1:80",
    "*",
    "",
    "?x",
    "/" + "a" * LONGEST,
    "/a?" + "b" * LONGEST,
]


@pytest.mark.parametrize("raw", HOSTILE)
def test_an_address_with_more_than_one_reading_is_refused(raw):
    with pytest.raises(BadPath):
        canonical(raw)


@pytest.mark.parametrize(
    ("raw", "path", "query"),
    [
        ("/", "/", ""),
        ("/api/funding/v1/quotes", "/api/funding/v1/quotes", ""),
        ("/api/funding/v1/quotes/?a=%2F..&b", "/api/funding/v1/quotes/", "a=%2F..&b"),
        ("/%61pi/funding", "/api/funding", ""),
        ("/zi%c5%86as/m%C4%81ksl%c4%abgais", "/zi%C5%86as/m%C4%81ksl%C4%ABgais", ""),
        ("/.well-known/jwks.json", "/.well-known/jwks.json", ""),
        ("/a...b", "/a...b", ""),
        ("/100%25", "/100%25", ""),
    ],
)
def test_other_addresses_get_one_spelling(raw, path, query):
    target = canonical(raw)
    assert (target.path, target.query) == (path, query)


@given(st.text(alphabet=st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=60))
def test_what_is_forwarded_is_canonical_already(text):
    try:
        once = canonical("/" + text)
    except BadPath:
        return
    assert canonical(once.text) == once


@given(st.text(max_size=40))
def test_no_dots_slashes_or_controls_survive_however_they_are_spelled(text):
    try:
        path = canonical("/x/" + quote(text, safe="")).path
    except BadPath:
        return
    plain = unquote(path)
    assert ".." not in plain.split("/")
    assert "//" not in plain
    assert not any(character in plain for character in "\\;\0\r\n")
    assert plain.count("/") == path.count("/")
