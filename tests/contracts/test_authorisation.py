"""Every route × every role: who may call it is what its document says, and no route is undeclared."""

import importlib
import json
import re
from pathlib import Path
from uuid import uuid4

import pytest
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION, LEARNER
from ila_kit.cli import offline_environment
from ila_kit.testing.http import ApiClient, identity_token, verifier

ROOT = Path(__file__).parents[2]
SERVICES = ("identity", "catalog", "applications", "funding")
OF_NOBODY = {"/health/live", "/health/ready", "/openapi.json", "/static/{filename}"}
ORGANISATION = uuid4()
DOCUMENTS = {name: json.loads((ROOT / "services" / name / "openapi.json").read_text()) for name in SERVICES}
OPERATIONS = [
    (service, method.upper(), path, operation["x-roles"])
    for service, document in DOCUMENTS.items()
    for path, item in document["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
]
SCOPES = {role for *_, roles in OPERATIONS for role in roles if "." in role}
ROLES = sorted({LEARNER, *AGENCY, *IN_ORGANISATION, *SCOPES})


@pytest.fixture(scope="module")
def apps():
    """The four services without a database: who may not come in never gets so far as to need one."""
    made = {}
    for service in SERVICES:
        module = importlib.import_module(f"ila_{service}.app")
        settings = importlib.import_module(f"ila_{service}.settings").Settings(**offline_environment())
        app = module.create_app(settings)
        app.extensions["ila"] = _trusting(app.extensions["ila"], service)
        made[service] = app
    return made


def _trusting(wiring, service):
    return type(wiring)(
        wiring.units, verifier(service), wiring.deps, wiring.packages, check_answers=wiring.check_answers
    )


def ask(apps, service, method, path, *roles):
    """Return the answer to an empty request with these roles; with none, as a visitor."""
    address = re.sub(r"\{\w+\}", str(uuid4()), path)
    token = identity_token(service, uuid4(), *roles) if roles else None
    client = ApiClient(apps[service].test_client(), service, token)
    return client._client.open(address, method=method, headers=client._headers({}))


def held(role):
    """Return a role as a token has it: in an organisation where it is held in one."""
    return (role, ORGANISATION) if role in IN_ORGANISATION else role


@pytest.mark.parametrize("service", SERVICES)
def test_the_url_map_and_the_document_name_the_same_routes(apps, service):
    routes = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in apps[service].url_map.iter_rules()
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    declared = {(method, path) for owner, method, path, _ in OPERATIONS if owner == service}

    assert {route for route in routes if route[1] not in OF_NOBODY} == declared


@pytest.mark.parametrize(
    ("service", "method", "path", "roles"),
    OPERATIONS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_route_lets_in_whom_its_document_names_and_nobody_else(apps, service, method, path, roles):
    if roles == ["public"]:
        assert ask(apps, service, method, path).status_code not in (401, 403)
        return
    assert ask(apps, service, method, path).status_code == 401
    if roles == ["signed-in"]:
        return
    for role in ROLES:
        answer = ask(apps, service, method, path, held(role))
        forbidden = answer.status_code == 403 and answer.json["code"] == "forbidden"
        assert forbidden == (role not in roles), f"{role} gets {answer.status_code}"
