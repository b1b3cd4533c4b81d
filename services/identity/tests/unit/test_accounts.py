"""An account is restricted with a reason, and then nobody works with it until it is reinstated."""

import pytest
from ila_identity.domain.errors import AccountDisabled
from ila_identity.events.published import PersonDisabled
from ila_identity.usecases.accounts import AccountStep, reinstate_account, restrict_account
from ila_identity.usecases.persons import roles_of
from ila_identity.usecases.sign_ins import sign_in
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState


@pytest.fixture
def person(world):
    found = sign_in(world.unit, world.command(), world.personas).person_id
    world.act_as(None, "platform_admin")
    world.unit.published.clear()
    return found


def act(world, use_case, person):
    return use_case(world.unit, AccountStep(person_id=person, reason="a stolen phone"))


def test_a_restricted_person_is_told_of_and_cannot_sign_in(world, person):
    account = act(world, restrict_account, person)
    [(event, version)] = world.unit.published
    assert event == PersonDisabled(
        person_id=person, state="restricted", disabled_at=world.unit.now, version=account.version
    )
    assert version == account.version
    assert roles_of(world.unit, person).disabled
    with pytest.raises(AccountDisabled):
        sign_in(world.unit, world.command(), world.personas)


def test_a_reinstated_person_signs_in_again(world, person):
    act(world, restrict_account, person)
    assert act(world, reinstate_account, person).state == "active"
    assert not roles_of(world.unit, person).disabled
    assert sign_in(world.unit, world.command(), world.personas).person_id == person


def test_each_step_leaves_an_entry_with_its_reason(world, person):
    world.unit.audited.clear()
    act(world, restrict_account, person)
    act(world, reinstate_account, person)
    assert world.unit.actions() == ["account_restricted", "account_reinstated"]
    assert "a stolen phone" in str(world.unit.audited)


def test_a_step_out_of_order_is_refused_and_tells_nothing(world, person):
    with pytest.raises(WrongState):
        act(world, reinstate_account, person)
    act(world, restrict_account, person)
    with pytest.raises(WrongState):
        act(world, restrict_account, person)
    assert len(world.unit.published) == 1


def test_nobody_else_restricts_an_account(world, person):
    world.act_as(None, "auditor")
    with pytest.raises(NotYourStep):
        act(world, restrict_account, person)


def test_there_is_nothing_to_restrict_of_a_stranger_or_before_the_account_opened(world):
    weak = sign_in(world.unit, world.command(acr="low"), world.personas).person_id
    world.act_as(None, "platform_admin")
    for person in (uuid7(), weak):
        with pytest.raises(Missing):
            act(world, restrict_account, person)
