"""What holds on every page: friendly faults, strict headers, nothing personal outside, sound structure."""

import pytest
from page_structure import Structure

PROGRAMME = "/programmes/01a20baa-d41f-79e6-925e-c637ea6ffd8d"
APPLICATION = "/applications/01a20baa-0000-7000-8000-0000000000aa"
PAGES = [
    "/", "/programmes", "/programmes?q=xyz", PROGRAMME, f"{PROGRAMME}/apply", "/account", "/account/entries",
    APPLICATION, f"{APPLICATION}/withdraw", "/nothing-here", "/signed-in", "/signed-out",
    "/sign-in/assurance-not-reached", "/sign-in/sign-in-unavailable",
]  # fmt: skip


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_well_built(learner, gateway, path, language):
    gateway.state = "offered"
    learner.set_cookie("ila_portal_language", language)
    page = Structure(learner.get(path).text)
    assert page.faults == []
    assert len(page.ids) == len(set(page.ids))
    assert set(page.fields) <= page.labelled
    assert page.headings.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(page.headings, page.headings[1:], strict=False))


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_kept_by_nobody_and_loads_nothing_foreign(learner, gateway, path):
    gateway.state = "offered"
    headers = learner.get(path).headers
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"


def test_styles_may_be_kept_for_long_because_their_address_names_their_content(visitor):
    start = visitor.get("/").text
    address = start.split('rel="stylesheet" href="')[1].split('"')[0]
    with visitor.get(address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]
    assert "?v=" in address


@pytest.mark.parametrize("language", ["lv", "en"])
@pytest.mark.parametrize(
    ("path", "broken", "status", "expected"),
    [
        ("/programmes", "/api/catalog/v1/public/programmes", 500, 503),
        ("/account", "/api/funding/v1/accounts/me", 503, 503),
        ("/account", "/api/applications/v1/applications", 502, 503),
        (PROGRAMME, "/api/funding/v1/public/quotes", 503, 503),
        ("/programmes", "/api/catalog/v1/public/programmes", 400, 400),
        (PROGRAMME, "/api/catalog/v1/public" + PROGRAMME, 404, 404),
        ("/nothing-here", "-", 404, 404),
    ],
)
def test_a_failing_service_gives_a_friendly_page(learner, gateway, path, broken, status, expected, language):
    gateway.state = "offered"
    gateway.fail(broken, status, {"detail": "Traceback"} if status >= 500 else {})
    page = learner.get(f"{path}?lang={language}", headers={"X-Request-Id": "my-request"})
    assert page.status_code == expected
    assert "my-request" in page.text
    assert page.headers["X-Request-Id"] == "my-request"
    assert "Traceback" not in page.text


def test_an_answer_that_is_no_json_counts_as_none(visitor, gateway):
    gateway.fail("/api/catalog/v1/public/programmes", 200, b"<html>")
    assert visitor.get("/programmes").status_code == 503


def test_an_answer_without_the_fields_we_need_shows_no_trace(visitor, gateway):
    gateway.fail("/api/catalog/v1/public/programmes", 200, {"surprise": []})
    page = visitor.get("/programmes")
    assert page.status_code == 500
    assert "Kaut kas nogāja greizi" in page.text


def test_a_gateway_that_is_away_gives_503_and_the_start_page_still_works(app, gateway, visitor):
    app.extensions["gateway"].close()
    app.extensions["gateway"] = type(app.extensions["gateway"])("http://127.0.0.1:1", 0.5, 0.5, 2)
    page = visitor.get("/programmes")
    assert page.status_code == 503
    assert page.headers["Retry-After"] == "10"
    assert visitor.get("/").status_code == 200


def test_the_session_language_and_trace_go_along_and_nothing_else(learner, gateway):
    learner.set_cookie("a_tracker", "1")
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    learner.get("/account", headers={"X-Request-Id": "r-1", "traceparent": trace, "X-User": "somebody"})
    for seen in gateway.requests:
        assert seen.headers["Cookie"] == "ila_session=a-session"
        assert seen.headers["X-Request-Id"] == "r-1"
        assert seen.headers["traceparent"].split("-")[1] == "a" * 32
        assert seen.headers["Accept-Language"] == "lv"
        assert "X-User" not in seen.headers


def test_under_tls_the_host_bound_cookie_is_the_one_that_counts(app, gateway):
    browser = app.test_client()
    browser.set_cookie("ila_session", "planted")
    browser.set_cookie("__Host-ila_session", "real", secure=True)
    browser.get("/account", base_url="https://localhost")
    assert {seen.headers["Cookie"] for seen in gateway.requests} == {"__Host-ila_session=real"}


def test_nothing_personal_stands_in_titles_addresses_or_logs(learner, gateway, caplog):
    gateway.state = "offered"
    with caplog.at_level("INFO"):
        for path in PAGES:
            title = learner.get(path).text.split("<title>")[1].split("</title>")[0]
            assert "608" not in title
    assert "a-session" not in caplog.text
    assert "a-csrf-token" not in caplog.text


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_answers_without_the_gateway(visitor, gateway, path):
    assert visitor.get(path).status_code == 200
    assert gateway.requests == []


def test_a_method_that_a_page_lacks_is_refused_with_what_it_has(visitor):
    answer = visitor.post("/programmes")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
