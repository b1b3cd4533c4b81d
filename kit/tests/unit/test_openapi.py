"""The API document says of every operation who may call it, what it takes and all it may answer."""

import json
import re

import pytest
from ila_kit.cli import openapi
from ila_kit.service_settings import ServiceSettings
from ila_kit.texts import problem_texts
from notes_service.app import create_app
from openapi_spec_validator import OpenAPIV31SpecValidator

API = "/api/notes/v1"
NOTES = f"{API}/notes"


@pytest.fixture(scope="module")
def document():
    """The document, as the command prints it."""
    return json.loads(openapi(create_app, ServiceSettings))


@pytest.fixture(scope="module")
def operations(document):
    """Every operation with its method and path."""
    return {
        (method.upper(), path): operation
        for path, item in document["paths"].items()
        for method, operation in item.items()
        if method != "parameters"
    }


def test_the_document_is_valid(document):
    OpenAPIV31SpecValidator(document).validate()


def test_the_document_is_the_same_each_time(document):
    assert json.loads(openapi(create_app, ServiceSettings)) == document


def test_every_route_but_health_is_documented_and_nothing_else(operations):
    rules = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in create_app().url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    undocumented = {path for _, path in rules - set(operations)}
    assert set(operations) <= rules
    assert undocumented == {"/health/live", "/health/ready", "/openapi.json", "/static/{filename}"}


def test_every_operation_says_who_may_call_it_in_one_sentence(operations):
    for name, operation in operations.items():
        assert operation["summary"].endswith("."), name
        assert operation["x-tenant-scope"] in ("own", "any", "none"), name
        assert operation["x-roles"], name
        assert operation["x-assurance"] in ("low", "substantial", "high"), name
        public = operation["x-roles"] == ["public"]
        assert operation["security"] == ([] if public else [{"identity_token": []}]), name


@pytest.mark.parametrize(
    ("method", "path", "roles", "scope"),
    [
        ("GET", NOTES, ["auditor", "editor", "writer"], "own"),
        ("POST", NOTES, ["editor", "writer"], "own"),
        ("GET", f"{API}/public/greeting", ["public"], "none"),
        ("GET", f"{API}/me", ["signed-in"], "none"),
        ("GET", f"{API}/audit-events", ["auditor"], "any"),
    ],
)
def test_an_operation_names_its_roles_and_whose_rows_they_see(operations, method, path, roles, scope):
    operation = operations[method, path]
    assert (operation["x-roles"], operation["x-tenant-scope"]) == (roles, scope)


def test_an_operation_names_which_roles_see_only_their_own(operations):
    assert operations["GET", NOTES]["x-own-roles"] == ["editor", "writer"]
    assert "x-own-roles" not in operations["GET", f"{API}/audit-events"]


def test_every_operation_has_one_success(operations):
    for name, operation in operations.items():
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert len(good) == 1, name
        content = operation["responses"][good[0]].get("content", {})
        kind = "text/plain" if name[1].endswith("/example") else "application/json"
        assert set(content) == (set() if good == ["204"] else {kind}), name


def test_a_form_with_files_says_which_part_is_json_and_which_are_files(operations):
    (content,) = operations["POST", f"{API}/enclosures"]["requestBody"]["content"].items()

    assert content[0] == "multipart/form-data"
    assert content[1]["schema"]["required"] == ["form", "scan"]
    assert content[1]["schema"]["properties"]["form"] == {"$ref": "#/components/schemas/Enclosure"}
    assert content[1]["schema"]["properties"]["scan"]["format"] == "binary"


def test_every_problem_is_a_problem_document_with_codes_that_have_texts(operations):
    texts = problem_texts("ila_kit", "notes_service")
    for name, operation in operations.items():
        for status, response in operation["responses"].items():
            if status.startswith("2") or status == "default":
                continue
            (kind,) = response["content"]
            assert kind == "application/problem+json", name
            assert set(response["description"].split(", ")) <= set(texts), name


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        (
            "POST",
            f"{NOTES}/{{note_id}}/archival",
            {
                "400": "idempotency-key-required, malformed-json",
                "401": "unauthenticated",
                "403": "assurance-too-low, forbidden",
                "404": "not-found",
                "409": "note-archived, request-in-progress",
                "413": "body-too-large",
                "422": "idempotency-key-reused, invalid-request",
                "503": "busy",
            },
        ),
        (
            "PUT",
            f"{NOTES}/{{note_id}}",
            {
                "400": "idempotency-key-required, malformed-json",
                "401": "unauthenticated",
                "403": "forbidden",
                "404": "not-found",
                "409": "note-archived, request-in-progress",
                "412": "stale",
                "413": "body-too-large",
                "415": "unsupported-media-type",
                "422": "idempotency-key-reused, invalid-request",
                "428": "precondition-required",
                "503": "busy",
            },
        ),
        (
            "GET",
            f"{API}/public/greeting",
            {"401": "unauthenticated", "422": "invalid-request", "503": "busy"},
        ),
    ],
)
def test_an_operation_documents_all_its_problems(operations, method, path, expected):
    responses = operations[method, path]["responses"]
    found = {status: one["description"] for status, one in responses.items() if status[0] in "45"}
    assert found == expected


def test_headers_that_a_write_needs_are_documented(operations):
    def headers(method, path):
        return {one["name"]: one for one in operations[method, path]["parameters"] if one["in"] == "header"}

    key = headers("POST", NOTES)["Idempotency-Key"]
    assert (key["required"], key["schema"]) == (True, {"type": "string", "minLength": 1, "maxLength": 255})
    change = headers("PUT", f"{NOTES}/{{note_id}}")
    assert (change["If-Match"]["required"], change["Idempotency-Key"]["required"]) == (True, False)
    assert not headers("GET", NOTES)


def test_a_list_documents_its_paging_and_its_filters(operations):
    found = {one["name"] for one in operations["GET", NOTES]["parameters"]}
    assert found == {"limit", "after", "sort", "updated_since", "colour", "state"}


def test_money_is_documented_as_the_object_it_is(document):
    schemas = document["components"]["schemas"]
    assert schemas["Money"]["properties"]["amount"]["type"] == "string"
    assert schemas["Money"]["properties"]["currency"]["enum"] == ["EUR"]
    assert schemas["Money"]["additionalProperties"] is False
    price = schemas["Note"]["properties"]["price"]
    assert "#/components/schemas/Money" in json.dumps(price)


def test_bodies_take_no_other_members(document):
    schemas = document["components"]["schemas"]
    open_ones = {name for name, schema in schemas.items() if schema.get("additionalProperties") is not False}
    assert open_ones == {"Problem"}


def patterns(value):
    """All patterns anywhere in a document."""
    if isinstance(value, dict):
        found = [value["pattern"]] if isinstance(value.get("pattern"), str) else []
        return found + [one for inner in value.values() for one in patterns(inner)]
    return [one for inner in value for one in patterns(inner)] if isinstance(value, list) else []


def test_patterns_hold_for_the_whole_text_in_every_language_of_programming(document):
    found = set(patterns(document))
    assert found
    for pattern in found:
        assert pattern.startswith("^")
        assert pattern.endswith("$")
        assert r"\Z" not in pattern
        assert r"\A" not in pattern
