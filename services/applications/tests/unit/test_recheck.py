"""The second look at provisional decisions, wherever they have come to meanwhile."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from ila_applications.domain.applications import Change, happened
from ila_applications.domain.states import RECHECKED
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.funds import note_refused_hold, offer_place
from ila_kit.actor import Scope
from ila_kit.ids import uuid7
from ila_kit.money import parse_amount


def provisional(world, person=None):
    world.people.state = "unavailable"
    return world.decided(person)


def look_again(world, state="register"):
    world.people.state = state
    world.unit.now += timedelta(minutes=1)
    return world.second_look.run()


def put_into(world, application, state):
    """Put a provisional application into a state, as if it had come there."""
    was = world.now(application)
    moved = replace(was, state=state, version=was.version + 1)
    if moved.has_place and not was.has_place:
        world.unit.offerings.take_places(world.programme.id, 1)
    if was.has_place and not moved.has_place:
        world.unit.offerings.give_back_place(world.programme.id)
    world.unit.applications.save([Change(moved, was.version, happened(moved, "move", "system", {}))])


def test_the_register_confirms_and_funding_is_told_again_without_the_mark(world):
    application = provisional(world)
    offer_place(world.unit, application.id, uuid7(), parse_amount("608.99"))
    assert world.now(application).provisional
    assert look_again(world) == 1
    confirmed = world.now(application)
    assert (confirmed.state, confirmed.provisional) == ("offered", False)
    assert [check["verdict"] for check in confirmed.checks] == ["passed", "passed"]
    told = [event for event in world.unit.events if event.type.endswith("found_eligible.v1")]
    assert [event.provisional for event in told] == [True, False]
    assert told[0].version < told[1].version == confirmed.version
    assert look_again(world) == 0


def test_a_second_look_does_not_move_the_time_by_which_the_place_is_to_be_accepted(world):
    application = provisional(world)
    offer_place(world.unit, application.id, uuid7(), parse_amount("608.99"))
    due = world.now(application).due_at
    look_again(world)
    assert world.now(application).due_at == due


def test_a_provisional_decision_that_waits_for_its_hold_becomes_eligible(world):
    application = provisional(world)
    look_again(world)
    assert world.state(application) == "eligible"
    assert world.taken() == 1


@pytest.mark.parametrize("state", RECHECKED)
def test_a_no_of_the_register_ends_the_application_wherever_it_is_and_frees_the_place_once(world, state):
    application = provisional(world)
    put_into(world, application, state)
    world.people.births[application.person_id] = date(2008, 1, 1)
    look_again(world)
    ended = world.now(application)
    assert (ended.state, ended.refusal["code"], ended.provisional) == ("ineligible", "too-young", False)
    assert world.taken() == world.with_place() == 0
    look_again(world)
    assert world.unit.types().count("application_refused") == 1


@pytest.mark.parametrize("state", RECHECKED)
def test_a_yes_of_the_register_takes_the_mark_off_wherever_the_application_is(world, state):
    application = provisional(world)
    put_into(world, application, state)
    look_again(world)
    now = world.now(application)
    assert (now.state, now.provisional) == ("eligible" if state == "provisional" else state, False)
    assert world.unit.types().count("application_found_eligible") == (1 if state == "waiting" else 2)


@pytest.mark.parametrize("state", ["asked", "unavailable"])
def test_while_the_register_is_silent_it_is_asked_again(world, state):
    application = provisional(world)
    for _ in range(3):
        assert look_again(world, state) == 1
    assert world.now(application).provisional
    assert world.unit.types().count("application_found_eligible") == 1


def test_the_second_look_is_not_taken_at_once(world):
    provisional(world)
    assert world.second_look.run() == 0


def test_who_waits_provisionally_is_promoted_provisionally(world):
    _, second, third = (provisional(world) for _ in range(3))
    assert (world.state(third), world.now(third).provisional) == ("waiting", True)
    withdraw_application(world.unit, second.id, Scope(person=second.person_id))
    assert world.state(third) == "provisional"
    assert world.unit.events[-1].provisional


def test_a_withdrawn_application_is_not_looked_at_again(world):
    application = provisional(world)
    withdraw_application(world.unit, application.id, Scope(person=application.person_id))
    assert look_again(world) == 0


def test_a_provisional_application_waits_for_funds_like_any_other(world):
    application = provisional(world)
    note_refused_hold(world.unit, application.id, "budget-exhausted")
    assert (world.state(application), world.now(application).provisional) == ("waiting_for_funds", True)


def test_a_person_identity_knows_no_more_is_asked_about_again(world):
    application = provisional(world)
    del world.people.births[application.person_id]
    look_again(world)
    assert world.now(application).provisional
