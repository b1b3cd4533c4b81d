"""The state tables of calls and what is around them, of places, programmes and offers: each cell."""

from itertools import product
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.states import (
    CALL,
    LEARNING_NEED,
    OFFER,
    PLACE,
    PROGRAMME,
    QUESTION,
    SCHEDULE_CHANGE,
)
from ila_kit.states import SYSTEM, NotYourStep, WrongState

MACHINES = {
    machine.name: machine
    for machine in (CALL, SCHEDULE_CHANGE, LEARNING_NEED, QUESTION, PLACE, PROGRAMME, OFFER)
}
ROLES = sorted(
    {role for machine in MACHINES.values() for step in machine.steps.values() for role in step.roles}
    | {"learner", "provider_trainer", "auditor", "platform_admin", "commission_member", "contract_officer"}
)
MISSION = {
    "place": "entered matched not_matched",
    "programme": "draft complete bound approved published closed archived",
    "offer": "draft submitted withdrawn locked in_evaluation clarification approved rejected contested final",
    "call": "draft published closed archived",
    "schedule change": "proposed applied withdrawn lapsed",
    "learning need": "proposed approved refused withdrawn lapsed",
    "question": "asked overdue answered",
}
EDITORS, SIGNATORY = "provider_admin provider_editor", "provider_signatory"
# What the tables say, written a second time as the mission has it: (state, action, roles, next state).
EXPECTED = {
    "place": [("entered", "match", SYSTEM, "matched"), ("entered", "miss", SYSTEM, "not_matched")],
    "schedule change": [
        ("proposed", "apply", "call_manager", "applied"),
        ("proposed", "withdraw", "call_manager", "withdrawn"),
        ("proposed", "lapse", SYSTEM, "lapsed"),
    ],
    "call": [
        ("draft", "publish", f"call_manager {SYSTEM}", "published"),
        ("published", "close", f"call_manager {SYSTEM}", "closed"),
        ("closed", "archive", SYSTEM, "archived"),
    ],
    "learning need": [
        ("proposed", "approve", "council_member", "approved"),
        ("proposed", "refuse", "council_member", "refused"),
        ("proposed", "withdraw", "call_manager", "withdrawn"),
        ("proposed", "lapse", SYSTEM, "lapsed"),
        ("approved", "withdraw", "council_member", "withdrawn"),
    ],
    "question": [
        ("asked", "answer", "call_manager", "answered"),
        ("asked", "remind", SYSTEM, "overdue"),
        ("overdue", "answer", "call_manager", "answered"),
        ("answered", "answer", "call_manager", "answered"),
    ],
    "programme": [
        ("draft", "complete", EDITORS, "complete"),
        ("complete", "reopen", EDITORS, "draft"),
        ("complete", "bind", SYSTEM, "bound"),
        ("bound", "unbind", SYSTEM, "complete"),
        ("bound", "approve", SYSTEM, "approved"),
        ("approved", "publish", SYSTEM, "published"),
        ("published", "close", SYSTEM, "closed"),
        ("closed", "archive", SYSTEM, "archived"),
    ],
    "offer": [
        ("draft", "submit", SIGNATORY, "submitted"),
        ("submitted", "withdraw", SIGNATORY, "withdrawn"),
        ("withdrawn", "revise", f"{EDITORS} {SIGNATORY}", "draft"),
        ("submitted", "lock", SYSTEM, "locked"),
        ("locked", "evaluate", SYSTEM, "in_evaluation"),
        ("in_evaluation", "ask", "commission_chair", "clarification"),
        ("clarification", "answer", f"{EDITORS} {SIGNATORY}", "in_evaluation"),
        ("clarification", "lapse", SYSTEM, "in_evaluation"),
        ("in_evaluation", "approve", "commission_chair", "approved"),
        ("in_evaluation", "reject", "commission_chair", "rejected"),
        ("rejected", "contest", SIGNATORY, "contested"),
        ("contested", "approve", "appeal_officer", "approved"),
        ("contested", "reject", "appeal_officer", "rejected"),
        ("contested", "lapse", SYSTEM, "rejected"),
        ("approved", "finalise", SYSTEM, "final"),
        ("rejected", "finalise", SYSTEM, "final"),
    ],
}
CELLS = [
    (name, state, action)
    for name, machine in MACHINES.items()
    for state, action in product(sorted(machine.states), sorted({action for _, action in machine.steps}))
]


class Anything(SimpleNamespace):
    """A publication, closing or withdrawal that every guard lets pass."""

    call = SimpleNamespace(state="published", id="c")
    agreement = SimpleNamespace(state="in_force", id="a", covers=lambda _: True)
    programme_id = "p"
    running = ()
    programmes = 0


@pytest.mark.parametrize("name", MISSION)
def test_the_states_are_those_of_the_mission(name):
    assert MACHINES[name].states == set(MISSION[name].split())


@pytest.mark.parametrize(("name", "state", "action"), CELLS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_takes_each_step_in_each_state_only_where_the_table_says_so(name, state, action, role):
    machine = MACHINES[name]
    expected = {(at, step): (who.split(), target) for at, step, who, target in EXPECTED[name]}
    who, target = expected.get((state, action), (None, None))
    if who is None:
        with pytest.raises(WrongState):
            machine.next_state(state, action, {role}, Anything())
    elif role not in who:
        with pytest.raises(NotYourStep):
            machine.next_state(state, action, {role}, Anything())
    else:
        assert machine.next_state(state, action, {role}, Anything()) == target


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_can_be_reached(name):
    machine = MACHINES[name]
    reached, frontier = {machine.start}, [machine.start]
    while frontier:
        state = frontier.pop()
        new = {step.target for step in machine.steps.values() if step.source == state} - reached
        reached |= new
        frontier += new
    assert reached == machine.states


def test_what_waits_for_somebody_ends_by_itself():
    assert PLACE.timers.keys() == {"entered"}
    assert SCHEDULE_CHANGE.timers.keys() == LEARNING_NEED.timers.keys() == {"proposed"}
    assert QUESTION.timers.keys() == {"asked"}
    assert OFFER.timers.keys() == {"clarification", "contested", "approved", "rejected"}


@given(st.lists(st.sampled_from(sorted({action for _, action in OFFER.steps})), max_size=40))
def test_no_way_through_the_table_changes_an_offer_after_it_was_locked_but_by_the_agency(actions):
    state, locked = OFFER.start, False
    for action in actions:
        if action not in OFFER.actions(state):
            continue
        state = OFFER.next_state(state, action, set(ROLES))
        locked = locked or state == "locked"
        assert not (locked and state in ("draft", "submitted", "withdrawn"))
