"""Signing in finds or registers exactly one person, and opens one account."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ila_identity.domain.errors import AccountDisabled, IdentityConflict, MalformedPersonalCode
from ila_identity.domain.organisations import stable_id
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.persons import Login
from ila_identity.events.published import AccountOpened, RoleGranted
from ila_identity.usecases.sign_ins import sign_in
from ila_kit.actor import Role

PERSONAS = Personas.read(
    {
        "organisation": [
            {"name": "provider-a", "title": "Rīgas Valsts tehnikums", "viis_number": "3334000016"}
        ],
        "persona": [
            {"name": "provider-a-admin", "roles": [{"role": "provider_admin", "organisation": "provider-a"}]},
            {"name": "auditor", "roles": [{"role": "auditor"}]},
            {"name": "learner-01", "roles": [{"role": "learner"}]},
        ],
    }
)
OTHER = Login("https://eid.example", "subject-2")


def enter(world, **changes):
    return sign_in(world.unit, world.command(**changes), world.personas)


def test_the_first_strong_sign_in_registers_the_person_and_opens_the_account_once(world):
    first = enter(world)
    again = enter(world)
    assert first == again
    assert first.roles == [Role("learner")]
    assert [type(event) for event in world.unit.events] == [AccountOpened]
    assert world.unit.events[0].age_band == "35_44"
    assert world.unit.actions().count("signed_in") == 2


def test_a_weak_sign_in_registers_but_opens_no_account(world):
    person = enter(world, acr="low").person_id
    assert world.unit.persons.account(person) is None
    assert world.unit.events == []
    enter(world, acr="substantial")
    assert world.unit.persons.account(person).state == "opened"


def test_the_sign_in_after_the_opening_makes_the_account_active(world):
    person = enter(world).person_id
    enter(world)
    enter(world)
    account = world.unit.persons.account(person)
    assert (account.state, account.version) == ("active", 2)


def test_nothing_personal_is_published(world):
    enter(world)
    told = str([event.as_data() for event in world.unit.events]) + str(world.unit.audited)
    assert not any(secret in told for secret in ("Anna", "Bērziņa", "62317", "1984", "b.example"))


def test_the_same_code_under_another_subject_is_the_same_person(world):
    assert enter(world).person_id == enter(world, login=OTHER).person_id
    assert "login_added" in world.unit.actions()


def test_a_changed_code_of_the_same_subject_is_history_and_no_new_person(world):
    person = enter(world).person_id
    assert enter(world, personal_code="329999-11111").person_id == person
    assert world.unit.persons.current_code(person) == PersonalCode("32999911111")
    assert enter(world, login=OTHER, personal_code="322503-62317").person_id == person
    assert world.unit.persons.current_code(person) == PersonalCode("32999911111")


def test_a_subject_of_one_and_a_code_of_another_person_is_refused(world):
    enter(world)
    enter(world, login=OTHER, personal_code="329999-11111")
    with pytest.raises(IdentityConflict):
        enter(world, personal_code="329999-11111")


def test_a_malformed_code_is_refused_without_repeating_it(world):
    with pytest.raises(MalformedPersonalCode) as refusal:
        enter(world, personal_code="123456-78901")
    assert "123456" not in str(refusal.value)


def test_what_the_e_identity_says_anew_replaces_what_was_known_but_a_missing_email_erases_nothing(world):
    person = enter(world).person_id
    world.unit.now += timedelta(days=400)
    described = replace(world.command().description, family_name="Kalniņa", email=None)
    enter(world, description=described)
    kept = world.unit.persons.get(person)
    assert (kept.description.family_name, kept.description.email) == ("Kalniņa", "a@b.example")
    assert kept.observed_at == world.unit.now


@pytest.mark.parametrize("state", ["restricted", "closed", "erased"])
def test_nobody_signs_in_with_a_disabled_account(world, state):
    person = enter(world).person_id
    world.unit.persons.save_account(replace(world.unit.persons.account(person), state=state))
    with pytest.raises(AccountDisabled):
        enter(world)


def test_a_persona_gets_its_roles_once_with_its_organisation(world):
    world.personas = PERSONAS
    held = enter(world, persona="provider-a-admin").roles
    assert held == [Role("learner"), Role("provider_admin", stable_id("provider-a"))]
    enter(world, persona="provider-a-admin")
    granted = [event for event in world.unit.events if isinstance(event, RoleGranted)]
    assert [(one.role, one.organisation_id) for one in granted] == [
        ("provider_admin", stable_id("provider-a"))
    ]
    assert world.unit.organisations.rows[stable_id("provider-a")].title == "Rīgas Valsts tehnikums"


def test_a_learner_persona_and_an_unknown_one_get_no_more_than_learner(world):
    world.personas = PERSONAS
    assert enter(world, persona="learner-01").roles == [Role("learner")]
    assert enter(world, persona="citizen-0001").roles == [Role("learner")]


def test_a_persona_gives_nothing_where_no_personas_are_configured(world):
    assert enter(world, persona="auditor").roles == [Role("learner")]


def test_a_child_is_told_as_a_band_only(world):
    young = replace(world.command().description, birth_date=date(2010, 1, 1))
    enter(world, description=young)
    assert world.unit.events[0].age_band == "under_18"
