"""The stand-in gateway answers, and is asked, as the services' own API documents say."""

import json
from pathlib import Path

import jsonschema
import pytest

SERVICES = Path(__file__).parents[3] / "services"
PROGRAMME = "01a20baa-d41f-79e6-925e-c637ea6ffd8d"
CALL = "01a20baa-d41f-7744-8d15-6f86cb649c4b"
APPLICATION = "01a20baa-0000-7000-8000-0000000000aa"
PERSON = "01a20baa-0000-7000-8000-000000000001"
QUOTES = "/api/funding/v1/public/quotes"
ASKED = [
    ("catalog", "/api/catalog/v1/public/programmes", "ProgrammeSummaryList"),
    ("catalog", f"/api/catalog/v1/public/programmes/{PROGRAMME}", "Programme"),
    ("applications", f"/api/applications/v1/calls/{CALL}/draw", "Draw"),
    ("applications", f"/api/applications/v1/applications/{APPLICATION}/draw-entry", "MyEntry"),
    ("funding", "/api/funding/v1/accounts/me", "Account"),
    ("funding", f"/api/funding/v1/accounts/{PERSON}/entries", "LearnerEntryList"),
]


def check(service: str, schema: str, value: object) -> None:
    """Check a value against a schema of a service's API document."""
    document = json.loads((SERVICES / service / "openapi.json").read_text())
    reference = {"$ref": f"#/components/schemas/{schema}", "components": document["components"]}
    jsonschema.validate(value, reference)


@pytest.mark.parametrize(("service", "path", "schema"), ASKED)
def test_a_service_would_answer_like_this(app, gateway, service, path, schema):
    gateway.state = "offered"
    answer = app.extensions["gateway"].call("GET", path, {"Cookie": "ila_session=a-session"})
    check(service, schema, answer)


def test_a_price_is_asked_for_and_answered_as_funding_says(visitor, gateway):
    for programme in gateway.programmes:
        visitor.get(f"/programmes/{programme['id']}")
    asked = [seen.body for seen in gateway.requests if seen.path == QUOTES]
    assert len(asked) == 3
    for body in asked:
        check("funding", "QuoteRequest", body)
        check("funding", "AskedQuote", gateway.answers["quotes"][body["kind"]])
