"""Who may learn: by facts, as of the day of application, in the order of receipts."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_applications.domain.eligibility import Check, PersonFacts, age_on, minimum_age, verdict
from ila_applications.domain.offerings import Call
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.offerings import learn_call, learn_programme
from ila_kit.actor import Scope
from ila_kit.clock import riga_date
from ila_kit.ids import uuid7


def facts(born):
    observed = datetime(2024, 11, 1, tzinfo=UTC)
    return PersonFacts(
        person_id=uuid7(),
        birth_date=born,
        source="population-register",
        state="register",
        alive=True,
        observed_at=observed,
        legal_basis="law",
    )


def call_from(age):
    now = datetime(2024, 11, 1, tzinfo=UTC)
    return Call(
        id=uuid7(),
        minimum_age=age,
        opening_mode="first_come",
        offered_place_hours=48,
        applications_open_at=now,
        applications_close_at=now,
        version=1,
    )


ordinary = st.dates(date(1930, 1, 1), date(2010, 12, 31)).filter(lambda day: (day.month, day.day) != (2, 29))


@given(born=ordinary, age=st.integers(14, 65))
def test_the_birthday_is_the_first_day_that_passes(born, age):
    birthday = born.replace(year=born.year + age)
    assert minimum_age(call_from(age), facts(born), birthday).verdict == "passed"
    assert minimum_age(call_from(age), facts(born), birthday - timedelta(days=1)).verdict == "failed"


@pytest.mark.parametrize(
    ("day", "age"),
    [
        (date(2026, 2, 28), 17),
        (date(2026, 3, 1), 18),
        (date(2028, 2, 28), 19),
        (date(2028, 2, 29), 20),
        (date(2008, 2, 29), 0),
    ],
)
def test_who_is_born_on_29_february_ages_on_1_march_of_common_years(day, age):
    assert age_on(date(2008, 2, 29), day) == age


@pytest.mark.parametrize(
    ("received_at", "outcome"),
    [
        (datetime(2024, 11, 19, 21, 59, 59, 999999, tzinfo=UTC), "ineligible"),
        (datetime(2024, 11, 19, 22, 0, tzinfo=UTC), "eligible"),
    ],
)
def test_the_day_of_application_begins_at_midnight_in_riga(world, received_at, outcome):
    world.unit.now = received_at
    application = world.submit(world.person(born=date(2006, 11, 20)))
    world.unit.now += timedelta(days=10)
    world.job.run()
    assert world.state(application) == outcome
    assert world.now(application).applied_on == riga_date(received_at)


def test_an_adult_is_eligible_with_a_place_and_funding_is_told(world):
    application = world.decided()
    assert application.state == "eligible"
    assert world.unit.types() == ["application_submitted", "application_found_eligible"]
    told = world.unit.events[-1]
    assert (told.receipt_sequence, told.provisional, told.version) == (1, False, application.version)
    assert application.checks[0] | {"observed_at": None} == {
        "rule": "minimum_age",
        "fact": "age",
        "verdict": "passed",
        "as_of": "2024-11-20",
        "limit": 18,
        "value": 40,
        "source": "population-register",
        "observed_at": None,
        "legal_basis": "the regulation",
    }
    assert application.due_at == world.unit.now + timedelta(hours=24)


def test_a_minor_is_refused_with_rule_and_fact_and_without_the_birth_date(world):
    application = world.decided(world.person(born=date(2008, 1, 1)))
    assert application.state == "ineligible"
    assert application.refusal == {"code": "too-young", "rule": "minimum_age", "fact": "age"}
    body = world.unit.events[-1].as_data()
    assert (body["code"], body["rule"], body["fact"]) == ("too-young", "minimum_age", "age")
    assert "2008-01-01" not in str(body)
    assert world.taken() == 0


def test_nobody_passes_without_a_fact(world):
    application = world.decided(world.person(born=None))
    assert application.state == "needs_evidence"
    assert application.checks[0]["verdict"] == "unknown"
    assert world.taken() == 0


def test_while_identity_is_away_everybody_keeps_the_place_in_the_order(world):
    world.people.away = True
    first, second, third = (world.submit() for _ in range(3))
    assert world.job.run() == 0
    assert {world.state(one) for one in (first, second, third)} == {"checking"}
    assert world.job.run() == 0
    assert len(world.people.asked) == 1
    world.people.away = False
    world.unit.now += timedelta(minutes=5)
    assert world.job.run() == 3
    assert [world.state(one) for one in (first, second, third)] == ["eligible", "eligible", "waiting"]


def test_the_pause_grows_while_identity_stays_away(world):
    world.people.away = True
    world.submit()
    for _ in range(20):
        world.job.run()
        world.unit.now += timedelta(seconds=31)
    assert len(world.people.asked) == 20


def test_one_question_is_asked_for_a_whole_batch_and_oldest_receipts_come_first(world):
    world.job.batch = 3
    applications = [world.submit() for _ in range(7)]
    assert world.job.run() == 7
    assert [len(asked) for asked in world.people.asked] == [3, 3, 1]
    assert [world.state(one) for one in applications] == ["eligible"] * 2 + ["waiting"] * 5


def test_an_application_that_was_withdrawn_meanwhile_is_not_decided(world):
    application = world.submit()
    ask = world.people.facts

    def withdraw_first(persons, purpose):
        withdraw_application(world.unit, application.id, Scope(person=application.person_id))
        return ask(persons, purpose)

    world.people.facts = withdraw_first
    world.job.run()
    assert world.state(application) == "withdrawn"
    assert world.taken() == 0


def test_a_failing_batch_is_decided_one_by_one_and_the_faulty_one_waits(world):
    good, bad = world.submit(), world.submit()
    checking = world.unit.applications.checking

    def failing(ids):
        if bad.id in ids:
            raise RuntimeError("a fault of ours")
        return checking(ids)

    world.unit.applications.checking = failing
    world.job.run()
    assert (world.state(good), world.state(bad)) == ("eligible", "checking")
    assert bad.id in world.unit.applications.after


def test_without_the_call_nothing_is_decided_until_it_is_heard_of(world):
    del world.unit.offerings.calls[world.call.id]
    application = world.submit()
    assert world.job.run() == 0
    learn_call(world.unit, world.call, 1)
    world.job.run()
    assert world.state(application) == "eligible"


def test_in_a_draw_everybody_waits_and_nobody_takes_a_place(world):
    learn_call(world.unit, replace(world.call, opening_mode="draw", version=2), 2)
    application = world.decided()
    assert application.state == "waiting"
    learn_programme(world.unit, replace(world.programme, places=10, version=2), 2)
    assert world.state(application) == "waiting"
    assert world.taken() == 0


def test_new_places_go_to_who_waits_in_the_order_of_receipts(world):
    applications = [world.decided() for _ in range(5)]
    learn_programme(world.unit, replace(world.programme, places=4, version=2), 2)
    assert [world.state(one) for one in applications] == ["eligible"] * 4 + ["waiting"]
    learn_programme(world.unit, replace(world.programme, places=9, version=1), 1)
    assert world.state(applications[4]) == "waiting"


def test_a_programme_that_shrinks_keeps_its_people_and_gives_nothing_new(world):
    first, second, third = (world.decided() for _ in range(3))
    learn_programme(world.unit, replace(world.programme, places=1, version=2), 2)
    withdraw_application(world.unit, first.id, Scope(person=first.person_id))
    assert [world.state(one) for one in (second, third)] == ["eligible", "waiting"]
    withdraw_application(world.unit, second.id, Scope(person=second.person_id))
    assert world.state(third) == "eligible"


def test_a_single_no_outweighs_everything_and_an_unheard_register_every_yes():
    def check(outcome):
        return Check(rule="r", fact="f", verdict=outcome, as_of=date(2024, 11, 20))

    told = facts(date(1984, 3, 12))
    unheard = replace(told, state="unavailable", alive=None)
    assert verdict([check("passed"), check("unknown"), check("failed")], unheard) == "failed"
    assert verdict([check("passed"), check("unknown")], unheard) == "provisional"
    assert verdict([check("passed"), check("unknown")], told) == "unknown"
    assert verdict([check("passed"), check("unknown")], None) == "unknown"
    assert verdict([check("passed")], told) == "passed"


def test_who_is_dead_by_the_register_is_refused_by_name(world):
    person = world.person()
    world.people.dead.add(person)
    application = world.decided(person)
    assert application.refusal == {"code": "person-deceased", "rule": "living", "fact": "life_status"}
    assert world.unit.events[-1].fact == "life_status"
    assert world.taken() == 0


def test_an_answer_on_the_way_is_waited_for_in_the_order_of_receipts(world):
    slow, quick = world.submit(), world.submit()
    world.people.states[slow.person_id] = "asked"
    assert world.job.run() == 2
    assert [world.state(one) for one in (slow, quick)] == ["checking", "checking"]
    world.unit.now += timedelta(seconds=5)
    del world.people.states[slow.person_id]
    world.job.run()
    assert [world.state(one) for one in (slow, quick)] == ["eligible", "eligible"]


def test_nobody_waits_for_the_register_longer_than_twenty_seconds(world):
    slow, quick = world.submit(), world.submit()
    world.people.states[slow.person_id] = "asked"
    world.job.run()
    world.unit.now += timedelta(seconds=19)
    world.job.run()
    assert world.state(slow) == "checking"
    world.unit.now += timedelta(seconds=1)
    world.job.run()
    assert [world.state(one) for one in (slow, quick)] == ["provisional", "eligible"]


def test_one_slow_answer_does_not_hold_up_another_call(world):
    slow = world.submit()
    world.people.states[slow.person_id] = "asked"
    call = replace(world.call, id=uuid7())
    programme = replace(world.programme, id=uuid7(), call_id=call.id)
    learn_call(world.unit, call, 1)
    learn_programme(world.unit, programme, 1)
    world.programme = programme
    other = world.submit()
    world.job.run()
    assert [world.state(one) for one in (slow, other)] == ["checking", "eligible"]


def test_a_full_batch_that_waits_for_answers_does_not_run_in_circles(world):
    world.job.batch = 2
    world.people.state = "asked"
    for _ in range(3):
        world.submit()
    assert world.job.run() == 2
    assert len(world.people.asked) == 1


def test_a_silent_register_gives_a_provisional_decision_by_the_e_identity(world):
    world.people.state = "unavailable"
    application = world.decided()
    assert (application.state, application.provisional) == ("provisional", True)
    assert [check["verdict"] for check in application.checks] == ["passed", "unknown"]
    assert application.checks[0]["source"] == "e-identity"
    told = world.unit.events[-1]
    assert (told.type, told.provisional) == ("applications.application_found_eligible.v1", True)
    assert world.taken() == 1


def test_a_minor_by_the_e_identity_is_refused_though_the_register_is_silent(world):
    world.people.state = "unavailable"
    application = world.decided(world.person(born=date(2008, 1, 1)))
    assert (application.state, application.refusal["code"]) == ("ineligible", "too-young")


def test_a_faulty_batch_keeps_who_waits_behind_an_answer_in_order(world):
    bad, slow, behind = (world.submit() for _ in range(3))
    world.people.states[slow.person_id] = "asked"
    checking = world.unit.applications.checking

    def failing(ids):
        if bad.id in ids:
            raise RuntimeError("a fault of ours")
        return checking(ids)

    world.unit.applications.checking = failing
    world.job.run()
    assert {world.state(one) for one in (slow, behind)} == {"checking"}
