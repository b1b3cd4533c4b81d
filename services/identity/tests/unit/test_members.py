"""People of an organisation: named by one, confirmed by another, in their roles from the sign-in on."""

from datetime import timedelta

import pytest
from ila_identity.domain.errors import (
    AgencyNotNeeded,
    LastAdministrator,
    MemberAlready,
    OrganisationClosed,
    SameRoles,
    SecondPersonNeeded,
    ToxicRoles,
)
from ila_identity.domain.members import Named
from ila_identity.domain.organisations import Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.personas import Personas
from ila_identity.domain.sanctions import Grounds
from ila_identity.events.published import RoleGranted, RoleRevoked
from ila_identity.usecases.mandates import MEMBER_DUE
from ila_identity.usecases.members import (
    AddMember,
    ChangeMember,
    MemberOf,
    add_member,
    change_member,
    confirm_member,
    end_member_in_time,
    remove_member,
    withdraw_change,
)
from ila_identity.usecases.sanctions import Close, close_organisation
from ila_identity.usecases.sign_ins import sign_in
from ila_kit.actor import EVERYTHING, Role, Scope
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import WrongState

PLACE = uuid7()
ADMIN = Role("provider_admin", PLACE)
HERE = Scope(organisations=frozenset({PLACE}))
NEWCOMER = "329203-22700"


@pytest.fixture
def administrator(world):
    """The one administrator of an organisation, who acts."""
    now = world.unit.now
    world.unit.organisations.add(
        Organisation(id=PLACE, title="Paraugs", viis_number="1", created_at=now, updated_at=now)
    )
    person = world.person("327291-09472", ADMIN)
    world.act_as(person, ADMIN)
    world.unit.published.clear()
    return person


def add(world, code=NEWCOMER, *roles):
    named = Named(given_name="Edgars", family_name="Žagars", personal_code=PersonalCode.parse(code))
    command = AddMember(organisation_id=PLACE, named=named, roles=roles or ("provider_editor",))
    return add_member(world.unit, command, HERE)


def confirm(world, member, by=None, *roles):
    world.act_as(by, *(roles or ("user_approver",)))
    return confirm_member(world.unit, MemberOf(PLACE, member.id), EVERYTHING)


def test_a_member_waits_for_a_second_person_and_holds_nothing_meanwhile(world, administrator):
    known = world.person(NEWCOMER)
    member = add(world)
    assert (member.state, member.person_id) == ("pending", None)
    assert world.unit.timers[member.id, MEMBER_DUE] == world.unit.now + timedelta(days=30)
    assert world.unit.roles.held(known) == []


def test_a_confirmed_member_who_is_known_holds_the_roles_at_once(world, administrator):
    known = world.person(NEWCOMER)
    member = confirm(world, add(world, NEWCOMER, "provider_editor", "provider_trainer"))
    assert (member.state, member.person_id) == ("active", known)
    assert world.unit.roles.held(known) == [Role("provider_editor", PLACE), Role("provider_trainer", PLACE)]
    granted = [event for event in world.unit.events if isinstance(event, RoleGranted)]
    assert [event.role for event in granted] == ["provider_editor", "provider_trainer"]
    assert (member.id, MEMBER_DUE) not in world.unit.timers


def test_a_confirmed_member_who_never_signed_in_holds_the_roles_from_the_first_sign_in_on(
    world, administrator
):
    member = confirm(world, add(world))
    assert member.state == "confirmed"
    person = world.person(NEWCOMER)
    assert world.unit.roles.held(person) == [Role("provider_editor", PLACE)]
    assert world.unit.members.find(member.id).state == "active"
    world.person(NEWCOMER)
    assert len(world.unit.roles.held(person)) == 1


def test_a_mandate_that_does_not_go_together_with_other_roles_ends_and_the_sign_in_goes_on(
    world, administrator
):
    member = confirm(world, add(world))
    world.personas = Personas(roles={"chair": (Role("commission_chair"),)})
    signed_in = sign_in(world.unit, world.command(personal_code=NEWCOMER, persona="chair"), world.personas)
    assert signed_in.roles == [Role("learner"), Role("commission_chair")]
    assert world.unit.members.find(member.id).state == "ended"
    assert "member_refused" in world.unit.actions()


def test_roles_that_do_not_go_together_are_refused_at_the_confirmation(world, administrator):
    world.person(NEWCOMER, Role("result_verifier"))
    member = add(world)
    with pytest.raises(ToxicRoles):
        confirm(world, member)


def test_nobody_confirms_whom_they_named_nor_themselves(world, administrator):
    member = add(world)
    with pytest.raises(SecondPersonNeeded):
        confirm(world, member, administrator, ADMIN)
    known = world.person(NEWCOMER)
    with pytest.raises(SecondPersonNeeded):
        confirm(world, member, known, "user_approver")


def test_another_administrator_confirms_and_the_agency_is_not_needed_then(world, administrator):
    second = world.person("322675-76375", ADMIN)
    world.act_as(administrator, ADMIN)
    member = add(world)
    with pytest.raises(AgencyNotNeeded):
        confirm(world, member)
    assert confirm(world, member, second, ADMIN).state == "confirmed"


def test_an_administrator_of_another_organisation_is_no_administrator_here(world, administrator):
    second = world.person("322675-76375", ADMIN)
    foreign = Role("provider_admin", uuid7())
    world.act_as(administrator, ADMIN)
    member = add(world)
    world.act_as(second, foreign)
    with pytest.raises(Missing):
        confirm_member(world.unit, MemberOf(PLACE, member.id), Scope(organisations=frozenset({uuid7()})))


def test_a_member_is_confirmed_once(world, administrator):
    member = confirm(world, add(world))
    with pytest.raises(WrongState):
        confirm(world, member)


def test_a_person_is_named_once(world, administrator):
    add(world)
    with pytest.raises(MemberAlready):
        add(world, NEWCOMER, "provider_admin")


def test_a_member_of_another_organisation_is_not_there(world, administrator):
    member = add(world)
    elsewhere = Organisation(
        id=uuid7(), title="B", viis_number="2", created_at=world.unit.now, updated_at=world.unit.now
    )
    world.unit.organisations.add(elsewhere)
    for act in (confirm_member, remove_member):
        with pytest.raises(Missing):
            act(world.unit, MemberOf(elsewhere.id, member.id), EVERYTHING)


def test_a_removed_member_holds_nothing_and_may_be_named_again(world, administrator):
    known = world.person(NEWCOMER)
    member = confirm(world, add(world))
    world.act_as(administrator, ADMIN)
    assert remove_member(world.unit, MemberOf(PLACE, member.id), HERE).state == "ended"
    assert world.unit.roles.held(known) == []
    revoked = [event for event in world.unit.events if isinstance(event, RoleRevoked)]
    assert [(event.person_id, event.role) for event in revoked] == [(known, "provider_editor")]
    with pytest.raises(WrongState):
        remove_member(world.unit, MemberOf(PLACE, member.id), HERE)
    assert add(world).state == "pending"


def test_the_last_administrator_stays(world, administrator):
    member = add(world, "327291-09472", "provider_admin")
    confirm(world, member)
    world.act_as(administrator, ADMIN)
    with pytest.raises(LastAdministrator):
        remove_member(world.unit, MemberOf(PLACE, member.id), HERE)
    world.person("322675-76375", ADMIN)
    world.act_as(administrator, ADMIN)
    assert remove_member(world.unit, MemberOf(PLACE, member.id), HERE).state == "ended"


@pytest.mark.parametrize(("confirmed", "days"), [(False, 30), (True, 90)])
def test_what_nobody_confirms_or_signs_in_for_ends_by_itself(world, administrator, confirmed, days):
    member = add(world)
    if confirmed:
        confirm(world, member)
    end_member_in_time(world.unit, member.id)
    assert world.unit.members.find(member.id).state != "ended"
    world.unit.now += timedelta(days=days)
    end_member_in_time(world.unit, member.id)
    assert world.unit.members.find(member.id).state == "ended"
    end_member_in_time(world.unit, member.id)
    person = world.person(NEWCOMER)
    assert world.unit.roles.held(person) == []


def test_closing_an_organisation_ends_everything_in_it(world, administrator):
    known = world.person(NEWCOMER)
    confirm(world, add(world))
    world.act_as(administrator, ADMIN)
    add(world, "322675-76375")
    world.act_as(None, "sanction_officer")
    grounds = Grounds(facts="it is no more", legal_basis="its own decision")
    close_organisation(world.unit, Close(organisation_id=PLACE, grounds=grounds))
    assert world.unit.roles.in_organisation(PLACE) == []
    assert world.unit.members.of(PLACE) == []
    revoked = {event.person_id for event in world.unit.events if isinstance(event, RoleRevoked)}
    assert revoked == {known, administrator}
    world.act_as(administrator, ADMIN)
    with pytest.raises(OrganisationClosed):
        add(world)


class TestChange:
    @pytest.fixture
    def member(self, world, administrator):
        """An editor of the organisation who has signed in; the administrator acts."""
        world.person(NEWCOMER)
        member = confirm(world, add(world, NEWCOMER, "provider_editor", "provider_trainer"))
        world.act_as(administrator, ADMIN)
        world.unit.published.clear()
        return member

    def change(self, world, member, *roles, version=None):
        command = ChangeMember(
            organisation_id=PLACE, member_id=member.id, roles=roles, version=version or member.version
        )
        return change_member(world.unit, command, HERE)

    def held(self, world, member):
        return sorted(role.name for role in world.unit.roles.held(member.person_id))

    def told(self, world):
        return [(type(event), event.role) for event, _ in world.unit.published]

    def test_fewer_roles_count_at_once(self, world, member):
        changed = self.change(world, member, "provider_trainer")

        assert (changed.state, self.held(world, member)) == ("active", ["provider_trainer"])
        assert self.told(world) == [(RoleRevoked, "provider_editor")]

    def test_other_roles_wait_for_a_second_person_and_come_then(self, world, member, administrator):
        changing = self.change(world, member, "provider_signatory", "provider_trainer")
        assert (changing.state, changing.wanted) == ("changing", ("provider_signatory", "provider_trainer"))
        assert self.held(world, member) == ["provider_editor", "provider_trainer"]
        for by in (administrator, member.person_id):
            with pytest.raises(SecondPersonNeeded):
                confirm(world, changing, by, ADMIN)

        done = confirm(world, changing)

        assert (done.state, done.wanted) == ("active", None)
        assert self.held(world, member) == ["provider_signatory", "provider_trainer"]
        assert self.told(world) == [(RoleRevoked, "provider_editor"), (RoleGranted, "provider_signatory")]

    def test_a_change_that_nobody_confirms_is_forgotten(self, world, member):
        changing = self.change(world, member, "provider_admin")
        end_member_in_time(world.unit, member.id)
        world.unit.now += timedelta(days=30)
        end_member_in_time(world.unit, member.id)

        after = world.unit.members.find(member.id)
        assert (after.state, after.roles, after.wanted) == ("active", member.roles, None)
        with pytest.raises(WrongState):
            confirm(world, changing)

    def test_a_change_is_taken_back_by_who_proposed_it_or_another_administrator(
        self, world, member, administrator
    ):
        other = world.person("322675-76375", ADMIN)
        world.unit.published.clear()
        for by in (administrator, other):
            world.act_as(administrator, ADMIN)
            changing = self.change(world, world.unit.members.find(member.id), "provider_signatory")
            assert changing.wanted_by == str(administrator)
            assert (member.id, MEMBER_DUE) in world.unit.timers
            world.act_as(by, ADMIN)

            kept = withdraw_change(world.unit, MemberOf(PLACE, member.id), HERE)

            assert (kept.state, kept.roles) == ("active", member.roles)
            assert (kept.wanted, kept.wanted_by, kept.due_at) == (None, None, None)
            assert world.unit.audited[-1][0] == "member_change_withdrawn"
            assert (member.id, MEMBER_DUE) not in world.unit.timers
        assert self.held(world, member) == ["provider_editor", "provider_trainer"]
        assert self.told(world) == []
        with pytest.raises(WrongState):
            confirm(world, kept)
        world.act_as(administrator, ADMIN)
        with pytest.raises(WrongState):
            withdraw_change(world.unit, MemberOf(PLACE, member.id), HERE)

    def test_toxic_roles_are_refused_when_they_would_meet(self, world, member):
        changing = self.change(world, member, "provider_signatory")
        world.unit.roles.grants = []
        world.person(NEWCOMER, Role("commission_member"))
        with pytest.raises(ToxicRoles):
            confirm(world, changing)

    def test_the_same_roles_an_old_version_and_a_pending_member_are_refused(self, world, member):
        with pytest.raises(SameRoles):
            self.change(world, member, "provider_trainer", "provider_editor")
        with pytest.raises(Stale):
            self.change(world, member, "provider_trainer", version=member.version + 1)
        with pytest.raises(WrongState):
            self.change(world, add(world, "331234-55555"), "provider_trainer")

    def test_the_last_administrator_stays_one(self, world, administrator):
        world.person(NEWCOMER)
        member = confirm(world, add(world, NEWCOMER, "provider_admin", "provider_editor"))
        world.unit.roles.remove(administrator, ADMIN)
        world.act_as(administrator, ADMIN)
        with pytest.raises(LastAdministrator):
            self.change(world, member, "provider_editor")

    def test_who_is_removed_while_changing_holds_nothing(self, world, member):
        changing = self.change(world, member, "provider_signatory")
        ended = remove_member(world.unit, MemberOf(PLACE, changing.id), HERE)

        assert (ended.state, ended.wanted, self.held(world, member)) == ("ended", None, [])
