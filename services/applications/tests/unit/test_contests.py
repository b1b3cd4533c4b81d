"""Contesting a refusal, and the officer who did not decide before."""

from datetime import date, timedelta

import pytest
from ila_applications.domain.errors import (
    AlreadyApplied,
    ApplicationsClosed,
    ContestTooLate,
    DecidedByYou,
    OwnApplication,
)
from ila_applications.usecases.contests import (
    ContestRefusal,
    DecideContest,
    contest_refusal,
    decide_contest,
)
from ila_applications.usecases.decisions import DecideEligibility, decide_eligibility
from ila_applications.usecases.places import end_in_time
from ila_kit.actor import EVERYTHING, Actor, Role, Scope
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import WrongState


def refused(world):
    return world.decided(world.person(born=date(2008, 1, 1)))


def contest(world, application, person=None):
    command = ContestRefusal(application_id=application.id, reason="Dzimšanas gads ir kļūdains")
    return contest_refusal(world.unit, command, Scope(person=person or application.person_id)).application


def decide(world, application, outcome):
    command = DecideContest(application_id=application.id, outcome=outcome, reason="Checked by hand")
    return decide_contest(world.unit, command, EVERYTHING).application


def test_an_upheld_contest_gives_a_place_and_asks_for_the_money_anew(world):
    application = refused(world)
    contested = contest(world, application)
    assert contested.state == "contested"
    world.acting("appeal_officer")
    upheld = decide(world, application, "upheld")
    assert (upheld.state, upheld.refusal, upheld.provisional) == ("eligible", None, False)
    assert world.taken() == 1
    told = world.unit.events[-1]
    assert (told.type, told.version) == ("applications.application_found_eligible.v1", upheld.version)
    assert [one["kind"] for one in upheld.statements] == ["contest", "contest_decision"]
    assert upheld.statements[1] | {"at": None} == {
        "kind": "contest_decision",
        "outcome": "upheld",
        "text": "Checked by hand",
        "by": "appeal_officer",
        "at": None,
    }


def test_who_is_upheld_without_a_free_place_waits_for_one(world):
    application = refused(world)
    world.decided()
    world.decided()
    contest(world, application)
    world.acting("appeal_officer")
    assert decide(world, application, "upheld").state == "waiting"


def test_a_dismissed_contest_is_the_end(world):
    application = refused(world)
    contest(world, application)
    world.acting("appeal_officer")
    assert decide(world, application, "dismissed").state == "ineligible_final"
    with pytest.raises(WrongState):
        contest(world, application)
    world.acting("appeal_officer")
    with pytest.raises(WrongState):
        decide(world, application, "upheld")
    assert world.taken() == 0


def test_the_words_of_a_contest_stay_out_of_the_audit_trail(world):
    application = refused(world)
    contest(world, application)
    assert "kļūdains" not in str(world.unit.audited)


def test_nobody_decides_about_a_contest_of_their_own_decision(world):
    application = world.decided(world.person(born=None))
    officer = world.acting("eligibility_officer", "appeal_officer")
    no = DecideEligibility(application_id=application.id, outcome="ineligible", reason="No proof")
    decide_eligibility(world.unit, no, EVERYTHING)
    contest(world, application)
    with pytest.raises(DecidedByYou):
        decide(world, application, "dismissed")
    assert world.now(application).decided_by == officer
    world.acting("appeal_officer")
    assert decide(world, application, "upheld").state == "eligible"


def test_nobody_decides_about_their_own_application(world):
    application = refused(world)
    contest(world, application)
    world.unit.actor = Actor(str(application.person_id), (Role("appeal_officer"),), "high")
    with pytest.raises(OwnApplication):
        decide(world, application, "upheld")


def test_a_refusal_can_be_contested_for_a_month_and_is_final_then(world):
    application = refused(world)
    world.unit.now = application.due_at
    with pytest.raises(ContestTooLate):
        contest(world, application)
    end_in_time(world.unit, application.id)
    assert world.state(application) == "ineligible_final"


def test_a_contest_that_nobody_decides_ends_in_time(world):
    application = contest(world, refused(world))
    assert application.due_at == world.unit.now + timedelta(days=31)
    world.unit.now = application.due_at
    end_in_time(world.unit, application.id)
    assert world.state(application) == "ineligible_final"


def test_who_began_anew_cannot_also_contest(world):
    application = refused(world)
    world.begin(application.person_id)
    with pytest.raises(AlreadyApplied):
        contest(world, application)


def test_a_foreign_refusal_cannot_be_contested(world):
    with pytest.raises(Missing):
        contest(world, refused(world), uuid7())


def test_only_a_refusal_can_be_contested(world):
    with pytest.raises(WrongState):
        contest(world, world.decided())


def test_a_closed_programme_has_nothing_to_contest(world):
    application = refused(world)
    contested = contest(world, refused(world))
    world.unit.offerings.close(world.programme.id, world.unit.now)
    with pytest.raises(ApplicationsClosed):
        contest(world, application)
    world.acting("appeal_officer")
    with pytest.raises(ApplicationsClosed):
        decide(world, contested, "upheld")
