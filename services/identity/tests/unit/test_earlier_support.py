"""The register of earlier support: asked behind the request, by every code; silence is no answer (BR-713)."""

from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.consumers import SupportsJob
from ila_identity.domain.earlier_support import support_answer
from ila_identity.domain.personal_codes import PersonalCode
from ila_identity.events.published import PersonalDataViewed
from ila_identity.ports import Deps
from ila_identity.usecases.earlier_support import AskSupport, supports_of
from ila_kit.errors import Unavailable
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.testing.fakes import NOON
from ila_kit.testing.files import memory_files

CODE, OLD = "32250362317", "12038412345"
SUPPORT = {
    "reference": "ESF-1",
    "source": "ESF 8.4.1",
    "family": "vocational",
    "title": "Programmēšana",
    "supported_on": "2022-03-01",
}
HOUR = timedelta(hours=1)


@dataclass
class Register:
    """A register of earlier support that tells what a test says, by code."""

    told: dict = field(default_factory=dict)
    asked: list = field(default_factory=list)
    down: bool = False

    def ask(self, register, keys, purpose, legal_basis):
        self.asked.append((register, list(keys), legal_basis))
        if self.down:
            raise Unavailable(neighbour="registers")
        return {key: self.told.get(key) or RegisterAnswer(key=key, state="unavailable") for key in keys}


class OneUnit:
    """Opens the unit of the test's world again and again."""

    def __init__(self, unit):
        self.unit = unit
        unit.commit = lambda: None

    @contextmanager
    def open(self, _actor):
        yield self.unit

    read = open


@contextmanager
def alone(_name):
    yield True


@pytest.fixture
def register(world):
    return Register({CODE: world.answer(None, key=CODE)})


@pytest.fixture
def job(world, register):
    return SupportsJob(
        Deps(
            units=OneUnit(world.unit),
            registers=register,
            verifier=world.verifier,
            alone=alone,
            legal_basis="law",
            provider_legal_basis="law",
            employer_legal_basis="law",
            support_legal_basis="the ground",
            kept_files=memory_files(),
            collector=None,
        )
    )


@pytest.fixture
def person(world):
    return world.person("322503-62317")


def ask(world, person, since=None):
    return supports_of(
        world.unit, [AskSupport(person_id=person, since=since or world.unit.now)], "p"
    ).answers[0]


def test_a_question_never_waits_and_makes_the_register_asked_once(world, register, job, person):
    assert job.run() == 0
    for _ in range(3):
        assert (ask(world, person).state, ask(world, person).answer_id) == ("asked", None)
    assert (job.run(), job.run()) == (1, 0)
    assert register.asked == [("earlier_support", [CODE], "the ground")]
    told = ask(world, person)
    assert (told.state, told.supports, told.observed_at) == ("register", [], NOON)
    assert told.answer_id == world.unit.earlier_support.answers[0].id


def test_an_answer_from_before_the_time_asked_for_does_not_count(world, register, job, person):
    ask(world, person)
    job.run()
    assert ask(world, person, NOON - HOUR).state == "register"
    later = NOON + HOUR
    assert ask(world, person, later).state == "asked"
    register.told[CODE] = world.answer({"supports": [SUPPORT]}, key=CODE, observed_at=later)
    job.run()
    assert ask(world, person, later).supports == [SUPPORT]
    assert len(world.unit.earlier_support.answers) == 2


def test_a_register_that_is_down_is_unavailable_and_asked_again_later_each_time(world, register, job, person):
    ask(world, person)
    register.down = True
    job.run()
    assert (ask(world, person).state, job.run()) == ("unavailable", 0)
    world.unit.now += timedelta(seconds=1)
    assert (job.run(), job.run()) == (1, 0)
    register.down = False
    world.unit.now += timedelta(seconds=2)
    job.run()
    assert ask(world, person, NOON).state == "register"


def test_who_looked_is_noted_when_something_was_told_and_not_before(world, job, person):
    ask(world, person)
    assert not [one for one in world.unit.events if isinstance(one, PersonalDataViewed)]
    job.run()
    ask(world, person)
    (look,) = [one for one in world.unit.events if isinstance(one, PersonalDataViewed)]
    assert (look.person_ids, look.what) == ([person], ["earlier_support"])


def test_who_is_unknown_is_named_as_missing(world):
    stranger = uuid7()
    found = supports_of(world.unit, [AskSupport(person_id=stranger, since=NOON)], "p")
    assert (found.answers, found.missing) == ([], [stranger])


def test_support_under_an_earlier_code_counts_and_each_code_must_be_answered(world):
    person, codes = uuid7(), [PersonalCode(OLD), PersonalCode(CODE)]
    new = world.answer(None, key=CODE)
    old = world.answer({"supports": [SUPPORT]}, key=OLD, observed_at=NOON - HOUR)
    both = support_answer(person, codes, {CODE: new, OLD: old})
    assert (both.supports, both.observed_at, len(both.proofs)) == ([SUPPORT], NOON - HOUR, 2)
    assert support_answer(person, codes, {CODE: new}) is None
    assert support_answer(person, [], {CODE: new}) is None


def test_nothing_tells_a_personal_code(world, register, job, person):
    register.told[CODE] = world.answer({"supports": [SUPPORT]}, key=CODE)
    ask(world, person)
    job.run()
    told = ask(world, person)
    shown = (
        str(world.unit.audited)
        + repr(world.unit.events)
        + repr(told)
        + repr(world.unit.earlier_support.answers)
    )
    assert CODE not in shown


@given(
    state=st.sampled_from(["fresh", "unavailable"]),
    found=st.booleans(),
    answer=st.sampled_from([None, {}, {"supports": []}, {"supports": [SUPPORT]}]),
    observed=st.booleans(),
    ground=st.sampled_from([None, "", "law"]),
)
def test_only_what_a_register_clearly_said_is_an_answer(state, found, answer, observed, ground):
    told = RegisterAnswer(
        key=CODE,
        state=state,
        found=found,
        answer=answer,
        observed_at=NOON if observed else None,
        legal_basis=ground,
    )
    kept = support_answer(uuid7(), [PersonalCode(CODE)], {CODE: told})
    if kept is None:
        return
    assert (state, observed, ground) == ("fresh", True, "law")
    assert bool(kept.supports) or not found
