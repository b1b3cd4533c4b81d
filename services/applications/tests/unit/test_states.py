"""The state table of an application: complete, with an end to every silence."""

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_applications.domain.states import APPLICATION, LIVE, LOST, OVER, UNCHECKED, WITH_PLACE
from ila_kit.states import SYSTEM, NotYourStep, WrongState

MISSION = """
draft submitted checking eligible provisional needs_evidence ineligible contested ineligible_final waiting
waiting_for_funds offered accepted enrolled learning interrupted completed not_completed transferred
withdrawn no_show expired
"""
EVERYBODY = frozenset(role for step in APPLICATION.steps.values() for role in step.roles)
ACTIONS = sorted({action for _, action in APPLICATION.steps})
TEXTS = tomllib.loads((files("ila_applications") / "texts" / "timeline.toml").read_text())


def test_the_states_are_those_of_the_mission():
    assert APPLICATION.states == set(MISSION.split())


@given(st.lists(st.sampled_from(ACTIONS), max_size=30))
def test_only_what_the_table_names_is_possible(actions):
    state = APPLICATION.start
    for action in actions:
        if action in APPLICATION.actions(state):
            state = APPLICATION.next_state(state, action, EVERYBODY)
        else:
            with pytest.raises(WrongState):
                APPLICATION.next_state(state, action, EVERYBODY)
        assert state in APPLICATION.states


def test_what_is_over_stays_over_except_for_a_contest_and_the_second_look_at_a_provisional_decision():
    leaving = {
        step.action: (step.source, step.target)
        for step in APPLICATION.steps.values()
        if step.source in OVER and step.target != step.source
    }
    assert leaving == {
        "contest": ("ineligible", "contested"),
        "settle": ("ineligible", "ineligible_final"),
        "refuse": ("completed", "ineligible"),
    }
    assert not LIVE & OVER
    assert UNCHECKED <= LIVE
    assert OVER - {"completed"} == LOST


def test_every_state_can_be_reached_and_every_live_one_can_end():
    reached, frontier = {APPLICATION.start}, [APPLICATION.start]
    while frontier:
        state = frontier.pop()
        new = {step.target for step in APPLICATION.steps.values() if step.source == state} - reached
        reached |= new
        frontier += new
    assert reached == APPLICATION.states
    assert all(APPLICATION.actions(state) for state in LIVE)


@given(st.sampled_from(sorted(APPLICATION.steps)))
def test_a_learner_takes_only_a_learners_steps(step):
    roles = APPLICATION.steps[step].roles
    if "learner" not in roles:
        with pytest.raises(NotYourStep):
            APPLICATION.next_state(*step, {"learner"})


def test_a_person_may_withdraw_from_everything_that_is_live_but_a_contest():
    assert {state for state in LIVE if "withdraw" not in APPLICATION.actions(state)} == {"contested"}


def test_every_live_state_and_a_refusal_ends_by_itself():
    assert APPLICATION.timers.keys() == LIVE | {"ineligible"}
    for state, timer in APPLICATION.timers.items():
        assert APPLICATION.steps[state, timer.action].roles & {SYSTEM}


def test_a_place_is_given_back_by_leaving_and_never_by_waiting():
    assert not WITH_PLACE & {"draft", "waiting", "withdrawn", "expired", "ineligible", "no_show"}


def test_every_state_says_what_comes_next_and_every_step_what_happened():
    assert TEXTS["next"].keys() >= APPLICATION.states
    assert TEXTS["happened"].keys() >= set(ACTIONS)
    for group in TEXTS.values():
        assert all(entry["lv"] and entry["en"] for entry in group.values())
    assert {"you", "agency", "budget", "institution", "nobody"} == {
        one["who"] for one in TEXTS["next"].values()
    }
