"""A state machine allows what its table says, and nothing else."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.errors import Conflict, Denied, Refusal
from ila_kit.states import SYSTEM, NotYourStep, StateMachine, Step, Timer, WrongState


class TooEarly(Refusal):
    """The guard of the tests says no."""

    code = "too-early"


@dataclass
class Letter:
    """The thing under test."""

    stamped: bool


def is_stamped(letter: Letter) -> None:
    if not letter.stamped:
        raise TooEarly()


WRITER, POST = frozenset({"writer"}), frozenset({"post"})
STEPS = [
    Step("draft", "send", "sent", WRITER, is_stamped),
    Step("draft", "discard", "gone", WRITER | {SYSTEM}),
    Step("sent", "deliver", "delivered", POST),
]
LETTERS = StateMachine("letter", "draft", STEPS, {"draft": Timer(timedelta(days=1), "discard")})
NAMES = ["draft", "sent", "delivered", "gone", "unheard-of"]
ACTIONS = ["send", "discard", "deliver", "unheard-of"]


def test_a_step_of_the_table_leads_to_its_target():
    assert LETTERS.next_state("draft", "send", {"writer"}, Letter(stamped=True)) == "sent"


@given(st.sampled_from(NAMES), st.sampled_from(ACTIONS), st.sets(st.sampled_from(["writer", "post", SYSTEM])))
def test_what_the_table_lacks_is_refused(state, action, roles):
    allowed = {(step.source, step.action): step for step in STEPS}.get((state, action))
    if allowed and roles & allowed.roles:
        assert LETTERS.next_state(state, action, roles, Letter(stamped=True)) == allowed.target
        return
    with pytest.raises(NotYourStep if allowed else WrongState):
        LETTERS.next_state(state, action, roles, Letter(stamped=True))


def test_a_refusal_names_the_thing_the_state_and_the_step():
    with pytest.raises(WrongState) as refusal:
        LETTERS.next_state("gone", "send", {"writer"})
    assert refusal.value.facts == {"thing": "letter", "state": "gone", "action": "send"}
    assert isinstance(refusal.value, Conflict)


def test_a_role_is_asked_before_the_guard():
    with pytest.raises(NotYourStep) as refusal:
        LETTERS.next_state("draft", "send", {"post"}, Letter(stamped=False))
    assert isinstance(refusal.value, Denied)


def test_a_guard_says_no_in_its_own_words():
    with pytest.raises(TooEarly):
        LETTERS.next_state("draft", "send", {"writer"}, Letter(stamped=False))


def test_a_state_lists_its_actions_in_the_order_of_the_table():
    assert LETTERS.actions("draft") == ["send", "discard"]
    assert LETTERS.actions("gone") == []


def test_the_states_are_those_of_the_table_and_the_start():
    assert LETTERS.states == {"draft", "sent", "gone", "delivered"}


@pytest.mark.parametrize(
    "timers",
    [
        {"draft": Timer(timedelta(days=1), "send")},
        {"draft": Timer(timedelta(days=1), "unheard-of")},
        {"unheard-of": Timer(timedelta(days=1), "discard")},
    ],
    ids=["a step of people", "no step", "no state"],
)
def test_a_timer_needs_a_step_that_the_system_may_take(timers):
    with pytest.raises(ValueError, match="needs a step"):
        StateMachine("letter", "draft", STEPS, timers)


def test_a_table_that_says_two_things_about_one_step_is_refused():
    twice = [*STEPS, Step("draft", "send", "delivered", POST)]
    with pytest.raises(ValueError, match="twice"):
        StateMachine("letter", "draft", twice)
