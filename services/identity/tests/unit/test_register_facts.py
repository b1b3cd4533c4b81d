"""Facts of the population register: asked behind the request, relied on for a time, never another's."""

from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.consumers import FactsJob
from ila_identity.domain.asking import pause
from ila_identity.domain.limits import Limits
from ila_identity.ports import Deps
from ila_identity.usecases.person_facts import facts_of
from ila_kit.errors import Unavailable
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.testing.files import memory_files

CODE = "32250362317"
TOLD = {
    "birth_date": "1984-03-11",
    "status": "alive",
    "given_name": "ANNA",
    "family_name": "bērziņa",
    "sex": "female",
    "territory": "LV-RIX",
}
HOUR = timedelta(hours=1)


@dataclass
class Register:
    """A population register that tells what a test says, by code."""

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
    return Register({CODE: world.answer(TOLD, key=CODE)})


@pytest.fixture
def job(world, register):
    deps = Deps(
        units=OneUnit(world.unit),
        registers=register,
        verifier=world.verifier,
        alone=alone,
        legal_basis="law",
        provider_legal_basis="law",
        employer_legal_basis="law",
        support_legal_basis="law",
        kept_files=memory_files(),
        collector=None,
        limits=Limits(),
    )
    return FactsJob(deps)


@pytest.fixture
def person(world):
    return world.person("322503-62317")


def fact(world, person):
    return facts_of(world.unit, [person], "eligibility", "the regulation").facts[0]


def test_the_opened_account_makes_the_register_asked_once_and_the_request_never_waits(
    world, register, job, person
):
    assert register.asked == []
    asked = fact(world, person)
    assert (asked.state, asked.source, asked.alive) == ("asked", "e-identity", None)
    assert asked.birth_date == date(1984, 3, 12)
    assert job.run() == 1
    assert job.run() == 0
    assert register.asked == [("population", [CODE], "law")]


def test_what_the_register_told_is_handed_on_with_its_time(world, job, person):
    job.run()
    told = fact(world, person)
    assert (told.state, told.source, told.alive) == ("register", "population-register", True)
    assert (told.birth_date, told.observed_at) == (date(1984, 3, 11), world.unit.now)
    assert told.legal_basis == "the regulation"
    kept = world.unit.register_facts.rows[person]
    assert kept.proof == {"hash": "cd" * 32, "snapshot": "e.y.J"}


def test_the_dead_are_told_as_such(world, register, job, person):
    register.told[CODE] = world.answer(TOLD | {"status": "dead"}, key=CODE)
    job.run()
    assert fact(world, person).alive is False


def test_a_fact_is_relied_on_for_its_time_and_asked_again_after_it(world, register, job, person):
    job.run()
    world.unit.now += 24 * HOUR - timedelta(seconds=1)
    assert fact(world, person).state == "register"
    assert job.run() == 0
    world.unit.now += timedelta(seconds=1)
    assert fact(world, person).state == "asked"
    register.told[CODE] = replace(register.told[CODE], observed_at=world.unit.now)
    assert job.run() == 1
    assert fact(world, person).state == "register"


def test_nobody_is_asked_about_whom_nobody_wants_to_know(world, register, job, person):
    job.run()
    world.unit.now += 100 * HOUR
    assert job.run() == 0
    assert len(register.asked) == 1


def test_an_old_answer_of_the_cache_does_not_make_the_register_asked_in_circles(world, register, job, person):
    register.told[CODE] = replace(register.told[CODE], observed_at=world.unit.now - 30 * HOUR, state="cached")
    job.run()
    assert fact(world, person).state == "register"
    assert job.run() == 0


@pytest.mark.parametrize("fault", ["down", "gateway away", "another key"])
def test_a_register_that_does_not_answer_is_told_as_such_and_asked_again_later(
    world, register, job, person, fault
):
    good = register.told.pop(CODE)
    register.down = fault == "gateway away"
    if fault == "another key":
        register.told["32999911111"] = replace(good, key="32999911111")
    job.run()
    told = fact(world, person)
    assert (told.state, told.source, told.birth_date) == ("unavailable", "e-identity", date(1984, 3, 12))
    assert job.run() == 0
    world.unit.now += timedelta(seconds=1)
    register.told, register.down = {CODE: good}, False
    assert job.run() == 1
    assert fact(world, person).state == "register"


@pytest.mark.parametrize(
    "told",
    [
        TOLD | {"birth_date": "1970-01-01", "given_name": "Zane", "family_name": "Apsīte"},
        TOLD | {"birth_date": "yesterday"},
        {"status": "alive"},
        TOLD | {"status": None},
        {},
    ],
    ids=["somebody else", "no date", "no date at all", "no status", "nothing"],
)
def test_an_answer_about_somebody_else_or_garbage_is_never_used(world, register, job, person, told):
    register.told[CODE] = world.answer(told, key=CODE)
    job.run()
    refused = fact(world, person)
    assert (refused.state, refused.birth_date, refused.alive) == ("unavailable", date(1984, 3, 12), None)
    assert "register_answer_refused" in world.unit.actions()
    assert world.unit.register_facts.rows[person].proof is None


@pytest.mark.parametrize("change", [{"family_name": "Kalniņa"}, {"birth_date": "1984-12-03"}])
def test_a_changed_name_or_a_mistaken_date_alone_does_not_make_it_somebody_else(
    world, register, job, person, change
):
    register.told[CODE] = world.answer(TOLD | {"birth_date": "1984-03-12"} | change, key=CODE)
    job.run()
    assert fact(world, person).state == "register"


def test_who_is_not_in_the_register_is_judged_by_the_e_identity_until_it_is_asked_again(
    world, register, job, person
):
    register.told[CODE] = world.answer(None, key=CODE)
    job.run()
    told = fact(world, person)
    assert (told.state, told.birth_date) == ("unavailable", date(1984, 3, 12))
    assert job.run() == 0
    world.unit.now += 24 * HOUR
    assert fact(world, person).state == "asked"


def test_a_look_is_noted_for_each_person_and_a_stranger_is_named_as_missing(world, person):
    stranger = uuid7()
    world.unit.audited.clear()
    found = facts_of(world.unit, [person, stranger, person], "eligibility", "the regulation")
    assert ([one.person_id for one in found.facts], found.missing) == ([person], [stranger])
    assert [(entry[0], entry[2]) for entry in world.unit.audited] == [("personal_data_viewed", str(person))]


def test_batches_go_on_until_nobody_is_left(world, register, job):
    codes = [f"3299990000{number}" for number in range(5)]
    for code in codes:
        world.person(f"{code[:6]}-{code[6:]}")
        register.told[code] = world.answer(TOLD, key=code)
    assert replace(job, batch=2).run() == 5
    assert [len(keys) for _, keys, _ in register.asked] == [2, 2, 1]


def test_no_code_is_in_the_audit_trail_or_a_repr(world, job, person):
    job.run()
    shown = str(world.unit.audited) + repr(world.unit.register_facts.rows) + str(world.unit.events)
    assert CODE not in shown


@given(st.integers(0, 200))
def test_a_register_is_left_alone_longer_each_time_and_never_for_long(tries):
    assert timedelta(seconds=1) <= pause(tries) <= pause(tries + 1) <= timedelta(seconds=20)
