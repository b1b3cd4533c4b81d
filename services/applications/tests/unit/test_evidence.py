"""Evidence by hand, and the officer who decides by it."""

from datetime import timedelta

import pytest
from ila_applications.api.schemas import shown_next
from ila_applications.domain.errors import OwnApplication, TooMuchEvidence
from ila_applications.usecases.decisions import DecideEligibility, decide_eligibility
from ila_applications.usecases.evidence import (
    MOST_FILES,
    GiveEvidence,
    give_evidence,
    list_evidence,
    read_evidence,
)
from ila_applications.usecases.places import end_in_time
from ila_applications.usecases.views import actions_of
from ila_kit.actor import EVERYTHING, Actor, Role, Scope
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import WrongState


def give(world, application, person=None):
    command = GiveEvidence(
        application_id=application.id,
        name="pase.pdf",
        media_type="application/pdf",
        size=5,
        sha256="ab" * 32,
        note="Pases kopija",
    )
    return give_evidence(world.unit, command, Scope(person=person or application.person_id))


def decide(world, application, outcome="eligible"):
    command = DecideEligibility(application_id=application.id, outcome=outcome, reason="By the passport")
    return decide_eligibility(world.unit, command, EVERYTHING).application


def without_facts(world):
    return world.decided(world.person(born=None))


def test_evidence_is_kept_with_its_hash_and_gives_the_officer_time(world):
    application = without_facts(world)
    world.unit.now += timedelta(days=13)
    given = give(world, application)
    assert (given.size, given.sha256) == (5, "ab" * 32)
    now = world.now(application)
    assert (now.state, now.due_at) == ("needs_evidence", world.unit.now + timedelta(days=14))
    history = world.unit.applications.history(application.id)
    assert history[-1].details == {"evidence": str(given.id), "sha256": given.sha256}
    case = world.unit.applications.get(application.id, EVERYTHING)
    assert shown_next(case)["who"] == "agency"


def test_an_officer_accepts_the_evidence_and_the_person_gets_a_place(world):
    application = without_facts(world)
    give(world, application)
    officer = world.acting("eligibility_officer")
    decided = decide(world, application)
    assert (decided.state, decided.decided_by, decided.provisional) == ("eligible", officer, False)
    assert world.unit.events[-1].provisional is False
    assert world.taken() == 1


def test_an_officer_refuses_with_a_reason_the_person_can_read(world):
    application = without_facts(world)
    world.acting("eligibility_officer")
    decided = decide(world, application, "ineligible")
    assert (decided.state, decided.refusal["code"]) == ("ineligible", "evidence-insufficient")
    assert decided.statements[-1]["text"] == "By the passport"
    assert world.unit.types()[-1] == "application_refused"


@pytest.mark.parametrize("outcome", ["eligible", "ineligible"])
def test_an_officer_decides_a_provisional_application_wherever_it_is(world, outcome):
    world.people.state = "unavailable"
    application = world.offered()
    give(world, application)
    world.acting("eligibility_officer")
    decided = decide(world, application, outcome)
    assert decided.state == ("offered" if outcome == "eligible" else "ineligible")
    assert not decided.provisional
    assert world.taken() == (1 if outcome == "eligible" else 0)


@pytest.mark.parametrize("outcome", ["eligible", "ineligible"])
def test_what_a_rule_has_decided_is_not_an_officers_to_decide(world, outcome):
    application = world.decided()
    world.acting("eligibility_officer")
    with pytest.raises(WrongState):
        decide(world, application, outcome)
    with pytest.raises(WrongState):
        give(world, application)


def test_nobody_decides_about_their_own_application(world):
    application = without_facts(world)
    world.unit.actor = Actor(str(application.person_id), (Role("eligibility_officer"),), "high")
    with pytest.raises(OwnApplication):
        decide(world, application)


def test_evidence_that_nobody_decides_ends_with_a_refusal_that_says_so(world):
    application = without_facts(world)
    give(world, application)
    world.unit.now = world.now(application).due_at
    end_in_time(world.unit, application.id)
    assert world.now(application).refusal["code"] == "evidence-undecided"


def test_an_application_takes_only_so_many_files(world):
    application = without_facts(world)
    for _ in range(MOST_FILES):
        give(world, application)
    with pytest.raises(TooMuchEvidence):
        give(world, application)


def test_foreign_evidence_is_missing_and_a_look_by_an_officer_is_noted(world):
    application = without_facts(world)
    given = give(world, application)
    with pytest.raises(Missing):
        give(world, application, uuid7())
    with pytest.raises(Missing):
        list_evidence(world.unit, application.id, Scope(person=uuid7()))
    with pytest.raises(Missing):
        read_evidence(world.unit, world.submit().id, given.id, EVERYTHING)
    world.acting("eligibility_officer")
    world.unit.audited.clear()
    assert read_evidence(world.unit, application.id, given.id, EVERYTHING) == given
    assert [entry[0] for entry in world.unit.audited] == ["personal_data_viewed"]


def test_each_sees_what_they_may_do_now(world):
    application = without_facts(world)
    case = world.unit.applications.get(application.id, EVERYTHING)
    owner = Actor(str(application.person_id), (Role("learner"),))
    officer = Actor(str(uuid7()), (Role("learner"), Role("eligibility_officer")))
    assert actions_of(case, owner) == ["give_evidence", "withdraw"]
    assert actions_of(case, officer) == ["accept_evidence", "refuse"]
    decided = world.unit.applications.get(world.decided().id, EVERYTHING)
    assert actions_of(decided, officer) == []
