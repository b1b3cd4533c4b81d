"""From eligibility to an offered place, in whatever order and however often we are told."""

import json
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files
from itertools import permutations

import pytest
from ila_applications.api.texts import both
from ila_applications.consumers import HANDLERS
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.offerings import learn_call
from ila_applications.usecases.places import end_in_time
from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.states import WrongState
from jsonschema import Draft202012Validator

AMOUNT = {"amount": "608.99", "currency": "EUR"}


def tell(world, type_, application_id, **facts):
    data = {"application_id": str(application_id)} | facts
    envelope = Envelope(
        id=uuid7(), source="funding", type=type_, subject="x", time=world.unit.now, sequence=1, data=data
    )
    HANDLERS[type_](world.unit, envelope)


def held(world, application):
    tell(world, "funding.funds_held.v1", application.id, hold_id=str(uuid7()), amount=AMOUNT)


def refused(world, application, reason="budget-exhausted"):
    tell(world, "funding.hold_refused.v1", application.id, reason=reason)


def withdraw(world, application):
    try:
        withdraw_application(world.unit, application.id, Scope(person=application.person_id))
    except WrongState:
        assert world.state(application) == "withdrawn"


def test_held_money_offers_the_place_for_the_hours_of_the_call(world):
    application = world.decided()
    held(world, application)
    offered = world.now(application)
    assert (offered.state, offered.due_at) == ("offered", world.unit.now + timedelta(hours=48))
    assert world.unit.events[-1].expires_at == offered.due_at
    assert world.unit.applications.history(application.id)[-1].details == {"amount": AMOUNT}


@pytest.mark.parametrize("reason", ["budget-exhausted", "line-paused", "content-held"])
def test_an_empty_or_paused_budget_keeps_the_place_and_waits_for_funds(world, reason):
    application = world.decided()
    refused(world, application, reason)
    waits = world.now(application)
    assert (waits.state, waits.due_at) == ("waiting_for_funds", world.unit.now + timedelta(days=14))
    assert world.taken() == 1
    held(world, application)
    assert world.state(application) == "offered"


def test_any_other_refusal_of_money_ends_the_application_and_frees_the_place(world):
    application = world.decided()
    refused(world, application, "no-budget-line")
    ended = world.now(application)
    assert (ended.state, ended.refusal["code"]) == ("ineligible", "funding-refused")
    assert world.unit.events[-1].fact == "no_budget_line"
    assert world.taken() == 0


def test_who_is_paid_for_the_same_content_already_reads_so_even_after_waiting_for_funds(world):
    application = world.decided()
    refused(world, application)
    refused(world, application, "double-funding")
    ended = world.now(application)
    assert (ended.state, ended.refusal["code"]) == ("ineligible", "double-funding")
    told = world.unit.events[-1]
    path = files("ila_applications") / f"events/published/{told.type}.json"
    Draft202012Validator(json.loads(path.read_text())).validate(told.as_data())
    texts = both("rules", "refusals", "double-funding", ended.refusal)
    assert texts != both("rules", "refusals", "other", ended.refusal)
    assert world.taken() == 0


@pytest.mark.parametrize("order", sorted(permutations("HRW")))
@pytest.mark.parametrize("times", [1, 3])
def test_held_refused_and_withdrawn_end_the_same_in_every_order(world, order, times):
    application = world.decided()
    acts = {"H": held, "R": refused, "W": withdraw}
    for name in order * times:
        acts[name](world, application)
    assert world.state(application) == "withdrawn"
    assert world.taken() == world.with_place() == 0
    assert world.unit.types().count("application_withdrawn") == 1


@pytest.mark.parametrize("order", ["HR", "RH", "HHHRRR", "RRRHHH", "HRHRHR", "RHRHRH"])
def test_money_that_was_held_wins_over_a_refusal_in_every_order(world, order):
    application = world.decided()
    for name in order:
        {"H": held, "R": refused}[name](world, application)
    assert world.state(application) == "offered"
    assert world.taken() == 1
    assert world.unit.types().count("place_offered") == 1


def test_news_of_an_application_we_do_not_know_is_a_fault(world):
    with pytest.raises(Missing):
        tell(world, "funding.funds_held.v1", uuid7(), hold_id=str(uuid7()), amount=AMOUNT)


def test_an_offered_place_that_is_not_taken_goes_to_the_next(world):
    first, second, third = (world.decided() for _ in range(3))
    held(world, first)
    world.unit.now += timedelta(hours=48)
    end_in_time(world.unit, first.id)
    assert [world.state(one) for one in (first, second, third)] == ["expired", "eligible", "eligible"]
    assert "place_expired" in world.unit.types()
    assert world.taken() == world.with_place() == 2
    end_in_time(world.unit, first.id)
    held(world, first)
    assert world.state(first) == "expired"
    assert world.unit.types().count("place_expired") == 1


def test_a_timer_of_a_state_that_was_left_does_nothing(world):
    application = world.decided()
    world.unit.now += timedelta(hours=23)
    held(world, application)
    world.unit.now += timedelta(hours=1)
    end_in_time(world.unit, application.id)
    assert world.state(application) == "offered"


def test_silence_of_funding_is_told_as_waiting_for_funds_then_ends(world):
    application = world.decided()
    world.unit.now += timedelta(hours=24)
    end_in_time(world.unit, application.id)
    assert world.state(application) == "waiting_for_funds"
    world.unit.now += timedelta(days=14)
    end_in_time(world.unit, application.id)
    assert world.state(application) == "expired"
    assert world.taken() == 0


def test_the_waiting_list_ends_when_the_programme_begins(world):
    *_, third = (world.decided() for _ in range(3))
    assert world.now(third).due_at.isoformat() == "2024-12-20T00:00:00+02:00"
    world.unit.now = third.due_at
    end_in_time(world.unit, third.id)
    assert world.state(third) == "expired"
    assert "place_expired" not in world.unit.types()


def test_missing_evidence_refuses_in_time(world):
    application = world.decided(world.person(born=None))
    world.unit.now = application.due_at
    end_in_time(world.unit, application.id)
    assert world.now(application).refusal["code"] == "evidence-missing"
    assert world.unit.types()[-1] == "application_refused"


def test_a_draft_ends_with_the_window_and_lives_on_when_the_window_was_moved(world):
    draft = world.begin()
    later = draft.due_at + timedelta(days=3)
    learn_call(world.unit, replace(world.call, applications_close_at=later, version=2), 2)
    world.unit.now = draft.due_at
    end_in_time(world.unit, draft.id)
    assert world.state(draft) == "draft"
    assert world.unit.timers[draft.id, "application_due"] == later
    world.unit.now = later
    end_in_time(world.unit, draft.id)
    assert world.state(draft) == "expired"
    assert world.unit.events == []
