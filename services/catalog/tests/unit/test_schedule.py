"""A schedule moves by two persons, never the past, and its phases turn one after the other."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import (
    FaultyData,
    OffersClosed,
    OffersNotOpenYet,
    PhaseIsOver,
    SameProposer,
    ScheduleInThePast,
)
from ila_catalog.domain.phases import is_open
from ila_catalog.domain.schedule import (
    ScheduleChange,
    Window,
    must_fit,
    next_turn_at,
    planned,
    rescheduled,
    turns,
)
from ila_catalog.usecases.calls import (
    CALL_CLOSING,
    CALL_PHASES,
    SCHEDULE_CHANGE_DUE,
    ProposeSchedule,
    confirm_schedule,
    lapse_schedule_change,
    propose_schedule,
    withdraw_schedule,
)
from ila_catalog.usecases.phases import turn_phases
from ila_kit.ids import uuid7
from ila_kit.states import WrongState
from ila_kit.testing.fakes import someone

CALL_1 = read_call(PackagedFiles().call("call-1"))
DEADLINE = datetime(2024, 10, 11, 21, 0, tzinfo=UTC)
moments = st.timedeltas(timedelta(days=-70), timedelta(days=200)).map(lambda since: DEADLINE + since)


@pytest.fixture(scope="module")
def phases():
    """The schedule of call 1."""
    return CALL_1.phases


@pytest.fixture
def call(call_data):
    """Call 1, published."""
    return Call(data=call_data, state="published", version=1, shifted_by_days=0, published_at=DEADLINE)


def window(phases, name, **changes):
    found = next(phase for phase in phases if phase.name == name)
    return Window(name=name, **{"opens_at": found.opens_at, "closes_at": found.closes_at} | changes)


@pytest.mark.parametrize(
    ("received", "refusal"),
    [
        ("2024-09-29T20:59:59.999999+00:00", OffersNotOpenYet),
        ("2024-09-29T21:00:00+00:00", None),
        ("2024-10-11T20:59:00+00:00", None),
        ("2024-10-11T20:59:59.999000+00:00", None),
        ("2024-10-11T20:59:59.999999+00:00", None),
        ("2024-10-11T21:00:00+00:00", OffersClosed),
        ("2024-10-12T00:00:00+00:00", OffersClosed),
    ],
)
def test_offers_are_taken_by_the_instant_of_receipt(call, received, refusal):
    at = datetime.fromisoformat(received)
    if refusal is None:
        call.must_take_offers(at)
    else:
        with pytest.raises(refusal):
            call.must_take_offers(at)


@given(at=moments)
def test_what_is_told_of_phases_is_what_is_open_and_over(phases, at):
    told = turns(Call(data=CALL_1, state="published", version=1, shifted_by_days=0), at)
    states = {turn.phase: turn.state for turn in told}
    for phase in phases:
        expected = "open" if is_open(phase, at) else "closed" if at >= phase.closes_at else None
        assert states.get(phase.name) == expected
    assert all(earlier.at <= later.at <= at for earlier, later in pairwise([*told, *told[-1:]]))


@given(at=moments)
def test_between_one_turn_and_the_next_nothing_changes(phases, at):
    after = next_turn_at(phases, at)
    if after is None:
        assert all(phase.closes_at <= at for phase in phases)
    else:
        assert after > at
        almost = after - timedelta(microseconds=1)
        assert [is_open(phase, at) for phase in phases] == [is_open(phase, almost) for phase in phases]


@given(at=moments, hours=st.integers(-2_000, 2_000))
def test_a_moved_schedule_never_opens_what_is_over_nor_closes_in_the_past(phases, at, hours):
    for phase in phases:
        moved = window(phases, phase.name, closes_at=phase.closes_at + timedelta(hours=hours))
        try:
            made = rescheduled(phases, [moved], at)
        except (PhaseIsOver, ScheduleInThePast, FaultyData):
            continue
        assert phase.closes_at > at
        now = next(one for one in made if one.name == phase.name)
        assert now.closes_at >= at
        assert (now.planned_opens_at, now.planned_closes_at) == (
            phase.planned_opens_at,
            phase.planned_closes_at,
        )
        must_fit(made)


def test_a_beginning_that_has_been_stays(phases):
    at = DEADLINE - timedelta(days=1)
    with pytest.raises(ScheduleInThePast):
        rescheduled(phases, [window(phases, "offers", opens_at=at)], at)
    with pytest.raises(PhaseIsOver):
        rescheduled(phases, [window(phases, "preparation")], at)
    with pytest.raises(FaultyData):
        rescheduled(phases, [window(phases, "offers")] * 2, at)
    with pytest.raises(FaultyData):
        rescheduled(phases, [], at)


def test_a_plan_names_each_phase_once_and_evaluation_waits_for_the_deadline(phases):
    windows = [window(phases, phase.name) for phase in phases]
    assert planned(phases, windows) == phases
    with pytest.raises(FaultyData, match="lack"):
        planned(phases, windows[1:])
    with pytest.raises(FaultyData, match="twice"):
        planned(phases, [*windows, windows[0]])
    early = [
        replace(one, opens_at=DEADLINE - timedelta(1)) if one.name == "evaluation" else one for one in windows
    ]
    with pytest.raises(FaultyData, match="before offers close"):
        planned(phases, early)


def test_nobody_confirms_an_own_proposal():
    change = ScheduleChange(
        id=uuid7(),
        call_id=uuid7(),
        phases=[],
        reason="x",
        state="proposed",
        proposed_by="a",
        version=1,
        created_at=DEADLINE,
        updated_at=DEADLINE,
    )
    with pytest.raises(SameProposer):
        change.applied_by("a", {"call_manager"}, DEADLINE)
    assert change.applied_by("b", {"call_manager"}, DEADLINE).confirmed_by == "b"


class TestTurning:
    def test_each_phase_is_told_once_under_a_version_of_its_own(self, unit, call):
        unit.calls.add(call)
        unit.now = DEADLINE
        turn_phases(unit, call.id)
        told = [(event.phase, event.state) for event in unit.events]
        assert told == [("needs_approval", "closed"), ("preparation", "closed"), ("offers", "closed")]
        assert [sequence for _, sequence in unit.published] == [2, 3, 4]
        assert unit.timers[call.id, CALL_PHASES] == datetime(2024, 10, 13, 21, 0, tzinfo=UTC)
        turn_phases(unit, call.id)
        assert len(unit.events) == 3

    def test_when_all_is_over_only_the_end_of_the_call_is_awaited(self, unit, call):
        unit.calls.add(call)
        unit.now = datetime(2026, 1, 1, tzinfo=UTC)
        turn_phases(unit, call.id)
        assert {event.state for event in unit.events} == {"closed"}
        assert unit.timers == {(call.id, CALL_CLOSING): call.closing_at}

    @pytest.mark.parametrize("state", ["draft", "closed", "archived"])
    def test_only_a_published_call_turns(self, unit, call, state):
        unit.calls.add(replace(call, state=state))
        turn_phases(unit, call.id)
        turn_phases(unit, uuid7())
        assert unit.events == []

    def test_an_offer_that_nobody_decided_in_time_is_noted(self, world):
        world.unit.now = world.evaluation.closes_at
        turn_phases(world.unit, world.call.id)
        assert ("offer_decision_overdue", str(world.offer.id)) in [
            (action, subject) for action, _, subject, _ in world.unit.audited
        ]


def _proposed(unit, call, closes_at):
    unit.calls.add(call)
    unit.actor = someone("call_manager")
    window = Window(name="learning", opens_at=call.data.phases[-1].opens_at, closes_at=closes_at)
    return propose_schedule(unit, ProposeSchedule(call_id=call.id, phases=[window], reason="Later"))


def test_a_proposal_lapses_once_what_it_proposes_has_passed(unit, call):
    last = call.data.phases[-1].closes_at
    unit.now = last - timedelta(days=1)
    change = _proposed(unit, call, last + timedelta(days=1))
    assert unit.timers[change.id, SCHEDULE_CHANGE_DUE] == last + timedelta(days=1)

    unit.now = last - timedelta(days=60)
    assert replace(change, created_at=unit.now).due_at == unit.now + timedelta(days=14)


def test_a_proposal_that_was_taken_back_makes_room_for_another(unit, call):
    unit.now = call.data.phases[-1].opens_at
    change = _proposed(unit, call, call.data.phases[-1].closes_at + timedelta(days=1))
    withdrawn = withdraw_schedule(unit, call.id, change.id)

    assert withdrawn.state == "withdrawn"
    assert (change.id, SCHEDULE_CHANGE_DUE) not in unit.timers
    unit.actor = someone("call_manager")
    with pytest.raises(WrongState):
        confirm_schedule(unit, call.id, change.id)
    with pytest.raises(WrongState):
        withdraw_schedule(unit, call.id, change.id)


def test_a_lapsed_or_unknown_proposal_lapses_no_more(unit):
    lapse_schedule_change(unit, uuid7())
    assert unit.audited == []
