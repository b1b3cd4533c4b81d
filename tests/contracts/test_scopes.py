"""Every scope that something asks for can be given to somebody, and the gateway's own to nobody."""

import json
import re
from pathlib import Path

from ila_identity.domain.service_clients import OF_THE_SUITE, SCOPES_OF_REGISTERS, SCOPES_OF_SERVICES
from ila_local.keys import MACHINES

ROOT = Path(__file__).parents[2]
# The gateway signs for itself; to act for people is for the suite's own processes, by the gateway's file.
OF_THE_GATEWAY = {"identity.sign_in", "identity.clients"}
# Everything about anybody, for the exports that people ask for: identity's own, by the gateway's file.
OF_IDENTITY = {"persons.data"}
GRANTABLE = SCOPES_OF_SERVICES.union(*SCOPES_OF_REGISTERS.values())


def asked_for():
    """Return the scopes that operations of the services ask for."""
    documents = [json.loads(path.read_text()) for path in ROOT.glob("services/*/openapi.json")]
    items = [item for document in documents for item in document["paths"].values()]
    operations = [item[method] for item in items for method in item.keys() - {"parameters"}]
    return {role for one in operations for role in one["x-roles"] if "." in role}


def registers():
    """Return the scopes for the registers that the gateway asks."""
    text = (ROOT / "gateway/src/ila_gateway/registers/registers.toml").read_text()
    return {f"registers.{name}" for name in re.findall(r"^\[(\w+)\]", text, re.MULTILINE)}


def test_every_scope_of_an_operation_can_be_given_or_is_the_gateways_own():
    assert asked_for() - OF_THE_GATEWAY - OF_IDENTITY <= GRANTABLE
    assert GRANTABLE.isdisjoint(OF_THE_GATEWAY | OF_IDENTITY)


def test_every_register_that_is_asked_has_its_scope():
    assert registers()
    assert registers() - {"registers.defaults"} <= SCOPES_OF_SERVICES


def test_the_suites_own_machines_hold_scopes_that_could_be_given_to_others_too():
    assert {scope for scopes in MACHINES.values() for scope in scopes} <= GRANTABLE | OF_IDENTITY
    assert [name for name, scopes in MACHINES.items() if OF_IDENTITY & {*scopes}] == ["svc:identity"]
    assert {name for name in MACHINES if name.startswith("svc:")} <= OF_THE_SUITE
    assert {name for name in MACHINES if name.startswith("registry:")} <= SCOPES_OF_REGISTERS.keys()
