"""Where an organisation is paid to: two people, and a cooling time for every account but the first."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.bank_accounts import Iban
from ila_identity.domain.errors import (
    BankAccountKnown,
    MalformedIban,
    OrganisationClosed,
    SecondPersonNeeded,
)
from ila_identity.domain.limits import Limits
from ila_identity.domain.organisations import Organisation
from ila_identity.usecases.bank_accounts import (
    BANK_ACCOUNT_DUE,
    AccountOf,
    AddBankAccount,
    add_bank_account,
    confirm_bank_account,
    end_account_in_time,
    payable_accounts,
)
from ila_kit.actor import Role, Scope
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from stdnum import iban as numbers

PLACE = uuid7()
HERE = Scope(organisations=frozenset({PLACE}))
ADMIN, SIGNATORY = Role("provider_admin", PLACE), Role("provider_signatory", PLACE)
FIRST, SECOND = "LV80BANK0000435195001", "LV97HABA0012345678910"
LIMITS = Limits()


@pytest.fixture(autouse=True)
def organisation(world):
    now = world.unit.now
    made = Organisation(id=PLACE, title="Paraugs", viis_number="1", created_at=now, updated_at=now)
    world.unit.organisations.add(made)
    return made


def add(world, iban=FIRST, by=None):
    world.act_as(by, ADMIN)
    command = AddBankAccount(organisation_id=PLACE, iban=Iban.parse(iban), holder="SIA Paraugs")
    return add_bank_account(world.unit, command, HERE)


def confirm(world, account, by=None, role=SIGNATORY, scope=HERE):
    world.act_as(by, role)
    return confirm_bank_account(world.unit, AccountOf(PLACE, account.id), scope, LIMITS)


@given(st.uuids())
def test_an_invented_number_is_a_valid_one_and_always_the_same(organisation_id):
    iban = Iban.invented(organisation_id)
    assert numbers.is_valid(iban.compact)
    assert iban == Iban.invented(organisation_id) == Iban.parse(iban.compact)


def test_a_number_is_shown_masked_and_never_in_a_repr():
    iban = Iban.parse("lv80 bank 0000 4351 9500 1")
    assert iban.masked() == "LV***************5001"
    assert "4351" not in repr(iban)


@pytest.mark.parametrize("text", ["", "LV81BANK0000435195001", "LV80BANK000043519500", "LV80", "XX80BANK1"])
def test_a_number_that_is_none_is_refused_without_repeating_it(text):
    with pytest.raises(MalformedIban) as refusal:
        Iban.parse(text)
    assert refusal.value.facts == {}


def test_the_first_account_is_paid_to_at_once_when_a_second_person_has_confirmed_it(world):
    account = add(world)
    assert world.unit.timers[account.id, BANK_ACCOUNT_DUE] == world.unit.now + timedelta(days=30)
    confirmed = confirm(world, account)
    assert (confirmed.state, confirmed.payable_from) == ("confirmed", world.unit.now)
    assert (account.id, BANK_ACCOUNT_DUE) not in world.unit.timers


def test_another_account_replaces_the_first_and_cools(world):
    first = confirm(world, add(world))
    second = confirm(world, add(world, SECOND))
    assert second.payable_from == world.unit.now + timedelta(hours=72)
    assert world.unit.bank_accounts.find(first.id).state == "replaced"
    third = confirm(world, add(world, FIRST))
    assert third.payable_from == world.unit.now + timedelta(hours=72)


def test_who_added_an_account_does_not_confirm_it_in_whatever_role(world):
    admin = uuid7()
    account = add(world, by=admin)
    for role in (ADMIN, SIGNATORY):
        with pytest.raises(SecondPersonNeeded):
            confirm(world, account, admin, role)
    assert confirm(world, account, uuid7(), ADMIN).state == "confirmed"


def test_a_role_held_elsewhere_confirms_nothing_here(world):
    account = add(world)
    with pytest.raises(NotYourStep):
        confirm(world, account, None, Role("provider_signatory", uuid7()))
    with pytest.raises(Missing):
        confirm(world, account, scope=Scope(organisations=frozenset({uuid7()})))


def test_an_account_is_confirmed_once_and_added_once(world):
    account = add(world)
    with pytest.raises(BankAccountKnown):
        add(world)
    confirm(world, account)
    with pytest.raises(WrongState):
        confirm(world, account)
    with pytest.raises(BankAccountKnown):
        add(world)


def test_an_account_nobody_confirms_ends_by_itself(world):
    account = add(world)
    end_account_in_time(world.unit, account.id)
    assert world.unit.bank_accounts.find(account.id).state == "added"
    world.unit.now += timedelta(days=30)
    end_account_in_time(world.unit, account.id)
    assert world.unit.bank_accounts.find(account.id).state == "lapsed"
    with pytest.raises(WrongState):
        confirm(world, account)
    assert add(world).state == "added"


def test_nothing_is_added_to_a_closed_organisation(world, organisation):
    closed = organisation.sanctioned("close", {"sanction_officer"}, "gone", [], world.unit.now)
    world.unit.organisations.save(closed)
    with pytest.raises(OrganisationClosed):
        add(world)


def test_a_suspended_organisation_may_put_its_accounts_in_order_and_they_cool_as_ever(world, organisation):
    confirm(world, add(world))
    barred = organisation.sanctioned("suspend", {"sanction_officer"}, "x", ["payments"], world.unit.now)
    world.unit.organisations.save(barred)

    second = confirm(world, add(world, SECOND))

    assert second.payable_from == world.unit.now + timedelta(hours=72)


def test_an_account_that_was_confirmed_before_the_closing_is_still_paid_to(world, organisation):
    account, waiting = confirm(world, add(world)), add(world, SECOND)
    closed = organisation.sanctioned("close", {"sanction_officer"}, "gone", [], world.unit.now)
    world.unit.organisations.save(closed)

    with pytest.raises(OrganisationClosed):
        confirm(world, waiting)
    assert payable_accounts(world.unit, [PLACE], "payment run")[0].account_id == account.id


def test_who_pays_is_told_the_standing_account_and_each_look_is_noted(world):
    first = confirm(world, add(world))
    add(world, SECOND)
    world.unit.audited.clear()
    told = payable_accounts(world.unit, [PLACE, uuid7(), PLACE], "payment run")
    assert [(one.account_id, one.iban, one.state, one.title) for one in told] == [
        (first.id, FIRST, "confirmed", "Paraugs")
    ]
    assert told[0].payable_from == first.payable_from
    assert [entry[0] for entry in world.unit.audited] == ["bank_account_viewed"]
    assert FIRST not in str(world.unit.audited) + repr(told)


def test_who_pays_sees_that_an_account_is_not_confirmed(world):
    add(world)
    told = payable_accounts(world.unit, [PLACE], "payment run")
    assert [(one.state, one.payable_from) for one in told] == [("added", None)]


def test_who_pays_sees_the_account_that_cools_and_not_the_one_before(world):
    confirm(world, add(world))
    second = confirm(world, add(world, SECOND))
    told = payable_accounts(world.unit, [PLACE], "payment run")
    assert (told[0].iban, told[0].payable_from) == (SECOND, second.payable_from)
    assert told[0].payable_from > world.unit.now
