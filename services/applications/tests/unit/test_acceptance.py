"""Taking the place that is offered: an own act, bound to programme, price and dates."""

from dataclasses import replace
from datetime import timedelta

import pytest
from ila_applications.domain.errors import (
    ApplicationsClosed,
    PlaceNoLongerOffered,
    PriceChanged,
    ProgrammeChanged,
)
from ila_applications.usecases.acceptance import AcceptPlace, accept_place
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.offerings import learn_programme
from ila_applications.usecases.places import end_in_time
from ila_kit.actor import Scope
from ila_kit.canonical import sha256_hex
from ila_kit.errors import Missing
from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.money import parse_amount
from ila_kit.states import WrongState


def test_who_accepts_is_enrolled_at_once_and_the_money_is_to_be_committed(world):
    application = world.enrolled()
    assert (application.state, application.funds) == ("enrolled", "held")
    history = [one.action for one in world.unit.applications.history(application.id)]
    assert history == ["begin", "submit", "check", "pass", "offer", "accept", "enrol"]
    told = world.unit.events[-1]
    assert told.type == "applications.learner_enrolled.v1"
    assert (told.enrolled_at, told.receipt_sequence) == (world.unit.now, application.receipt.sequence)
    assert told.version == application.version
    assert "place_expired" not in world.unit.types()


def test_what_was_committed_to_is_kept_with_a_hash_that_anybody_can_make_again(world):
    application = world.enrolled()
    terms = world.unit.applications.acceptances[application.id]
    body = to_json(terms)
    assert body["amount"] == {"amount": "608.99", "currency": "EUR"}
    assert (body["starts_on"], body["ends_on"], body["programme_version"]) == ("2024-12-20", "2025-03-20", 1)
    accepted = world.unit.applications.history(application.id)[-2]
    assert accepted.details["sha256"] == sha256_hex(body)


def test_nobody_accepts_twice(world):
    application = world.enrolled()
    with pytest.raises(WrongState):
        world.accept(application)
    assert world.unit.types().count("learner_enrolled") == 1


@pytest.mark.parametrize("late", [timedelta(0), timedelta(days=3)])
def test_nobody_accepts_when_the_time_is_over_even_before_the_timer_says_so(world, late):
    application = world.offered()
    world.unit.now = application.due_at + late
    with pytest.raises(PlaceNoLongerOffered):
        world.accept(application)
    end_in_time(world.unit, application.id)
    with pytest.raises(WrongState):
        world.accept(application)
    assert "learner_enrolled" not in world.unit.types()


def test_the_last_moment_counts(world):
    application = world.offered()
    world.unit.now = application.due_at - timedelta(microseconds=1)
    assert world.accept(application).state == "enrolled"


@pytest.mark.parametrize("amount", ["608.98", "609.00", "0.00"])
def test_nobody_accepts_at_another_price_than_is_held(world, amount):
    application = world.offered()
    with pytest.raises(PriceChanged):
        world.accept(application, amount)
    assert world.state(application) == "offered"


def test_nobody_accepts_a_version_they_did_not_see(world):
    application = world.offered()
    learn_programme(world.unit, replace(world.programme, version=2), 2)
    with pytest.raises(ProgrammeChanged):
        world.accept(application)
    assert world.accept(application, version=2).state == "enrolled"


def test_nobody_accepts_for_somebody_else(world):
    application = world.offered()
    command = AcceptPlace(application_id=application.id, programme_version=1, amount=parse_amount("608.99"))
    with pytest.raises(Missing):
        accept_place(world.unit, command, Scope(person=uuid7()))


@pytest.mark.parametrize("make", ["begin", "submit", "decided"])
def test_nobody_accepts_what_is_not_offered(world, make):
    with pytest.raises(WrongState):
        world.accept(getattr(world, make)())


def test_nobody_accepts_a_place_of_a_programme_that_was_closed(world):
    application = world.offered()
    world.unit.offerings.close(world.programme.id, world.unit.now)
    with pytest.raises(ApplicationsClosed):
        world.accept(application)


def test_an_enrolled_learner_whose_group_never_starts_is_let_go_thirty_days_after_the_programme_begins(world):
    application = world.enrolled()
    assert application.due_at.isoformat() == "2025-01-19T00:00:00+02:00"
    world.unit.now = application.due_at
    end_in_time(world.unit, application.id)
    assert world.state(application) == "expired"
    assert world.unit.events[-1].reason == "no-group"
    assert world.taken() == 0


def test_an_enrolled_learner_may_still_withdraw(world):
    application = world.enrolled()
    withdrawn = withdraw_application(world.unit, application.id, Scope(person=application.person_id))
    assert (withdrawn.application.state, withdrawn.application.funds) == ("withdrawn", None)
    assert world.unit.events[-1].from_state == "enrolled"
    assert world.taken() == 0
