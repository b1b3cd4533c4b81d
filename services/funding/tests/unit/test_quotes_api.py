"""Prices over HTTP: the same answer to everybody, and every bad request refused with its code."""

import json

import pytest
from ila_funding.api import BLUEPRINTS
from ila_funding.app import SERVICE
from ila_funding.ports import Deps
from ila_funding.settings import Settings
from ila_kit.cli import offline_environment
from ila_kit.ids import uuid7
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.web.app import service_app

SIGNED, PUBLIC = "/api/funding/v1/quotes", "/api/funding/v1/public/quotes"
SET = {
    "kind": "module_set",
    "parts": [
        {"title": "Vienkāršu algoritmu izstrāde", "hours": 34},
        {"title": "Lokālo tīklu ierīkošana un uzturēšana", "hours": 136},
    ],
    "continuing_programme": "Datorsistēmas, datubāzes un datortīkli",
}
MODULE = {"kind": "module", "parts": [{"title": "Sistēmu programmēšana", "hours": 167}]}


@pytest.fixture
def visitor(units) -> ApiClient:
    settings = Settings(**offline_environment())
    app = service_app(
        SERVICE,
        "Funding",
        BLUEPRINTS,
        Deps(units=units, accounts=None, register=None, bank_file=None, statements=None, targets=()),
        settings,
        package="ila_funding",
        verifier=verifier(SERVICE),
        check_answers=True,
    )
    return ApiClient(app.test_client(), SERVICE)


@pytest.fixture
def learner(visitor) -> ApiClient:
    return visitor.as_(uuid7(), "learner")


def raw(client, body: str, path: str = PUBLIC):
    """Send a body exactly as written."""
    return client._client.post(path, data=body.encode(), content_type="application/json")


def test_a_learner_gets_the_price_with_the_whole_calculation(learner):
    answer = learner.post(SIGNED, SET)
    assert answer.status_code == 200
    assert answer.json["amount"] == {"amount": "608.99", "currency": "EUR"}
    assert answer.json["methodology"]["version"] == "1-2e/24/254"
    assert [step["rule"] for step in answer.json["steps"]] == ["BR-702", "BR-702", "BR-704", "BR-705"]
    assert "608.99 < 2,127.19" in answer.json["steps"][-1]["sentence_en"]


def test_a_visitor_gets_the_very_same_bytes(visitor, learner):
    assert visitor.post(PUBLIC, SET).data == learner.post(SIGNED, SET).data


@pytest.mark.parametrize("roles", [(), ("auditor",), ("provider_editor",)])
def test_every_signed_in_caller_may_ask(visitor, roles):
    assert visitor.as_(uuid7(), *roles).post(SIGNED, MODULE).status_code == 200


def test_without_a_token_only_the_public_form_answers(visitor):
    assert visitor.post(SIGNED, MODULE).status_code == 401
    assert visitor.post(PUBLIC, MODULE).json["amount"]["amount"] == "427.43"


def test_no_idempotency_key_is_needed_because_nothing_is_stored(visitor):
    assert raw(visitor, json.dumps(MODULE)).status_code == 200


def test_a_known_call_may_be_named(visitor, publish_call, call_id):
    publish_call()
    assert visitor.post(PUBLIC, MODULE | {"call_id": str(call_id)}).status_code == 200


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"call_id": str(uuid7())}, "unknown-call"),
        ({"as_of": "2024-09-03"}, "no-methodology"),
        ({"continuing_programme": "Grāmatvedība"}, "unknown-continuing-programme"),
        ({"kind": "course", "continuing_programme": None}, "unknown-kind"),
        ({"parts": [{"title": "Eksāmens"}]}, "wrong-part"),
        ({"parts": [{"title": "Biļete", "cost": {"amount": "1.00", "currency": "EUR"}}]}, "wrong-part"),
        ({"kind": "study_module"}, "ceiling-not-applicable"),
        ({"kind": "module", "continuing_programme": None}, "wrong-number-of-parts"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_what_a_rule_refuses_has_its_code_and_texts(visitor, change, code):
    answer = visitor.post(PUBLIC, SET | change)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert answer.content_type == "application/problem+json"
    english = visitor.post(PUBLIC, SET | change, Accept_Language="en")
    assert english.json["title"] != answer.json["title"]
    assert "–" not in answer.json["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (MODULE | {"amount": "1.00"}, "/amount"),
        (MODULE | {"role": "auditor"}, "/role"),
        ({"parts": MODULE["parts"]}, "/kind"),
        ({"kind": "module"}, "/parts"),
        (MODULE | {"kind": "Course of studies"}, "/kind"),
        (MODULE | {"kind": None}, "/kind"),
        (MODULE | {"parts": []}, "/parts"),
        (MODULE | {"parts": {}}, "/parts"),
        (MODULE | {"parts": [1]}, "/parts/0"),
        (SET | {"parts": SET["parts"] * 21}, "/parts"),
        (MODULE | {"call_id": "call-1"}, "/call_id"),
        (MODULE | {"as_of": "2024-13-01"}, "/as_of"),
        (MODULE | {"as_of": "2024-11-20T10:00:00Z"}, "/as_of"),
        (MODULE | {"as_of": 20241120}, "/as_of"),
        (MODULE | {"continuing_programme": 7}, "/continuing_programme"),
        (MODULE | {"continuing_programme": ""}, "/continuing_programme"),
    ],
)
def test_a_body_that_does_not_fit_names_the_place(visitor, body, pointer):
    answer = visitor.post(PUBLIC, body)
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")
    assert pointer in answer.json["errors"]


@pytest.mark.parametrize(
    "hours", [0, -1, 2_001, 2**63 - 1, 167.0, 167.5, "167", "5.345", True, None, [], {}, {"amount": "1.00"}]
)
def test_hours_are_whole_numbers_from_1_to_2000(visitor, hours):
    answer = visitor.post(PUBLIC, {"kind": "module", "parts": [{"title": "A", "hours": hours}]})
    assert answer.json["code"] == "invalid-request"
    assert any(pointer.startswith("/parts/0/hours") for pointer in answer.json["errors"])


@pytest.mark.parametrize("title", ["", " ", "a" * 301, "a\0b", "\u202egnp", 7, None, ["a"]], ids=repr)
def test_titles_are_plain_texts(visitor, title):
    answer = visitor.post(PUBLIC, {"kind": "module", "parts": [{"title": title, "hours": 1}]})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-request")


@pytest.mark.parametrize(
    "number", ["NaN", "Infinity", "-Infinity", "1e400", "0x10", "1_0", "+5", "01", "9" * 30]
)
def test_numbers_that_json_does_not_know_are_refused(visitor, number):
    answer = raw(
        visitor, '{"kind": "module", "parts": [{"title": "A", "hours": HOURS}]}'.replace("HOURS", number)
    )
    assert answer.status_code in (400, 422)
    assert answer.json["code"] in ("malformed-json", "invalid-request")


@pytest.mark.parametrize("body", ["", "[]", "null", '"module"', "{", '{"kind": "module"', '{"\\ud800": 1}'])
def test_a_body_that_is_no_json_object_is_refused(visitor, body):
    answer = raw(visitor, body)
    assert answer.status_code in (400, 422)
    assert answer.json["code"] in ("malformed-json", "invalid-request")


def test_another_content_type_is_refused(visitor):
    answer = visitor._client.post(PUBLIC, data=json.dumps(MODULE), content_type="text/plain")
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-media-type")


def test_a_title_is_taken_in_one_unicode_form(visitor):
    composed, decomposed = "ā", "a\u0304"
    answers = [
        visitor.post(PUBLIC, {"kind": "module", "parts": [{"title": title, "hours": 9}]}).json["hash"]
        for title in (composed, decomposed)
    ]
    assert answers[0] == answers[1]


@pytest.mark.parametrize("method", ["get", "put", "delete", "patch"])
def test_other_methods_name_what_is_allowed(visitor, method):
    answer = getattr(visitor._client, method)(PUBLIC)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
