"""What passes the door in either direction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway import headers

FORGED = [
    "HTTP_AUTHORIZATION",
    "HTTP_COOKIE",
    "HTTP_FORWARDED",
    "HTTP_X_USER",
    "HTTP_X_FORWARDED_FOR",
    "HTTP_X_FORWARDED_HOST",
    "HTTP_X_REQUEST_ID",
    "HTTP_X_ORIGINAL_URL",
    "HTTP_X_HTTP_METHOD_OVERRIDE",
    "HTTP_X_ACTING_FOR",
    "HTTP_CONNECTION",
    "HTTP_TRANSFER_ENCODING",
    "HTTP_TE",
    "HTTP_UPGRADE",
    "HTTP_EXPECT",
    "HTTP_HOST",
    "HTTP_CONTENT_ENCODING",
    "HTTP_PROXY",
    "HTTP_VIA",
    "CONTENT_LENGTH",
]


@pytest.mark.parametrize("name", FORGED)
def test_what_says_who_one_is_or_concerns_the_connection_does_not_pass(name):
    assert headers.passed_on({name: "forged"}, to_pages=False) == []
    assert headers.passed_on({name: "forged"}, to_pages=True) == []


@given(st.dictionaries(st.from_regex(r"HTTP_[A-Z_]{1,20}", fullmatch=True), st.text(min_size=1)))
def test_only_named_headers_pass(environ):
    passed = {name for name, _ in headers.passed_on(environ, to_pages=False)}
    assert passed <= {
        "Accept",
        "Accept-Language",
        "Accept-Encoding",
        "Idempotency-Key",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "Range",
        "If-Range",
        "User-Agent",
    }


def test_a_session_cookie_given_twice_is_no_session():
    assert headers.cookie({"HTTP_COOKIE": "ila_session=a; ila_session=b"}, "ila_session") is None
    assert headers.cookie({"HTTP_COOKIE": "x=1; ila_session=a"}, "ila_session") == "a"


def test_the_portal_gets_the_session_and_its_own_cookies_only():
    environ = {"HTTP_COOKIE": "ila_session=a; ila_sign_in=secret; other=1; ila_portal_language=en"}
    assert headers.page_cookies(environ, "ila_session") == [
        ("Cookie", "ila_session=a; ila_portal_language=en")
    ]


def test_an_answer_loses_what_concerns_the_connection_and_what_it_names_so():
    answered = [
        ("Connection", "keep-alive, X-Hidden"),
        ("X-Hidden", "1"),
        ("Keep-Alive", "timeout=5"),
        ("Server", "gunicorn/27"),
        ("X-Request-Id", "theirs"),
        ("Transfer-Encoding", "chunked"),
        ("ETag", '"3"'),
    ]
    assert headers.brought_back(answered, cookies=False) == [("ETag", '"3"')]


def test_only_the_portal_sets_cookies_and_never_the_session():
    answered = [("Set-Cookie", "ila_session=stolen"), ("Set-Cookie", "ila_portal_language=lv; Path=/")]
    assert headers.brought_back(answered, cookies=False) == []
    assert headers.brought_back(answered, cookies=True) == [("Set-Cookie", "ila_portal_language=lv; Path=/")]


def test_pages_get_a_content_policy_unless_they_have_their_own():
    page = [("Content-Type", "text/html; charset=utf-8")]
    assert "Content-Security-Policy" in dict(headers.secured(page, secure=False))
    own = [*page, ("content-security-policy", "default-src 'none'")]
    assert "Content-Security-Policy" not in dict(headers.secured(own, secure=False))
    assert "Content-Security-Policy" not in dict(headers.secured([], secure=False))


def test_strict_transport_is_said_over_tls_only():
    assert "Strict-Transport-Security" in dict(headers.secured([], secure=True))
    assert "Strict-Transport-Security" not in dict(headers.secured([], secure=False))
