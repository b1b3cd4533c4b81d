"""Money as funding tells of it: held, committed, lost, paid, in whatever order and however often."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_applications.consumers import HANDLERS
from ila_applications.domain.applications import Change, happened
from ila_applications.usecases.applications import withdraw_application
from ila_applications.usecases.contests import (
    ContestRefusal,
    DecideContest,
    contest_refusal,
    decide_contest,
)
from ila_applications.usecases.funds import note_payment
from ila_applications.usecases.offerings import close_programme, learn_programme
from ila_kit.actor import EVERYTHING, Scope
from ila_kit.events import Envelope, NotYet
from ila_kit.ids import uuid7

AMOUNT = {"amount": "608.99", "currency": "EUR"}
ECHOES = ["application-withdrawn", "place-expired", "application-refused", "learning-not-completed"]


def tell(world, type_, application, **facts):
    data = {"application_id": str(application.id)} | {name: str(value) for name, value in facts.items()}
    data |= {"amount": AMOUNT} if type_ == "funds_held" else {}
    name = f"funding.{type_}.v1"
    envelope = Envelope(
        id=uuid7(), source="funding", type=name, subject="x", time=world.unit.now, sequence=1, data=data
    )
    HANDLERS[name](world.unit, envelope)


def committed(world):
    application = world.enrolled()
    tell(world, "funds_committed", application, hold_id=application.hold_id)
    return world.now(application)


def learning(world, application, state="learning"):
    was = world.now(application)
    moved = replace(was, state=state, version=was.version + 1)
    world.unit.applications.save([Change(moved, was.version, happened(moved, "start", "system", {}))])
    return moved


def test_the_commitment_is_shown_once(world):
    application = committed(world)
    tell(world, "funds_committed", application, hold_id=application.hold_id)
    assert (application.state, application.funds) == ("enrolled", "committed")
    history = [one.action for one in world.unit.applications.history(application.id)]
    assert history.count("commit_funds") == 1


def test_a_commitment_of_another_hold_is_not_ours(world):
    application = world.enrolled()
    tell(world, "funds_committed", application, hold_id=uuid7())
    assert world.now(application).funds == "held"


def test_a_hold_that_could_not_be_committed_ends_the_enrolment_once(world):
    application = world.enrolled()
    for _ in range(3):
        tell(world, "hold_refused", application, reason="hold-not-held")
    ended = world.now(application)
    assert (ended.state, ended.funds, ended.hold_id) == ("expired", None, None)
    assert world.unit.types().count("place_expired") == 1
    assert world.unit.events[-1].reason == "no-money"
    assert world.taken() == 0


@pytest.mark.parametrize("state", ["enrolled", "learning", "interrupted"])
def test_money_that_is_lost_ends_what_goes_on_once(world, state):
    application = committed(world)
    learning(world, application, state)
    for _ in range(3):
        tell(world, "funds_released", application, hold_id=application.hold_id, reason="hold-expired")
    assert world.state(application) == "expired"
    assert [event.reason for event in world.unit.events if "expired" in event.type] == ["no-money"]
    assert world.taken() == 0


@pytest.mark.parametrize("reason", ECHOES)
def test_what_we_had_released_ourselves_is_no_news(world, reason):
    application = committed(world)
    tell(world, "funds_released", application, hold_id=application.hold_id, reason=reason)
    assert world.state(application) == "enrolled"


def test_the_loss_of_another_hold_changes_nothing(world):
    application = committed(world)
    tell(world, "funds_released", application, hold_id=uuid7(), reason="hold-expired")
    assert world.state(application) == "enrolled"


def test_a_loss_that_is_told_before_the_hold_waits_for_it(world):
    application, hold = world.decided(), uuid7()
    with pytest.raises(NotYet):
        tell(world, "funds_released", application, hold_id=hold, reason="hold-expired")
    tell(world, "funds_held", application, hold_id=hold)
    tell(world, "funds_released", application, hold_id=hold, reason="hold-expired")
    assert world.state(application) == "expired"


def test_a_completed_training_is_paid_once_and_keeps_its_place(world):
    application = learning(world, committed(world), "completed")
    for _ in range(3):
        note_payment(world.unit, world.unit.applications.get(application.id, EVERYTHING))
    paid = world.now(application)
    assert (paid.state, paid.funds) == ("completed", "paid")
    assert paid.version == application.version + 1
    assert world.taken() == 1


def test_nothing_but_a_completed_training_is_paid(world):
    application = committed(world)
    note_payment(world.unit, world.unit.applications.get(application.id, EVERYTHING))
    assert world.now(application).funds == "committed"


def test_after_an_upheld_contest_the_echo_of_the_first_hold_does_no_harm(world):
    world.people.state = "unavailable"
    application = world.offered()
    world.people.state, world.people.births[application.person_id] = "register", date(2008, 1, 1)
    world.unit.now += timedelta(minutes=1)
    world.second_look.run()
    mine = Scope(person=application.person_id)
    contest_refusal(world.unit, ContestRefusal(application_id=application.id, reason="Wrong"), mine)
    world.acting("appeal_officer")
    upheld = DecideContest(application_id=application.id, outcome="upheld", reason="Right")
    decide_contest(world.unit, upheld, EVERYTHING)
    tell(world, "funds_released", application, hold_id=application.hold_id, reason="application-refused")
    tell(world, "funds_held", application, hold_id=uuid7())
    assert world.state(application) == "offered"
    tell(world, "funds_released", application, hold_id=application.hold_id, reason="application-refused")
    assert world.state(application) == "offered"


def test_a_closed_programme_ends_everything_that_is_not_over_once(world):
    offered, enrolled = world.offered(), world.enrolled()
    waiting, submitted, draft = world.decided(), world.submit(), world.begin()
    withdrawn = world.submit()
    withdraw_application(world.unit, withdrawn.id, Scope(person=withdrawn.person_id))
    for _ in range(3):
        close_programme(world.unit, world.programme.id, world.unit.now)
    ended = [offered, enrolled, waiting, submitted, draft]
    assert {world.state(one) for one in ended} == {"expired"}
    assert world.state(withdrawn) == "withdrawn"
    told = [event for event in world.unit.events if event.type.endswith("place_expired.v1")]
    assert {event.application_id for event in told} == {offered.id, enrolled.id}
    assert {event.reason for event in told} == {"agreement-ended"}
    assert world.taken() == world.with_place() == 0


def test_a_programme_that_is_closed_before_it_is_heard_of_waits_and_never_opens_again(world):
    programme = replace(world.programme, id=uuid7())
    with pytest.raises(NotYet):
        close_programme(world.unit, programme.id, world.unit.now)
    learn_programme(world.unit, programme, 1)
    close_programme(world.unit, programme.id, world.unit.now)
    learn_programme(world.unit, replace(programme, version=2), 2)
    assert world.unit.offerings.get(programme.id).closed_at == world.unit.now


def test_a_submission_that_slipped_through_before_the_closure_ends_when_it_is_checked(world):
    application = world.submit()
    world.unit.offerings.close(world.programme.id, world.unit.now)
    world.job.run()
    assert world.state(application) == "expired"
    assert world.taken() == 0


# What funding says about one application after its enrolment; every order, some things twice.
NEWS = ["committed", "committed", "refused", "lost", "withdraw", "close", "exhausted", "paused"]


def hear(world, application, news):
    hold = application.hold_id
    acts = {
        "committed": lambda: tell(world, "funds_committed", application, hold_id=hold),
        "refused": lambda: tell(world, "hold_refused", application, reason="hold-not-held"),
        "paused": lambda: tell(world, "hold_refused", application, reason="line-paused"),
        "exhausted": lambda: tell(world, "hold_refused", application, reason="budget-exhausted"),
        "lost": lambda: tell(world, "funds_released", application, hold_id=hold, reason="hold-expired"),
        "close": lambda: close_programme(world.unit, world.programme.id, world.unit.now),
        "withdraw": lambda: (
            world.now(application).live
            and withdraw_application(world.unit, application.id, Scope(person=application.person_id))
        ),
    }
    acts[news]()


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_whatever_is_told_in_whatever_order_each_place_is_given_back_exactly_once(new_world, data):
    world = new_world()
    applications = [world.enrolled(), world.enrolled(), world.decided()]
    for news in data.draw(st.lists(st.sampled_from(NEWS), max_size=12)):
        hear(world, data.draw(st.sampled_from(applications[:2])), news)
        assert world.taken() == world.with_place() <= 2
    for application in applications[:2]:
        ends = [
            event
            for event in world.unit.events
            if event.application_id == application.id
            and event.type.split(".")[1] in ("place_expired", "application_withdrawn")
        ]
        assert len(ends) == (0 if world.now(application).live else 1)


@pytest.mark.parametrize("order", sorted(permutations(["committed", "lost", "refused"])))
def test_a_lost_hold_ends_the_enrolment_in_every_order_and_three_times_over(world, order):
    application = world.enrolled()
    for news in order * 3:
        hear(world, application, news)
    assert world.state(application) == "expired"
    assert world.unit.types().count("place_expired") == 1
