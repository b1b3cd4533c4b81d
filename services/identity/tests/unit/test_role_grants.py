"""Roles of the agency: given by one, confirmed by another where they have power, revoked at once."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.errors import (
    LastAdministrator,
    MembershipRole,
    OwnRole,
    RoleHeld,
    RoleProposed,
    SecondPersonNeeded,
    ToxicRoles,
    UnknownPerson,
    UnknownRole,
)
from ila_identity.domain.role_proposals import NEEDS_SECOND
from ila_identity.domain.roles import AGENCY, IN_ORGANISATION, toxic
from ila_identity.events.published import PersonalDataViewed, RoleGranted, RoleRevoked
from ila_identity.usecases.role_grants import (
    PROPOSAL_DUE,
    PURPOSE,
    GrantRole,
    confirm_grant,
    end_proposal_in_time,
    grant,
    list_grants,
    revoke_grant,
)
from ila_kit.actor import Role
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from ila_kit.store.listing import PageRequest

CODE, OTHER = "327291-09472", "331234-55555"
ADMIN = "platform_admin"
FREE = sorted(AGENCY - NEEDS_SECOND)


@pytest.fixture
def person(world):
    made = world.person(CODE)
    world.unit.published.clear()
    return made


def give(world, person, role, by=None):
    world.act_as(by, ADMIN)
    return grant(world.unit, GrantRole(person_id=person, role=role, reason="joins the department"))


def confirm(world, view, by=None):
    world.act_as(by, ADMIN)
    return confirm_grant(world.unit, view.id)


def held(world, person):
    return [role.name for role in world.unit.roles.held(person)]


def told(world):
    return [
        (type(event), event.role)
        for event, _ in world.unit.published
        if isinstance(event, RoleGranted | RoleRevoked)
    ]


@pytest.mark.parametrize("role", sorted(NEEDS_SECOND))
def test_a_role_of_power_gives_no_right_until_a_second_person_confirms(world, person, role):
    view = give(world, person, role)
    assert (view.state, held(world, person), told(world)) == ("pending", [], [])

    done = confirm(world, view)

    assert (done.state, done.id, held(world, person)) == ("active", view.id, [role])
    assert (done.granted_by, done.confirmed_by) == (view.granted_by, world.unit.actor.id)
    assert told(world) == [(RoleGranted, role)]
    assert (view.id, PROPOSAL_DUE) not in world.unit.timers


@pytest.mark.parametrize("role", FREE)
def test_any_other_role_is_held_at_once(world, person, role):
    assert give(world, person, role).state == "active"
    assert (held(world, person), told(world)) == ([role], [(RoleGranted, role)])


def test_neither_the_granter_nor_the_person_confirms(world, person):
    view = give(world, person, "payment_maker", by=(granter := uuid7()))
    for by in (granter, person):
        with pytest.raises(SecondPersonNeeded):
            confirm(world, view, by)
    assert held(world, person) == []


@pytest.mark.parametrize("role", [*FREE, ADMIN])
def test_nobody_gives_themselves_a_role(world, person, role):
    with pytest.raises(OwnRole):
        give(world, person, role, by=person)


@pytest.mark.parametrize(
    ("role", "refusal"),
    [
        *((one, MembershipRole) for one in sorted(IN_ORGANISATION)),
        ("emperor", UnknownRole),
        ("learner", UnknownRole),
    ],
)
def test_what_is_not_the_agencys_to_give_is_refused_by_name(world, person, role, refusal):
    with pytest.raises(refusal):
        give(world, person, role)


def test_a_person_nobody_knows_gets_none(world):
    with pytest.raises(UnknownPerson):
        give(world, uuid7(), "auditor")


def test_a_role_is_neither_held_nor_proposed_twice(world, person):
    view = give(world, person, "claim_officer")
    with pytest.raises(RoleProposed):
        give(world, person, "claim_officer")
    confirm(world, view)
    with pytest.raises(RoleHeld):
        give(world, person, "claim_officer")


def test_a_toxic_pair_is_refused_at_the_grant_and_again_at_the_confirmation(world, person):
    maker, checker = give(world, person, "payment_maker"), give(world, person, "payment_checker")
    confirm(world, maker)
    with pytest.raises(ToxicRoles):
        confirm(world, checker)
    revoke(world, checker)
    with pytest.raises(ToxicRoles):
        give(world, person, "payment_checker")
    assert held(world, person) == ["payment_maker"]


def test_a_providers_person_joins_no_commission(world):
    person = world.person(CODE, Role("provider_editor", uuid7()))
    with pytest.raises(ToxicRoles):
        give(world, person, "commission_member")


@given(st.permutations(sorted(AGENCY)))
def test_in_whatever_order_roles_come_no_toxic_pair_meets_in_one_person(new_world, roles):
    world = new_world()
    person = world.person(CODE)
    for role in roles:
        try:
            view = give(world, person, role)
            if view.state == "pending":
                confirm(world, view)
        except ToxicRoles:
            assert any(toxic(role, one) for one in held(world, person))
    mine = held(world, person)
    assert not any(toxic(one, other) for one in mine for other in mine)


def revoke(world, view, by=None):
    world.act_as(by, ADMIN)
    return revoke_grant(world.unit, view.id)


def test_a_revoked_role_is_gone_at_once_and_told(world, person):
    view = confirm(world, give(world, person, "claim_officer"))
    assert revoke(world, view).state == "revoked"
    assert (held(world, person), told(world)[-1]) == ([], (RoleRevoked, "claim_officer"))
    with pytest.raises(WrongState):
        revoke(world, view)


def test_a_revoked_role_can_be_given_again(world, person):
    revoke(world, confirm(world, give(world, person, "claim_officer")))
    assert confirm(world, give(world, person, "claim_officer")).state == "active"


def test_a_proposal_taken_back_is_confirmed_by_nobody(world, person):
    view = give(world, person, "claim_officer")
    revoke(world, view)
    with pytest.raises(WrongState):
        confirm(world, view)
    assert told(world) == []


def test_a_proposal_ends_by_itself_after_its_time_and_not_before(world, person):
    view = give(world, person, "claim_officer")
    end_proposal_in_time(world.unit, view.id)
    assert world.unit.role_proposals.rows[view.id].state == "pending"
    world.unit.now += timedelta(days=14)
    end_proposal_in_time(world.unit, view.id)
    end_proposal_in_time(world.unit, view.id)
    assert world.unit.role_proposals.rows[view.id].state == "lapsed"
    with pytest.raises(WrongState):
        confirm(world, view)


def test_who_confirms_is_told_the_name_and_each_person_sees_that_somebody_looked(world, person):
    other = world.person(OTHER)
    for one, role in ((person, "claim_officer"), (person, "appeal_officer"), (other, "claim_officer")):
        give(world, one, role)
    world.act_as(other, ADMIN)
    world.unit.published.clear()
    world.unit.audited.clear()

    listed = list_grants(world.unit, PageRequest()).items

    assert {(one.person_id, one.given_name, one.family_name) for one in listed} == {
        (one, "Anna", "Bērziņa") for one in (person, other)
    }
    [(look, _)] = world.unit.published
    assert isinstance(look, PersonalDataViewed)
    assert (look.person_ids, look.viewer, look.purpose) == ([person], str(other), PURPOSE)
    assert look.what == ["given_name", "family_name"]
    assert world.unit.actions() == ["personal_data_viewed"]


def test_a_person_who_is_not_known_any_more_has_no_name(world, person):
    give(world, person, "claim_officer")
    world.unit.persons.rows.clear()
    [one] = list_grants(world.unit, PageRequest()).items
    assert (one.person_id, one.given_name, one.family_name) == (person, None, None)


def test_the_last_administrator_of_the_platform_stays(world):
    one, other = world.person(CODE, Role(ADMIN)), world.person(OTHER, Role(ADMIN))
    first, second = world.unit.roles.grants
    world.act_as(other, ADMIN)
    revoke_grant(world.unit, first.id)
    with pytest.raises(LastAdministrator):
        revoke_grant(world.unit, second.id)
    assert (held(world, one), held(world, other)) == ([], [ADMIN])


def test_a_role_of_a_membership_ends_with_the_membership(world):
    world.person(CODE, Role("provider_admin", uuid7()))
    world.act_as(None, ADMIN)
    with pytest.raises(MembershipRole):
        revoke_grant(world.unit, world.unit.roles.grants[0].id)


def test_others_do_nothing_of_this_and_what_is_not_there_is_missing(world, person):
    view = give(world, person, "claim_officer")
    active = give(world, person, "news_editor")
    world.act_as(None, "user_approver")
    for step, one in ((confirm_grant, view), (revoke_grant, view), (revoke_grant, active)):
        with pytest.raises(NotYourStep):
            step(world.unit, one.id)
    for step in (confirm_grant, revoke_grant):
        with pytest.raises(Missing):
            step(world.unit, uuid7())
