"""The lives of groups, sessions and results: every state, every action, every role."""

from datetime import date
from itertools import product

import pytest
from ila_applications.domain.group_errors import (
    GroupEmpty,
    GroupNotDue,
    GroupTooSmall,
    HoursLacking,
    NoTrainer,
)
from ila_applications.domain.group_states import (
    AWAITING_RESULTS,
    GROUP,
    RESULT,
    SESSION,
    UNFINISHED,
    WITH_MEMBERS,
    Standing,
    own_actions,
)
from ila_applications.store import group_tables as t
from ila_kit.states import SYSTEM, NotYourStep, WrongState

MISSION = "planned recruiting formed started finished results_entered verified closed cancelled"
ADMIN, EDITOR, TRAINER = "provider_admin", "provider_editor", "provider_trainer"
VERIFIER, LEARNER = "result_verifier", "learner"
ROLES = [ADMIN, EDITOR, TRAINER, "provider_signatory", VERIFIER, LEARNER, SYSTEM, "auditor", "call_manager"]
MANAGERS, STAFF, RESULTS = {ADMIN, EDITOR}, {ADMIN, EDITOR, TRAINER}, {ADMIN, TRAINER}
READY = Standing(
    members=10, minimum=10, trainers=1, starts_on=date(2024, 12, 20), today=date(2024, 12, 20), lacking={}
)
# Written out a second time, by hand: what the table must say, and nothing else.
GROUP_STEPS = {
    ("planned", "open"): ("recruiting", MANAGERS),
    ("recruiting", "form"): ("formed", MANAGERS),
    ("formed", "start"): ("started", STAFF),
    ("started", "finish"): ("finished", STAFF | {SYSTEM}),
    ("finished", "enter_results"): ("results_entered", RESULTS),
    ("finished", "lapse"): ("results_entered", {SYSTEM}),
    ("results_entered", "enter_results"): ("results_entered", RESULTS),
    ("results_entered", "verify"): ("verified", {VERIFIER}),
    ("results_entered", "alarm"): ("results_entered", {SYSTEM}),
    ("verified", "close"): ("closed", {SYSTEM}),
    ("verified", "alarm"): ("verified", {SYSTEM}),
    ("started", "teach"): ("started", {TRAINER}),
    ("started", "attend"): ("started", {LEARNER}),
}
for _state in ("planned", "recruiting", "formed", "started"):
    GROUP_STEPS[_state, "cancel"] = ("cancelled", MANAGERS | {SYSTEM})
    GROUP_STEPS[_state, "lapse"] = ("cancelled", {SYSTEM})
    GROUP_STEPS[_state, "change"] = (_state, MANAGERS)
    GROUP_STEPS[_state, "plan_session"] = (_state, STAFF)
for _state in ("recruiting", "formed", "started"):
    GROUP_STEPS[_state, "move_member"] = (_state, STAFF)
SESSION_STEPS = {
    ("scheduled", "cancel"): ("cancelled", STAFF),
    ("scheduled", "show_code"): ("scheduled", {TRAINER}),
    ("scheduled", "record"): ("scheduled", {TRAINER}),
    ("scheduled", "confirm"): ("scheduled", {LEARNER}),
}
RESULT_STEPS = {
    ("entered", "correct"): ("entered", RESULTS),
    ("entered", "verify"): ("verified", {VERIFIER}),
    ("entered", "void"): ("voided", {SYSTEM}),
    ("verified", "issue"): ("credential_issued", {SYSTEM}),
    ("verified", "void"): ("voided", {VERIFIER, SYSTEM}),
    ("credential_issued", "void"): ("voided", {VERIFIER, SYSTEM}),
}
TABLES = [(GROUP, GROUP_STEPS), (SESSION, SESSION_STEPS), (RESULT, RESULT_STEPS)]


@pytest.mark.parametrize(("machine", "expected"), TABLES, ids=lambda one: getattr(one, "name", ""))
def test_every_state_action_and_role_does_what_the_list_says_and_nothing_else(machine, expected):
    actions = {action for _, action in machine.steps}
    for state, action, role in product(machine.states, actions, ROLES):
        target, roles = expected.get((state, action), (None, set()))
        if target is None:
            with pytest.raises(WrongState):
                machine.next_state(state, action, {role}, READY)
        elif role not in roles:
            with pytest.raises(NotYourStep):
                machine.next_state(state, action, {role}, READY)
        else:
            assert machine.next_state(state, action, {role}, READY) == target


def test_the_states_are_those_of_the_mission_and_of_the_database():
    def words(text):
        return {word.strip("' ") for word in text.split(",")}

    assert GROUP.states == set(MISSION.split()) == words(t.GROUP_STATES)
    assert RESULT.states == {"entered", "verified", "credential_issued", "voided"} == words(t.RESULT_STATES)
    assert SESSION.states == words(t.SESSION_STATES)


def test_every_group_that_waits_for_somebody_has_a_timer_and_what_is_over_stays_over():
    over = {state for state in GROUP.states if not GROUP.actions(state)}
    assert over == {"closed", "cancelled"}
    assert GROUP.timers.keys() == GROUP.states - over
    assert set(UNFINISHED) | set(AWAITING_RESULTS) | {"verified"} | over == GROUP.states
    assert set(WITH_MEMBERS) < set(UNFINISHED)


@pytest.mark.parametrize(
    ("state", "action", "role", "flaw", "refusal"),
    [
        ("recruiting", "form", EDITOR, {"members": 9}, GroupTooSmall),
        ("formed", "start", EDITOR, {"members": 0}, GroupEmpty),
        ("formed", "start", TRAINER, {"trainers": 0}, NoTrainer),
        ("formed", "start", ADMIN, {"today": date(2024, 12, 19)}, GroupNotDue),
        ("started", "finish", TRAINER, {"lacking": {2: 1}}, HoursLacking),
        ("started", "finish", SYSTEM, {"lacking": {1: 34, 2: 136}}, HoursLacking),
    ],
)
def test_a_step_waits_for_its_condition(state, action, role, flaw, refusal):
    values = {name: getattr(READY, name) for name in READY.__dataclass_fields__} | flaw
    with pytest.raises(refusal):
        GROUP.next_state(state, action, {role}, Standing(**values))
    assert GROUP.next_state(state, action, {role}, READY) != state


def test_a_group_smaller_than_its_minimum_after_it_was_formed_still_learns():
    values = {name: getattr(READY, name) for name in READY.__dataclass_fields__} | {"members": 1}
    assert GROUP.next_state("formed", "start", {TRAINER}, Standing(**values)) == "started"


def test_nobody_is_shown_what_the_system_does_by_itself():
    assert own_actions(GROUP, "started", frozenset({SYSTEM})) == []
    assert own_actions(GROUP, "recruiting", frozenset({EDITOR})) == [
        "form",
        "cancel",
        "change",
        "plan_session",
        "move_member",
    ]
