"""An employer is registered by who represents it alone, as its register says; silence ends by itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.consumers.employers import PURPOSE, EmployersJob
from ila_identity.domain.employer_errors import (
    EmployerAlreadyRegistered,
    EmployerAskedAlready,
    RoleNotOfOrganisation,
    SanctionNotForEmployers,
)
from ila_identity.domain.employers import EMPLOYER_REGISTRATION, counts, refusal_of
from ila_identity.domain.errors import OrganisationClosed, ToxicRoles
from ila_identity.domain.limits import Limits
from ila_identity.domain.members import Named
from ila_identity.domain.organisations import KINDS, Organisation
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.domain.roles import AGENCY, EMPLOYER, IN_ORGANISATION, PROVIDER
from ila_identity.domain.sanctions import SCOPES, Grounds
from ila_identity.events.published import EmployerClosed, EmployerRegistered, RoleGranted, RoleRevoked
from ila_identity.ports import Deps
from ila_identity.usecases.employers import (
    EMPLOYER_REGISTRATION_DUE,
    RegisterEmployer,
    end_employer_registration_in_time,
    keep_employer_answer,
    register_employer,
    withdraw_employer_registration,
)
from ila_identity.usecases.members import (
    AddMember,
    ChangeMember,
    MemberOf,
    add_member,
    change_member,
    confirm_member,
)
from ila_identity.usecases.sanctions import (
    Close,
    Reinstate,
    Suspend,
    close_organisation,
    reinstate_organisation,
    suspend_organisation,
)
from ila_kit.actor import EVERYTHING, Actor, Role, Scope
from ila_kit.errors import Missing, Unavailable
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.states import NotYourStep, WrongState
from ila_kit.testing.files import memory_files

NUMBER, CODE, OLD_CODE, OTHER = "40003009497", "327291-09472", "140577-11234", "329203-22700"
GROUNDS = Grounds(facts="Uzņēmums likvidēts.", legal_basis="Paraugs")
WORKER = Actor("svc:identity", (Role("system"),), "high")


def signing(code=CODE, needed=1):
    return {
        "personal_code": code,
        "given_name": "Ilona",
        "family_name": "Priede",
        "position": "Valdes loceklis",
        "signatures_needed": needed,
    }


def company(*representatives, **changes):
    return {
        "number": NUMBER,
        "title": "SIA Paraugs",
        "status": "registered",
        "seat": "Paraugu iela 1, Rīga",
        "viis_numbers": [],
        "representatives": list(representatives),
    } | changes


@pytest.fixture
def person(world):
    """Somebody who has signed in, and acts."""
    made = world.person(CODE)
    world.act_as(made, "learner")
    world.unit.published.clear()
    world.unit.audited.clear()
    return made


def begun(world, person, number=NUMBER):
    command = RegisterEmployer(
        registrant_id=person, legal_person_number=number, contact_email="info@paraugs.example"
    )
    return register_employer(world.unit, command)


def told(world, registration, answer):
    """Let the register answer; give the registration as it is then."""
    before, world.unit.actor = world.unit.actor, WORKER
    keep_employer_answer(world.unit, registration.id, answer)
    world.unit.actor = before
    return world.unit.employer_registrations.find(registration.id)


def registered(world, person, *representatives):
    registration = begun(world, person)
    answer = world.answer(company(*(representatives or [signing()])))
    ended = told(world, registration, answer)
    return world.unit.organisations.find(ended.organisation_id)


class TestRegistering:
    def test_a_registration_waits_for_the_register_and_ends_by_itself(self, world, person):
        registration = begun(world, person)
        assert (registration.state, registration.ask_at) == ("asking", world.unit.now)
        due_at = world.unit.now + timedelta(days=3)
        assert world.unit.timers[registration.id, EMPLOYER_REGISTRATION_DUE] == due_at
        assert world.unit.actions() == ["employer_registration_begun"]
        assert world.unit.published == []

    def test_who_represents_a_company_alone_is_the_administrator_of_an_employer(self, world, person):
        registration = begun(world, person)
        ended = told(world, registration, world.answer(company(signing())))
        place = world.unit.organisations.find(ended.organisation_id)

        assert (ended.state, ended.reason, ended.decided_at) == ("registered", None, world.unit.now)
        assert (place.kind, place.title, place.seat) == ("employer", "SIA Paraugs", "Paraugu iela 1, Rīga")
        assert (place.legal_person_number, place.viis_number, place.territory) == (NUMBER, None, "")
        assert world.unit.roles.held(person) == [Role("employer_admin", place.id)]
        (member,) = world.unit.members.of(place.id)
        assert (member.state, member.roles, member.person_id) == ("active", ("employer_admin",), person)
        assert (member.added_by, member.confirmed_by) == (str(person), "svc:identity")
        assert world.unit.timers == {}

    def test_funding_is_told_of_the_employer_and_nobody_takes_it_for_a_provider(self, world, person):
        place = registered(world, person)
        assert [type(event) for event in world.unit.events] == [EmployerRegistered, RoleGranted]
        assert world.unit.events[0].as_data() == {
            "organisation_id": str(place.id),
            "title": "SIA Paraugs",
            "registered_at": world.unit.events[0].as_data()["registered_at"],
            "version": 1,
        }

    def test_nothing_that_is_told_or_audited_names_a_representative(self, world, person):
        registered(world, person, signing(), signing(OTHER, 2))
        said = repr([event.as_data() for event in world.unit.events]) + repr(world.unit.audited)
        said += repr(list(world.unit.employer_registrations.rows.values()))
        for secret in (CODE, CODE.replace("-", ""), OTHER, "Priede", "info@paraugs.example"):
            assert secret not in said

    def test_a_former_code_in_the_register_still_means_the_person(self, world, person):
        codes = world.unit.persons.codes_of[person]
        codes.insert(0, PersonalCode.parse(OLD_CODE))
        assert registered(world, person, signing(OLD_CODE)).is_employer

    def test_where_the_register_knows_no_seat_there_is_none(self, world, person):
        ended = told(world, begun(world, person), world.answer(company(signing(), seat=None)))
        assert world.unit.organisations.find(ended.organisation_id).seat == ""

    @pytest.mark.parametrize(
        ("answer", "reason"),
        [
            (None, "unknown_number"),
            (company(signing(), status="liquidated"), "struck_off"),
            (company(signing(), status="insolvent"), "insolvent"),
            (company(signing(OTHER)), "not_entitled"),
            (company(), "not_entitled"),
            (company(signing(needed=2), signing(OTHER, 2)), "only_jointly"),
        ],
    )
    def test_everything_else_is_refused_with_its_reason_and_may_be_tried_again(
        self, world, person, answer, reason
    ):
        registration = begun(world, person)
        ended = told(world, registration, world.answer(answer, key=NUMBER))
        assert (ended.state, ended.reason, ended.organisation_id) == ("refused", reason, None)
        assert world.unit.audited[-1][3] == {"state": "refused", "reason": reason}
        assert world.unit.roles.held(person) == []
        assert world.unit.organisations.rows == world.unit.timers == {}
        assert world.unit.published == []

        again = told(world, begun(world, person), world.answer(company(signing())))
        assert again.state == "registered"

    def test_the_same_employer_twice_is_refused_by_name(self, world, person):
        registered(world, person)
        for who in (person, world.person(OTHER)):
            with pytest.raises(EmployerAlreadyRegistered) as refusal:
                begun(world, who)
            assert refusal.value.facts == {"legal_person_number": NUMBER}

    def test_one_person_asks_about_a_company_once_at_a_time_and_others_are_not_kept_out(self, world, person):
        begun(world, person)
        with pytest.raises(EmployerAskedAlready):
            begun(world, person)
        assert begun(world, world.person(OTHER)).state == "asking"

    def test_of_two_who_represent_it_the_first_one_answered_registers_it(self, world, person):
        other = world.person(OTHER)
        mine, theirs = begun(world, person), begun(world, other)
        answer = world.answer(company(signing(), signing(OTHER)))
        assert told(world, theirs, answer).state == "registered"
        late = told(world, mine, answer)
        assert (late.state, late.reason) == ("refused", "registered_already")
        assert world.unit.roles.held(person) == []

    @pytest.mark.parametrize("state", ["restricted", "closed", "erased"])
    def test_who_cannot_sign_in_any_more_gets_no_role(self, world, person, state):
        registration = begun(world, person)
        account = world.unit.persons.accounts[person]
        world.unit.persons.accounts[person] = replace(account, state=state)
        ended = told(world, registration, world.answer(company(signing())))
        assert (ended.state, ended.reason, ended.answer) == ("refused", "account_disabled", None)
        assert world.unit.roles.held(person) == []

    def test_it_is_taken_back_by_its_registrant_alone_and_only_while_the_register_is_asked(
        self, world, person
    ):
        registration = begun(world, person)
        with pytest.raises(Missing):
            withdraw_employer_registration(world.unit, registration.id, Scope(person=uuid7()))
        world.act_as(None, "auditor")
        with pytest.raises(NotYourStep):
            withdraw_employer_registration(world.unit, registration.id, EVERYTHING)
        mine = world.act_as(person, "learner")
        withdrawn = withdraw_employer_registration(world.unit, registration.id, mine)
        assert (withdrawn.state, withdrawn.reason, world.unit.timers) == ("withdrawn", None, {})
        with pytest.raises(WrongState):
            withdraw_employer_registration(world.unit, registration.id, mine)
        assert told(world, registration, world.answer(company(signing()))) == withdrawn


class TestSilence:
    @pytest.mark.parametrize(
        "answer",
        [
            None,
            RegisterAnswer(key=NUMBER, state="unavailable", fault="down"),
            RegisterAnswer(key=NUMBER, state="fresh", found=True, answer=company(signing(), number="4")),
            RegisterAnswer(key=NUMBER, state="fresh", found=True, answer=company(signing(), title="")),
            RegisterAnswer(key=NUMBER, state="fresh", found=True, answer=company(signing(), status="?")),
            RegisterAnswer(key=NUMBER, state="fresh", found=True, answer={"what": "?"}),
            RegisterAnswer(key="4", state="fresh", found=False),
        ],
    )
    def test_an_answer_that_says_nothing_is_asked_for_again_later_each_time(self, world, person, answer):
        registration = begun(world, person)
        pauses = []
        for _ in range(7):
            waiting = told(world, registration, answer)
            assert (waiting.state, waiting.answer) == ("asking", None)
            pauses.append((waiting.ask_at - world.unit.now).total_seconds())
        assert pauses == [1, 2, 4, 8, 16, 20, 20]
        assert world.unit.actions() == ["employer_registration_begun"]
        assert told(world, registration, world.answer(company(signing()))).state == "registered"

    def test_after_three_days_it_lapses_and_says_why(self, world, person):
        registration = begun(world, person)
        world.unit.now += timedelta(days=3) - timedelta(seconds=1)
        end_employer_registration_in_time(world.unit, registration.id)
        assert world.unit.employer_registrations.find(registration.id).state == "asking"
        world.unit.now += timedelta(seconds=1)
        for _ in range(2):
            end_employer_registration_in_time(world.unit, registration.id)
        lapsed = world.unit.employer_registrations.find(registration.id)
        assert (lapsed.state, lapsed.reason, lapsed.ask_at) == ("lapsed", "register_silent", None)
        assert world.unit.actions().count("employer_registration_lapsed") == 1
        assert begun(world, person).state == "asking"

    def test_the_job_asks_once_for_all_who_wait_and_goes_on_after_a_fault(self, world, person):
        register, job = job_of(world)
        mine, theirs = begun(world, person), begun(world, world.person(OTHER))
        register.fault = True
        assert job.run() == 2
        assert job.run() == 0
        register.fault = False
        world.unit.now += timedelta(seconds=1)
        assert job.run() == 2
        assert register.asked == [("legal_persons", [NUMBER], PURPOSE, "employers' law")] * 2
        states = [world.unit.employer_registrations.find(one.id).state for one in (mine, theirs)]
        assert states == ["registered", "refused"]
        assert job.run() == 0

    @pytest.mark.parametrize(
        "fault", [ToxicRoles(role="employer_admin", held="auditor"), KeyError("what nobody foresaw")]
    )
    def test_one_that_cannot_be_decided_holds_no_other_and_comes_again_later(self, world, person, fault):
        world.unit.organisations = Picky(world.unit.organisations, NUMBER, fault)
        bad, good = begun(world, person), begun(world, person, "40003000018")
        _, job = job_of(world)

        assert job.run() == 2

        seen = [world.unit.employer_registrations.find(one.id) for one in (bad, good)]
        assert [one.state for one in seen] == ["asking", "registered"]
        assert (seen[0].ask_tries, seen[0].ask_at > world.unit.now) == (1, True)
        assert job.run() == 0


class TestPeople:
    @pytest.fixture
    def place(self, world, person):
        """An employer whose administrator acts."""
        made = registered(world, person)
        world.act_as(person, Role("employer_admin", made.id))
        world.unit.published.clear()
        return made

    def test_a_colleague_is_named_and_confirmed_like_in_an_institution(self, world, person, place):
        colleague = world.person(OTHER)
        member = add(world, place, "employer_admin")
        world.act_as(None, "user_approver")
        confirmed = confirm_member(world.unit, MemberOf(place.id, member.id), EVERYTHING)
        assert confirmed.state == "active"
        assert world.unit.roles.held(colleague) == [Role("employer_admin", place.id)]

    def test_roles_that_belong_elsewhere_are_refused_by_name(self, world, place):
        for role in sorted(PROVIDER):
            with pytest.raises(RoleNotOfOrganisation) as refusal:
                add(world, place, "employer_admin", role)
            assert refusal.value.facts == {"role": role, "kind": "employer"}
        (member,) = world.unit.members.of(place.id)
        change = ChangeMember(
            organisation_id=place.id, member_id=member.id, roles=["provider_editor"], version=member.version
        )
        with pytest.raises(RoleNotOfOrganisation):
            change_member(world.unit, change, EVERYTHING)

    def test_an_institution_has_no_employer_administrators(self, world, person):
        now = world.unit.now
        school = Organisation(id=uuid7(), title="Skola", viis_number="1", created_at=now, updated_at=now)
        world.unit.organisations.add(school)
        with pytest.raises(RoleNotOfOrganisation) as refusal:
            add(world, school, "employer_admin")
        assert refusal.value.facts == {"role": "employer_admin", "kind": "institution"}

    def test_nothing_that_institutions_are_barred_from_is_barred_here(self, world, place):
        world.act_as(None, "sanction_officer")
        for scope in SCOPES:
            with pytest.raises(SanctionNotForEmployers):
                suspend_organisation(
                    world.unit, Suspend(organisation_id=place.id, scope=scope, grounds=GROUNDS), Limits()
                )
        assert world.unit.organisations.find(place.id) == place

    def test_closing_ends_its_people_and_tells_no_provider_event(self, world, person, place):
        world.act_as(None, "sanction_officer")
        closed = close_organisation(world.unit, Close(organisation_id=place.id, grounds=GROUNDS))
        assert (closed.state, closed.barred, closed.reason) == ("closed", (), GROUNDS.facts)
        assert world.unit.roles.held(person) == []
        assert {type(event) for event in world.unit.events} == {RoleRevoked, EmployerClosed}
        with pytest.raises(OrganisationClosed):
            add(world, place, "employer_admin")
        with pytest.raises(WrongState):
            reinstate_organisation(world.unit, Reinstate(organisation_id=place.id, reason="?"))

    def test_a_closed_employer_may_be_registered_again_as_another(self, world, person, place):
        world.act_as(None, "sanction_officer")
        close_organisation(world.unit, Close(organisation_id=place.id, grounds=GROUNDS))
        world.act_as(person, "learner")
        assert registered(world, person).id != place.id


class Register:
    """A register of legal persons with a fault to order, which notes what it is asked."""

    def __init__(self, world):
        self.world, self.fault, self.asked = world, False, []

    def ask(self, register, keys, purpose, legal_basis):
        self.asked.append((register, list(keys), purpose, legal_basis))
        if self.fault:
            raise Unavailable(neighbour="registers")
        return {key: self.world.answer(company(signing(), number=key)) for key in keys}


class Picky:
    """Organisations that do not take the employer of one number."""

    def __init__(self, organisations, number, fault):
        self.organisations, self.number, self.fault = organisations, number, fault

    def add(self, organisation):
        if organisation.legal_person_number == self.number:
            raise self.fault
        self.organisations.add(organisation)

    def __getattr__(self, name):
        return getattr(self.organisations, name)


class OneUnit:
    """Opens the same unit of work again and again."""

    def __init__(self, unit):
        self.unit = unit

    def open(self, actor):
        self.unit.actor = actor
        return self

    read = open

    def __enter__(self):
        return self.unit

    def __exit__(self, *fault): ...


class Alone:
    """A lock that nobody else wants."""

    def __enter__(self):
        return True

    def __exit__(self, *fault): ...


def job_of(world):
    register = Register(world)
    world.unit.commit = lambda: None
    deps = Deps(
        units=OneUnit(world.unit),
        registers=register,
        verifier=world.verifier,
        alone=lambda _name: Alone(),
        legal_basis="law",
        provider_legal_basis="law",
        employer_legal_basis="employers' law",
        support_legal_basis="law",
        kept_files=memory_files(),
        collector=None,
        limits=Limits(),
    )
    return register, EmployersJob(deps)


def add(world, place, *roles):
    named = Named(given_name="Edgars", family_name="Žagars", personal_code=PersonalCode.parse(OTHER))
    command = AddMember(organisation_id=place.id, named=named, roles=roles)
    return add_member(world.unit, command, Scope(organisations=frozenset({place.id})))


codes = st.sampled_from([CODE, OTHER, OLD_CODE, "320026-17109"])
rows = st.lists(st.builds(signing, codes, st.integers(1, 4)), max_size=6)
held = st.sets(codes, max_size=2).map(lambda some: {one.replace("-", "") for one in some})


def answered(told, found=True):
    return RegisterAnswer(key=NUMBER, state="fresh", found=found, answer=told)


@given(rows=rows, held=held)
def test_only_who_the_register_says_signs_alone_may_register(rows, held):
    mine = [one["signatures_needed"] for one in rows if one["personal_code"].replace("-", "") in held]
    expected = None if 1 in mine else "only_jointly" if mine else "not_entitled"
    assert refusal_of(answered(company(*rows)), held) == expected


@given(rows=rows, held=held, more=st.builds(signing, codes, st.integers(1, 4)), data=st.data())
def test_the_order_of_representatives_says_nothing_and_others_take_no_right(rows, held, more, data):
    said = refusal_of(answered(company(*rows)), held)
    assert refusal_of(answered(company(*data.draw(st.permutations(rows)))), held) == said
    grown = refusal_of(answered(company(*rows, more)), held)
    if said is None or more["personal_code"].replace("-", "") not in held:
        assert grown == said


@given(rows=rows, held=held, status=st.sampled_from(["insolvent", "liquidated"]))
def test_no_right_to_sign_helps_where_the_company_does_not_work(rows, held, status):
    assert refusal_of(answered(company(*rows, status=status)), held) in ("insolvent", "struck_off")


@given(
    st.lists(
        st.fixed_dictionaries(
            {"personal_code": codes, "signatures_needed": st.sampled_from([None, 0, -1, True, "1", 1.0, []])}
        ),
        max_size=4,
    )
)
def test_a_number_of_signatures_that_is_none_gives_no_right(rows):
    everybody = {one["personal_code"].replace("-", "") for one in rows}
    assert refusal_of(answered(company(*rows)), everybody) == "not_entitled"


@given(
    told=st.dictionaries(
        st.sampled_from(["number", "title", "status", "representatives"]),
        st.none() | st.text(max_size=3) | st.sampled_from([NUMBER, "registered", [], [1], [signing()]]),
    )
)
def test_an_answer_counts_only_with_all_that_it_must_say(told):
    whole = told.get("number") == NUMBER and told.get("status") == "registered"
    whole &= isinstance(told.get("title"), str) and told["title"] != ""
    whole &= not told.get("representatives") or told["representatives"] == [signing()]
    assert counts(answered(told), NUMBER) == whole


@pytest.mark.parametrize("kind", KINDS)
def test_every_role_of_an_organisation_is_held_in_one_kind_of_it(world, kind):
    now = world.unit.now
    place = Organisation(id=uuid7(), kind=kind, title="T", viis_number=None, created_at=now, updated_at=now)
    mine = EMPLOYER if kind == "employer" else PROVIDER
    assert place.administrator in mine
    for role in sorted(IN_ORGANISATION | AGENCY):
        if role in mine:
            place.must_know([role])
        else:
            with pytest.raises(RoleNotOfOrganisation):
                place.must_know([*mine, role])


@given(st.lists(st.sampled_from(["register", "refuse", "withdraw", "lapse"]), min_size=1, max_size=4))
def test_a_registration_ends_once(actions):
    roles, state = {"system", "registrant"}, EMPLOYER_REGISTRATION.start
    state = EMPLOYER_REGISTRATION.next_state(state, actions[0], roles)
    for action in actions[1:]:
        with pytest.raises(WrongState):
            EMPLOYER_REGISTRATION.next_state(state, action, roles)
