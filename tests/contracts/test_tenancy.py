"""Whose rows a role sees is told by the document of every operation; the matrix of journeys reads it."""

import json
from pathlib import Path

import pytest
from ila_identity.domain.roles import AGENCY, COMMISSION, IN_ORGANISATION, LEARNER

SERVICES = Path(__file__).parents[2] / "services"
OPERATIONS = {
    f"{method.upper()} {path}": operation
    for document in sorted(SERVICES.glob("*/openapi.json"))
    for path, item in json.loads(document.read_text())["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}


@pytest.mark.parametrize("name", OPERATIONS)
def test_who_belongs_to_a_tenant_sees_no_more_than_its_own(name):
    operation = OPERATIONS[name]
    everything = set(operation["x-roles"]) - set(operation.get("x-own-roles", ()))

    assert not everything & ({LEARNER} | IN_ORGANISATION)


@pytest.mark.parametrize("name", OPERATIONS)
def test_only_commissions_of_the_agency_are_held_to_their_own(name):
    own = set(OPERATIONS[name].get("x-own-roles", ()))

    assert own <= set(OPERATIONS[name]["x-roles"])
    assert not own & (AGENCY - COMMISSION)
    assert bool(own) == (OPERATIONS[name]["x-tenant-scope"] == "own")
