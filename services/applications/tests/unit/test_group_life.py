"""The life of groups: each step by use case, and any sequence of steps keeps people and money right."""

from collections import Counter
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_applications.consumers import HANDLERS, TIMERS
from ila_applications.domain.errors import UnknownProgramme
from ila_applications.domain.group_errors import GroupFull, HoursLacking, NotAMember, OverlappingConfirmation
from ila_applications.domain.groups import SYSTEM_REACH, Reach, Terms
from ila_applications.domain.sessions import Plan
from ila_applications.domain.states import IN_GROUP
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.groups import (
    PlanGroup,
    cancel_group,
    end_group_in_time,
    finish_group,
    form_group,
    open_group,
    plan_group,
    start_group,
)
from ila_applications.usecases.members import (
    MoveMember,
    list_members,
    note_drop_out,
    note_no_show,
    transfer_member,
)
from ila_applications.usecases.memberships import GROUP_DUE
from ila_applications.usecases.offerings import close_programme, learn_call, learn_programme
from ila_applications.usecases.results import EnterResults, VerifyResults, enter_results, verify_results
from ila_applications.usecases.sessions import (
    PlanSession,
    confirm_attendance,
    plan_session,
    record_attendance,
    show_code,
)
from ila_kit.actor import Scope, process_actor
from ila_kit.errors import DomainError, Missing
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep
from ila_kit.testing.fakes import someone

FIRST_DAY = datetime(2024, 12, 20, 8, 0, tzinfo=UTC)
MANAGERS = ("provider_admin", "provider_trainer")
ENDS = ("application_withdrawn", "place_expired", "learning_not_completed", "application_refused")


class School:
    """A world whose institution teaches groups; its staff act unless somebody else is named."""

    def __init__(self, world, minimum=1, places=6):
        self.world, self.unit = world, world.unit
        learn_call(self.unit, replace(world.call, group_minimum=minimum, version=2), 2)
        learn_programme(self.unit, replace(world.programme, places=places), 2)
        self.reach = world.staff(*MANAGERS)
        self.staff = self.unit.actor
        self.people = []

    def plan(self, maximum=3, title="1. grupa"):
        terms = Terms(
            title=title,
            maximum=maximum,
            starts_on=date(2024, 12, 20),
            ends_on=date(2025, 3, 20),
            trainer_ids=(self.reach.person,),
        )
        return plan_group(
            self.unit, PlanGroup(programme_id=self.world.programme.id, terms=terms), self.reach
        ).id

    def open(self, **terms):
        group = self.plan(**terms)
        open_group(self.unit, group, self.reach)
        return group

    def enrol(self):
        self.people.append(self.world.enrolled())
        self.unit.actor = self.staff
        return self.people[-1]

    def withdraw(self, application):
        withdraw_application(self.unit, application.id, Scope(person=application.person_id))

    def started(self, learners=1, **terms):
        group = self.open(**terms)
        people = [self.enrol() for _ in range(learners)]
        form_group(self.unit, group, self.reach)
        self.unit.now = FIRST_DAY
        start_group(self.unit, group, self.reach)
        return group, people

    def hold(self, group, part, hours, people):
        start = self.unit.now
        what = Plan(
            title=part,
            part=part,
            starts_at=start,
            ends_at=start + timedelta(minutes=40 * hours),
            learning_hours=hours,
        )
        _, session = plan_session(self.unit, PlanSession(group_id=group, plan=what), self.reach)
        _, code = show_code(self.unit, session.id, self.reach)
        record_attendance(self.unit, session.id, [one.id for one in people], self.reach)
        for one in people:
            confirm_attendance(self.unit, session.id, one.person_id, code, self.learner(one))
        self.unit.now = session.ends_at
        return session, code

    def learner(self, application):
        return Reach(person=application.person_id, learns=True)

    def finished(self, learners=1, attending=None):
        group, people = self.started(learners)
        for part in self.world.programme.parts:
            self.hold(group, part.title, part.hours, people if attending is None else people[:attending])
        finish_group(self.unit, group, self.reach)
        return group, people

    def group(self, group):
        return self.unit.groups.get(group, SYSTEM_REACH)

    def told(self, name):
        return [event for event in self.unit.events if event.type == f"applications.{name}.v1"]


@pytest.fixture
def school(world):
    return School(world)


def verify(school, group, passed):
    version = school.group(group).version
    enter_results(school.unit, EnterResults(group_id=group, version=version, passed=passed), school.reach)
    school.unit.actor = someone("result_verifier")
    command = VerifyResults(group_id=group, notes=None, version=None)
    verified = verify_results(school.unit, command, Reach(everything=True))
    school.unit.actor = school.staff
    return verified


def test_from_the_plan_to_the_payment(school):
    group, [one] = school.finished()
    assert verify(school, group, {one.id: True}).state == "verified"
    assert school.world.state(one) == "completed"
    (told,) = school.told("result_verified")
    assert (told.attended_hours, told.total_hours, told.group_id) == (170, 170, group)
    pay(school, [one.id, uuid7()])
    pay(school, [one.id])
    assert school.group(group).state == "closed"
    assert school.world.now(one).funds == "paid"


def pay(school, ids):
    data = {"application_ids": [str(one) for one in ids]}
    type_ = "funding.payment_settled.v1"
    envelope = Envelope(
        id=uuid7(), source="funding", type=type_, subject="x", time=school.unit.now, sequence=1, data=data
    )
    HANDLERS[type_](school.unit, envelope)


def test_a_group_closes_with_the_last_payment_and_not_before(school):
    group, people = school.finished(2)
    verify(school, group, {one.id: True for one in people})
    pay(school, [people[0].id])
    assert school.group(group).state == "verified"
    pay(school, [people[1].id, people[0].id])
    assert school.group(group).state == "closed"


def test_who_missed_too_much_or_failed_the_test_did_not_complete(school):
    group, people = school.finished(3, attending=2)
    verify(school, group, {one.id: number != 1 for number, one in enumerate(people)})
    assert [school.world.state(one) for one in people] == ["completed", "not_completed", "not_completed"]
    reasons = {event.application_id: event.reason for event in school.told("learning_not_completed")}
    assert reasons == {people[1].id: "test", people[2].id: "attendance"}
    assert len(school.told("learning_completed")) == 1


def test_a_foreign_institution_plans_nothing_and_sees_nothing(school):
    group = school.plan()
    stranger = Reach(person=uuid7(), managed=frozenset({uuid7()}))
    for act in (open_group, form_group, start_group, finish_group, list_members):
        with pytest.raises(Missing):
            act(school.unit, group, stranger)
    command = PlanGroup(
        programme_id=school.world.programme.id,
        terms=Terms(
            title="x",
            maximum=1,
            starts_on=date(2024, 12, 20),
            ends_on=date(2024, 12, 20),
            trainer_ids=(),
        ),
    )
    with pytest.raises(UnknownProgramme):
        plan_group(school.unit, command, stranger)


def test_a_trainer_teaches_and_does_not_manage(school):
    group, _ = school.started()
    trains = Reach(person=school.reach.person, taught=school.reach.managed)
    school.unit.actor = replace(
        school.staff, roles=tuple(role for role in school.staff.roles if role.name == "provider_trainer")
    )
    with pytest.raises(NotYourStep):
        cancel_group(school.unit, group, "x", trains)
    with pytest.raises(HoursLacking):
        finish_group(school.unit, group, trains)


def test_members_move_drop_out_and_do_not_come(school):
    group, [moves, quits, absent] = school.started(3)
    other = school.open(title="2. grupa", maximum=1)
    act = [MoveMember(group_id=group, application_id=one.id) for one in (moves, quits, absent)]
    assert transfer_member(school.unit, act[0], other, school.reach).application.group_id == other
    with pytest.raises(GroupFull):
        transfer_member(school.unit, act[1], other, school.reach)
    note_drop_out(school.unit, act[1], school.reach)
    taken = school.world.taken()
    note_no_show(school.unit, act[2], school.reach)
    assert [school.world.state(one) for one in (moves, quits, absent)] == [
        "learning",
        "not_completed",
        "no_show",
    ]
    assert school.world.taken() == taken - 1
    assert (school.group(group).members, school.group(other).members) == (0, 1)
    for command in act:
        with pytest.raises(Missing):
            note_drop_out(school.unit, command, school.reach)


def test_who_learned_in_two_groups_keeps_every_hour_once(school):
    first, [one] = school.started()
    school.hold(first, "Algoritmi", 34, [one])
    second = school.open(title="2. grupa")
    move = MoveMember(group_id=first, application_id=one.id)
    transfer_member(school.unit, move, second, school.reach)
    form_group(school.unit, second, school.reach)
    start_group(school.unit, second, school.reach)
    school.hold(second, "Algoritmi", 34, [one])
    (member,) = list_members(school.unit, second, school.reach)
    assert (member.attended_hours, member.total_hours) == (34, 170)


def test_a_learner_confirms_only_in_their_own_group_and_once_at_a_time(school):
    group, [one] = school.started()
    session, _ = school.hold(group, "Algoritmi", 4, [])
    _, code = show_code(school.unit, session.id, school.reach)
    with pytest.raises(Missing):
        confirm_attendance(school.unit, session.id, uuid7(), code, Reach(person=uuid7(), learns=True))
    with pytest.raises(NotAMember):
        confirm_attendance(school.unit, session.id, uuid7(), code, Reach(everything=True))
    school.unit.now = session.starts_at
    again, other = school.hold(group, "Algoritmi", 4, [])
    school.unit.now = session.starts_at
    confirm_attendance(school.unit, again.id, one.person_id, other, school.learner(one))
    _, code = show_code(school.unit, session.id, school.reach)
    with pytest.raises(OverlappingConfirmation):
        confirm_attendance(school.unit, session.id, one.person_id, code, school.learner(one))


@pytest.mark.parametrize(
    ("made", "state", "told"),
    [("plan", "cancelled", "not-formed"), ("open", "cancelled", "not-formed")],
)
def test_silence_before_the_start_cancels(school, made, state, told):
    group = getattr(school, made)()
    silence(school, group)
    assert school.group(group).state == state
    assert school.told("group_cancelled")[0].reason == told


def silence(school, group):
    """Let everything wait until the group is due, and call what is set for then."""
    school.unit.now = school.unit.timers[group, GROUP_DUE]
    school.unit.actor = process_actor("applications")
    TIMERS[GROUP_DUE](school.unit, group)
    school.unit.actor = school.staff


def test_silence_of_a_formed_and_of_a_started_group_has_its_own_word(school):
    formed = school.open()
    school.enrol()
    form_group(school.unit, formed, school.reach)
    silence(school, formed)
    school.unit.now = datetime(2024, 11, 20, tzinfo=UTC)
    started, _ = school.started()
    silence(school, started)
    assert [event.reason for event in school.told("group_cancelled")] == ["not-started", "not-finished"]


def test_silence_after_the_finish_enters_results_and_then_only_alarms(school):
    group, [one] = school.finished()
    silence(school, group)
    (result,) = school.unit.results.of_group(group)
    assert (school.group(group).state, result.missed, result.test_passed) == ("results_entered", "test", None)
    for _ in range(2):
        silence(school, group)
        assert (school.group(group).state, school.group(group).overdue) == ("results_entered", True)
    verify(school, group, {one.id: True})
    assert school.world.state(one) == "completed"


def test_a_timer_that_comes_early_or_twice_does_nothing(school):
    group = school.open()
    end_group_in_time(school.unit, group)
    assert school.group(group).state == "recruiting"
    silence(school, group)
    events = len(school.unit.events)
    TIMERS[GROUP_DUE](school.unit, group)
    assert len(school.unit.events) == events


def test_a_closed_programme_leaves_finished_groups_to_be_verified(school):
    group, [one] = school.finished()
    school.unit.now = datetime(2024, 11, 20, tzinfo=UTC)
    open_ = school.open(title="2. grupa")
    waits = school.enrol()
    for _ in range(2):
        close_programme(school.unit, school.world.programme.id, school.unit.now)
    assert (school.group(open_).state, school.group(group).state) == ("cancelled", "finished")
    assert (school.world.state(waits), school.world.state(one)) == ("expired", "learning")


ACTS = [
    "enrol",
    "enrol",
    "plan",
    "open",
    "form",
    "start",
    "cancel",
    "withdraw",
    "drop_out",
    "no_show",
    "transfer",
]


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 5), st.integers(0, 3)), min_size=3, max_size=20)
)
def test_any_sequence_of_acts_keeps_people_places_and_money_right(new_world, acts):
    school = School(new_world())
    groups = [school.open(maximum=2), school.open(maximum=1), school.plan(maximum=3)]
    for _ in range(4):
        school.enrol()
    for act, person, number in acts:
        with suppress(DomainError, IndexError):
            do(school, groups, act, person, number)
        must_be_right(school, groups)


def do(school, groups, act, person, number):
    """Do one act of the sequence; what is not possible now is refused."""
    unit, reach = school.unit, school.reach
    if act == "enrol":
        school.enrol()
    elif act == "plan":
        groups.append(school.plan(maximum=number + 1))
    elif act in ("open", "form", "start"):
        unit.now = FIRST_DAY if act == "start" else unit.now
        step = {"open": open_group, "form": form_group, "start": start_group}[act]
        try:
            step(unit, groups[number], reach)
        finally:
            unit.now = datetime(2024, 11, 20, 10, 0, tzinfo=UTC)
    elif act == "cancel":
        cancel_group(unit, groups[number], "x", reach)
    elif act == "withdraw":
        school.withdraw(school.people[person])
    else:
        _move(school, groups, act, person, number)


def _move(school, groups, act, person, number):
    application = school.world.now(school.people[person])
    command = MoveMember(group_id=application.group_id, application_id=application.id)
    if act == "transfer":
        transfer_member(school.unit, command, groups[number], school.reach)
    elif act == "drop_out":
        note_drop_out(school.unit, command, school.reach)
    else:
        school.unit.now = FIRST_DAY
        try:
            note_no_show(school.unit, command, school.reach)
        finally:
            school.unit.now = datetime(2024, 11, 20, 10, 0, tzinfo=UTC)


def must_be_right(school, groups):
    """Check what holds after every act."""
    applications = school.unit.applications.rows.values()
    within = Counter(one.group_id for one in applications if one.state in IN_GROUP)
    for group in map(school.group, groups):
        assert group.members == within[group.id] <= group.maximum
        if group.state == "recruiting" and group.free:
            assert not school.unit.groups.count_unplaced(group.programme_id)
    assert school.world.taken() == school.world.with_place()
    ends = Counter(event.application_id for name in ENDS for event in school.told(name))
    assert not ends or max(ends.values()) == 1
    over = {
        one.id for one in applications if one.state in ("withdrawn", "expired", "no_show", "not_completed")
    }
    assert ends.keys() == over
