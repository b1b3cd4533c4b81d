"""Every route × every role: the service, its document and the gateway agree on who may call it."""

import re
from uuid import uuid4

import pytest
from ila_gateway.callers import VISITOR
from ila_gateway.decisions import Decisions
from ila_gateway.routes import load
from ila_gateway.tokens import Caller
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION, LEARNER
from ila_kit.errors import DomainError
from ila_kit.testing.http import ApiClient, identity_token
from ila_kit.web.identity import ASSURANCE
from ila_kit.web.problems import status_of
from operations import OPERATIONS, SERVICES, mapped

ORGANISATION = uuid4()
SCOPES = sorted({role for operation in OPERATIONS for role in operation.roles if "." in role})
ROLES = [*sorted({LEARNER, *AGENCY, *IN_ORGANISATION}), *SCOPES]
TABLE = load()
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


class Known:
    """Tells who calls, and lets every write pass."""

    def __init__(self, caller):
        self.caller = caller

    def of(self, environ):
        return self.caller

    def check_write(self, environ, caller):
        """Take any page for one of ours."""


class Unlimited:
    """Counts nothing."""

    def check_caller(self, environ, caller, cost):
        """Let everybody ask as often as they like."""


def ask(apps, operation, *roles, acr="high"):
    """Return status and code of a service's answer to an empty request; with no role, to a visitor's."""
    address = re.sub(r"\{\w+\}", str(uuid4()), operation.path)
    token = identity_token(operation.service, uuid4(), *map(held, roles), acr=acr) if roles else None
    client = ApiClient(apps[operation.service].test_client(), operation.service, token)
    answer = client._client.open(address, method=operation.method, headers=client._headers({}))
    return answer.status_code, (answer.json or {}).get("code") if answer.is_json else None


def held(role):
    """Return a role as a token has it: in an organisation where it is held in one."""
    return (role, ORGANISATION) if role in IN_ORGANISATION else role


def decided(operation, *roles, acr="high"):
    """Return status and code by which the gateway refuses, or nothing."""
    route = TABLE.find(operation.method, operation.path)
    try:
        Decisions(Known(caller(*roles, acr=acr)), Unlimited()).admit({}, route)
    except DomainError as refused:
        return status_of(refused), refused.code
    return None


def caller(*roles, acr):
    """Return a person with roles, a machine with scopes, or a visitor, as the gateway knows them."""
    if not roles:
        return VISITOR
    if roles[0] in SCOPES:
        return Caller("svc:tests", scopes=frozenset(roles))
    return Caller(str(uuid4()), tuple({"role": role, "organisation": None} for role in roles), acr, "session")


@pytest.mark.parametrize("service", SERVICES)
def test_the_url_map_the_document_and_the_table_name_the_same_routes(apps, service):
    declared = {(one.method, one.path) for one in OPERATIONS if one.service == service}
    decided_on = {(one.method, one.template) for one in TABLE.all if one.neighbour == service}

    assert mapped(apps[service]) == declared == decided_on


@every_operation
def test_a_visitor_is_let_in_by_both_or_by_neither(apps, operation):
    status, code = ask(apps, operation)

    if operation.roles == ["public"]:
        assert status not in (401, 403)
        assert decided(operation) is None
    else:
        assert (status, code) == decided(operation) == (401, "unauthenticated")


@every_operation
def test_a_route_lets_in_whom_its_document_names_and_nobody_else(apps, operation):
    if operation.roles in (["public"], ["signed-in"]):
        return
    for role in ROLES:
        told = ask(apps, operation, role)
        assert (told == (403, "forbidden")) == (role not in operation.roles), f"{role} gets {told}"


@every_operation
def test_whom_the_gateway_refuses_the_service_refuses_in_the_same_words(apps, operation):
    """The service alone knows roles. What the gateway decides before it must never be something else."""
    for role in ROLES:
        refused = decided(operation, role)
        assert refused is None or refused == ask(apps, operation, role), role
        if operation.scope:
            assert (refused is None) == (role == operation.scope), role


@every_operation
def test_a_weak_sign_in_is_told_by_both_which_it_needs(apps, operation):
    enough = ASSURANCE[ASSURANCE.index(operation.told["x-assurance"]) :]
    for role in set(operation.roles) & set(ROLES) - set(SCOPES):
        for acr in ASSURANCE:
            refused = decided(operation, role, acr=acr)
            if acr in enough:
                assert refused is None
            else:
                assert refused == ask(apps, operation, role, acr=acr) == (403, "assurance-too-low")


@pytest.mark.parametrize("scope", SCOPES)
def test_no_machine_does_what_a_person_must_sign_in_for(apps, scope):
    """However it is called: a machine cannot sign in more strongly, so it is not told to."""
    for operation in OPERATIONS:
        if operation.told["x-assurance"] != "low":
            assert decided(operation, scope) == ask(apps, operation, scope, acr="low") == (403, "forbidden")
