"""Groups: their terms, their ends in time, and who reaches them as what."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_applications.api.reach import reach_of
from ila_applications.domain.group_errors import GroupBegun, MaximumTooLow, WrongGroupDates
from ila_applications.domain.group_states import GROUP
from ila_applications.domain.groups import Group, Reach, Terms, deadline, midnight, plan, roles_in
from ila_kit.actor import Actor, Role
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep
from ila_kit.web.resource import Access, Call

NOW = datetime(2024, 12, 1, 10, 0, tzinfo=UTC)
ORGANISATION, TRAINER = uuid7(), uuid7()
TERMS = Terms(
    title="1. grupa",
    maximum=15,
    starts_on=date(2024, 12, 20),
    ends_on=date(2025, 3, 20),
    trainer_ids=(TRAINER,),
)
EDITOR = frozenset({"provider_editor"})


@pytest.fixture
def group(world) -> Group:
    call = replace(world.call, group_minimum=10)
    return plan(world.programme, call, ORGANISATION, TERMS, NOW)


def test_a_new_group_is_planned_with_the_minimum_of_the_call(group):
    assert (group.state, group.version, group.members, group.minimum, group.free) == ("planned", 1, 0, 10, 15)
    assert not group.viable
    assert group.due_at == midnight(TERMS.starts_on) + timedelta(days=30)


@pytest.mark.parametrize(
    ("flaw", "refusal"),
    [
        ({"maximum": 9}, MaximumTooLow),
        ({"ends_on": date(2024, 12, 19)}, WrongGroupDates),
        ({"starts_on": date(2024, 11, 1), "ends_on": date(2024, 11, 30)}, WrongGroupDates),
    ],
)
def test_terms_that_cannot_be_kept_are_refused(world, group, flaw, refusal):
    with pytest.raises(refusal):
        plan(
            world.programme, replace(world.call, group_minimum=10), ORGANISATION, replace(TERMS, **flaw), NOW
        )
    with pytest.raises(refusal):
        group.changed(replace(TERMS, **flaw), EDITOR, NOW)


def test_the_maximum_never_falls_below_the_members_there_are(group):
    with pytest.raises(MaximumTooLow):
        replace(group, members=12, state="recruiting").changed(replace(TERMS, maximum=11), EDITOR, NOW)


def test_a_group_that_has_begun_keeps_its_first_day_and_maximum(group):
    begun = replace(group, state="started", members=11)
    for flaw in ({"maximum": 16}, {"starts_on": date(2024, 12, 21)}):
        with pytest.raises(GroupBegun):
            begun.changed(replace(TERMS, **flaw), EDITOR, NOW)
    later = begun.changed(replace(TERMS, ends_on=date(2025, 4, 1)), EDITOR, NOW)
    assert later.due_at == midnight(date(2025, 5, 2))


def test_each_state_is_due_from_its_own_moment(group):
    due = {state: deadline(replace(group, state=state), NOW) for state in GROUP.states}
    first, last = midnight(TERMS.starts_on), midnight(date(2025, 3, 21))
    month = timedelta(days=30)
    assert due == {
        "planned": first + month,
        "recruiting": first + month,
        "formed": first + month,
        "started": last + month,
        "finished": NOW + month,
        "results_entered": NOW + month,
        "verified": NOW + timedelta(days=180),
        "closed": None,
        "cancelled": None,
    }


def test_an_alarm_marks_a_group_as_overdue_until_somebody_acts(group):
    waits = replace(group, state="results_entered")
    alarmed = waits.step("alarm", frozenset({"system"}), NOW)
    assert alarmed.overdue
    assert not alarmed.step("verify", frozenset({"result_verifier"}), NOW).overdue


@given(st.lists(st.integers(-3, 3), max_size=20))
def test_members_and_free_places_always_add_up(changes):
    group = Group(
        id=uuid7(),
        programme_id=uuid7(),
        call_id=uuid7(),
        organisation_id=ORGANISATION,
        minimum=1,
        state="recruiting",
        version=1,
        created_at=NOW,
        updated_at=NOW,
        **{name: getattr(TERMS, name) for name in TERMS.__dataclass_fields__},
    )
    for number, change in enumerate(changes, 2):
        group = group.taking(change, NOW)
        assert group.members + group.free == group.maximum
        assert group.version == number


def test_a_trainer_is_one_only_for_the_groups_that_name_them(group):
    names = Actor(str(TRAINER), (Role("provider_trainer", ORGANISATION), Role("learner")))
    other = Actor(str(uuid7()), (Role("provider_trainer", ORGANISATION), Role("provider_admin", uuid7())))
    assert roles_in(names, group) == {"provider_trainer", "learner"}
    assert roles_in(other, group) == frozenset()
    with pytest.raises(NotYourStep):
        replace(group, state="started").must_allow("teach", roles_in(other, group), NOW)


def reach(*roles, own, any_=frozenset()):
    actor = Actor(str(TRAINER), tuple(Role(*role) for role in roles))
    access = Access(own=own, any=any_)
    return reach_of(Call(None, actor, access.scope(actor), None), access)


def test_reach_counts_only_the_roles_that_a_route_is_for():
    everybody = frozenset({"provider_admin", "provider_editor", "provider_trainer", "learner"})
    held = (("provider_admin", ORGANISATION), ("provider_trainer", ORGANISATION), ("learner",))
    assert reach(*held, own=everybody) == Reach(
        person=TRAINER,
        learns=True,
        managed=frozenset({ORGANISATION}),
        taught=frozenset({ORGANISATION}),
    )
    trains = reach(*held, own=frozenset({"provider_trainer"}))
    assert (trains.managed, trains.taught, trains.learns) == (frozenset(), frozenset({ORGANISATION}), False)
    assert reach(("auditor",), own=everybody, any_=frozenset({"auditor"})).everything
    platform_wide = reach(("provider_admin",), own=everybody)
    assert (platform_wide.managed, platform_wide.everything) == (frozenset(), False)
