"""The routes table: which operation a request means, and what its lines may say."""

import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.merged import own_document
from ila_gateway.paths import BadPath, canonical
from ila_gateway.routes import MethodNotAllowed, Routes, load
from ila_gateway.web.application import own_app
from ila_kit.errors import Missing

SHIPPED = load()
SERVICES = ("identity", "catalog", "applications", "funding")


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("POST", "/api/funding/v1/quotes", "/api/funding/v1/quotes"),
        ("GET", "/api/identity/v1/persons/me", "/api/identity/v1/persons/me"),
        ("GET", "/api/identity/v1/persons/me/roles", "/api/identity/v1/persons/{person_id}/roles"),
        ("GET", "/api/catalog/v1/offers/1", "/api/catalog/v1/offers/{offer_id}"),
        ("GET", "/api/catalog/v1/offers/1/attachments", "/api/catalog/v1/offers/{subject_id}/attachments"),
        ("GET", "/auth/login", "/auth/login"),
        ("GET", "/health/live", "/health/live"),
    ],
)
def test_a_request_means_one_operation(method, path, template):
    assert SHIPPED.find(method, path).template == template


@pytest.mark.parametrize("path", ["/", "/programmes/1", "/apis", "/Api/funding/v1/quotes"])
def test_what_is_neither_the_gateways_nor_a_services_is_a_page(path):
    for method in ("GET", "HEAD", "POST"):
        assert SHIPPED.find(method, path).neighbour == "portal"
    with pytest.raises(MethodNotAllowed) as refused:
        SHIPPED.find("DELETE", path)
    assert refused.value.allow == [("Allow", "GET, HEAD, POST")]


@pytest.mark.parametrize(
    "path",
    [
        "/api/funding/v1",
        "/api/funding/v1/",
        "/api/funding/v1/quotes/",
        "/api/funding/v1/quotes/1",
        "/api/funding/v1/nothing",
        "/api/funding/v2/quotes",
        "/api/funding/health/live",
        "/api/funding/openapi.json",
        "/api/catalog/v1/quotes",
        "/api/catalog/v1/offers//attachments",
        "/api/portal/v1/x",
        "/api",
        "/api/",
        "/auth",
        "/auth/nothing",
        "/health",
        "/openapi.json",
        "/.well-known/anything",
        "/registers/v1/x",
        "/queue/v1/tickets",
    ],
)
def test_what_no_line_names_is_nobodys(path):
    for method in ("GET", "POST", "OPTIONS"):
        with pytest.raises(Missing):
            SHIPPED.find(method, path)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/funding/v1/quotes", "POST"),
        ("/api/funding/v1/claims/1", "GET, HEAD"),
        ("/api/catalog/v1/offers/1/attachments/2", "DELETE, GET, HEAD"),
        ("/auth/sessions", "DELETE, GET, HEAD"),
    ],
)
def test_another_method_is_told_which_there_are(path, allowed):
    for method in ("OPTIONS", "TRACE", "get", "PATCH", "X"):
        with pytest.raises(MethodNotAllowed) as refused:
            SHIPPED.find(method, path)
        assert refused.value.allow == [("Allow", allowed)]


def test_head_is_asked_like_get():
    for route in SHIPPED.all:
        if route.method == "GET":
            assert SHIPPED.find("HEAD", route.template) is route


def segments():
    """Return segments as they stand in a canonical path: any one, also those templates name."""
    named = sorted({part for route in SHIPPED.all for part in route.template.split("/")[1:]})
    return st.sampled_from(named) | st.text(min_size=1, max_size=20).map(_canonical).filter(bool)


def _canonical(text: str) -> str:
    try:
        path = canonical("/" + text).path[1:]
    except BadPath:
        return ""
    return "" if "/" in path else path


@given(st.data())
def test_any_path_of_an_operation_finds_it_or_one_that_names_more_of_it(data):
    route = data.draw(st.sampled_from(SHIPPED.all))
    filled = [data.draw(segments()) if part.startswith("{") else part for part in route.template.split("/")]
    found = SHIPPED.find(route.method, "/".join(filled))
    assert found.neighbour == route.neighbour
    pairs = list(zip(found.template.split("/"), route.template.split("/"), strict=True))
    assert all(mine == theirs or theirs.startswith("{") for mine, theirs in pairs)


@given(st.lists(segments() | st.just(""), max_size=7), st.sampled_from(["GET", "POST", "DELETE", "OPTIONS"]))
def test_no_path_of_one_service_is_answered_by_another(parts, method):
    for service in SERVICES:
        try:
            found = SHIPPED.find(method, "/".join(["", "api", service, "v1", *parts]))
        except (Missing, MethodNotAllowed):
            continue
        assert found.neighbour == service


def test_a_named_segment_with_no_such_method_gives_way_to_any_segment(tmp_path):
    table = written(
        tmp_path, '"GET /things/new" = {}\n"PUT /things/{id}" = {}\n"GET /things/{id}/parts" = {}'
    )
    assert table.find("GET", "/api/funding/v1/things/new").template.endswith("/new")
    assert table.find("PUT", "/api/funding/v1/things/new").template.endswith("/{id}")
    assert table.find("GET", "/api/funding/v1/things/new/parts").template.endswith("/{id}/parts")
    with pytest.raises(MethodNotAllowed) as refused:
        table.find("DELETE", "/api/funding/v1/things/new")
    assert refused.value.allow == [("Allow", "GET, HEAD, PUT")]


def test_a_line_says_only_what_is_not_usual(tmp_path):
    table = written(
        tmp_path,
        '"GET /usual" = {}\n'
        '"GET /export" = { callers = "public", rate = "costly", seconds = 120 }\n'
        '"POST /act" = { assurance = "high" }\n'
        '"POST /files" = { body = "upload" }\n'
        '"GET /facts" = { scope = "funding.facts" }\n',
    )
    usual, export, act, files_, facts = (one for one in table.all if one.neighbour == "funding")
    assert (usual.callers, usual.scope, usual.assurance, usual.cost) == ("signed-in", None, "low", 1)
    assert (usual.seconds, usual.audience) == (30, "funding")
    assert (export.callers, export.cost, export.seconds) == ("public", 10, 120)
    assert act.assurance == "high"
    assert facts.scope == "funding.facts"
    assert usual.body_limit("multipart/form-data; boundary=x") == 1_048_576
    assert files_.body_limit("application/json") == 1_048_576
    assert files_.body_limit("Multipart/Form-Data; boundary=x") == 26_214_400


@pytest.mark.parametrize(
    ("lines", "fault"),
    [
        ('"GET /a" = { callers = "everybody" }', "callers is one of signed-in, public"),
        ('"GET /a" = { assurance = "higher" }', "assurance is one of low, substantial, high"),
        ('"GET /a" = { rate = "cheap" }', "rate is one of free, usual, costly"),
        ('"GET /a" = { body = "huge" }', "body is one of json, upload"),
        ('"GET /a" = { role = "learner" }', "no such thing can be said: role"),
        ('"GET /a" = { scope = "a.b", assurance = "high" }', "a machine with a scope"),
        ('"FETCH /a" = {}', "not one of GET, POST"),
        ('"GET a" = {}', "not one of GET, POST"),
        ('"GET /a/{x}" = {}\n"GET /a/{y}" = {}', "the same as /api/funding/v1/a/{x}"),
    ],
)
def test_a_line_that_means_nothing_stops_the_gateway_and_is_named(tmp_path, lines, fault):
    with pytest.raises(ValueError, match=fault) as refused:
        written(tmp_path, lines)
    assert "funding" in str(refused.value)


def test_the_table_and_our_own_application_name_the_same_addresses():
    own = own_app(SHIPPED.neighbours["gateway"].body_bytes)
    mapped = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in own.url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {(one.method, one.template) for one in SHIPPED.all if one.neighbour == "gateway"} == mapped


def test_the_table_lets_visitors_in_where_our_own_document_does():
    told = {
        (method.upper(), path): operation
        for path, item in own_document()["paths"].items()
        for method, operation in item.items()
    }
    for (method, path), operation in told.items():
        asked = SHIPPED.find(method, path)
        assert (asked.template, asked.neighbour) == (path, "gateway")
        assert (asked.callers == "public") == (operation["security"] == []), path


def test_the_gateway_takes_nothing_from_the_pages(tmp_path):
    with pytest.raises(ValueError, match="/programmes"):
        written(tmp_path, "", own='"GET /programmes" = {}')


def written(folder, lines, own="") -> Routes:
    """Return a table with these lines for funding, and none for the other services."""
    shipped = (files("ila_gateway.routes") / "neighbours.toml").read_text("utf-8")
    (folder / "neighbours.toml").write_text(shipped)
    (folder / "gateway.toml").write_text(own)
    for service in SERVICES:
        (folder / f"{service}.toml").write_text(lines if service == "funding" else "")
    return load(str(folder))
