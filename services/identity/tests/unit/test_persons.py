"""What is told about persons, and that it is noted."""

import pytest
from ila_identity.usecases.persons import facts_of, own_profile, roles_of
from ila_identity.usecases.sign_ins import sign_in
from ila_kit.actor import Role
from ila_kit.errors import Missing
from ila_kit.ids import uuid7


@pytest.fixture
def person(world):
    return sign_in(world.unit, world.command(), world.personas).person_id


def test_facts_carry_source_time_and_ground_and_leave_an_entry_for_each_person(world, person):
    stranger = uuid7()
    world.unit.audited.clear()
    found = facts_of(world.unit, [person, stranger, person], "eligibility check", "the regulation")
    assert [(fact.person_id, fact.source, fact.legal_basis) for fact in found.facts] == [
        (person, "e-identity", "the regulation")
    ]
    assert found.facts[0].observed_at == world.unit.now
    assert found.missing == [stranger]
    assert [(entry[0], entry[2]) for entry in world.unit.audited] == [("personal_data_viewed", str(person))]


def test_people_see_themselves_with_the_code_masked(world, person):
    profile = own_profile(world.unit, person)
    assert profile.personal_code == "******-***17"
    assert profile.account["state"] == "opened"
    assert (profile.given_name, profile.source) == ("Anna", "e-identity")


def test_roles_are_told_with_whether_the_account_is_disabled(world, person):
    held = roles_of(world.unit, person)
    assert (held.roles, held.disabled) == ([Role("learner")], False)


def test_an_unknown_person_is_missing(world):
    for ask in (roles_of, own_profile):
        with pytest.raises(Missing):
            ask(world.unit, uuid7())
