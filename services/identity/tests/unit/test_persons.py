"""What is told about persons, and that it is noted."""

import pytest
from ila_identity.usecases.persons import names_of, own_profile, roles_of
from ila_identity.usecases.sign_ins import sign_in
from ila_kit.actor import Role
from ila_kit.errors import Missing
from ila_kit.ids import uuid7


@pytest.fixture
def person(world):
    return sign_in(world.unit, world.command(), world.personas).person_id


def test_names_come_with_a_masked_code_and_leave_an_entry_for_each_person(world, person):
    stranger = uuid7()
    world.unit.audited.clear()
    found = names_of(world.unit, [person, stranger, person], "members of a group")
    assert [(one.person_id, one.given_name, one.family_name) for one in found] == [
        (person, "Anna", "Bērziņa")
    ]
    assert found[0].masked_code == "******-***17"
    assert [(entry[0], entry[2]) for entry in world.unit.audited] == [("personal_data_viewed", str(person))]
    assert "Anna" not in str(world.unit.audited)


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
