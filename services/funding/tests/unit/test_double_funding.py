"""Nobody is paid twice for the same content: across calls, sources and providers (BR-713)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.request import Ending
from ila_funding.domain.support import content_keys, says_content
from ila_funding.domain.training import Kind, Part, Training, same_title
from ila_funding.events.published import FundsHeld, HoldRefused
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.commitments import CommitFunds, commit_funds
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import decide_again, request_hold
from ila_funding.usecases.support import DECIDE_AGAIN
from ila_kit.events import NotYet
from ila_kit.ids import uuid7

ALGORITHMS, NETWORKS = "Vienkāršu algoritmu izstrāde", "Lokālo tīklu ierīkošana un uzturēšana"


@pytest.fixture(autouse=True)
def published(publish_call, publish_programme):
    publish_call()
    publish_programme()


@pytest.fixture
def another(publish_programme):
    """Publish another programme; returns its id."""

    def publish(title="Cits nosaukums", *titles, kind=Kind.MODULE, **changes):
        training = Training(kind=kind, parts=tuple(Part(one, 40) for one in titles or (title,)))
        programme_id = uuid7()
        publish_programme(training, programme_id=programme_id, title_lv=title, **changes)
        return programme_id

    return publish


def enrol(unit, request):
    commit_funds(unit, CommitFunds(application_id=request.application_id, sequence=6))


def refusals(unit):
    return [event.reason for event in unit.told(HoldRefused)]


def states(unit, *requests):
    return [unit.requests.rows[one.application_id].state for one in requests]


def due(unit):
    """Have every request decided again whose time has come."""
    for application_id, name in [key for key, at in unit.timers.items() if at <= unit.now]:
        if name == DECIDE_AGAIN:
            unit.clear_timer(application_id, name)
            decide_again(unit, application_id)


def end(unit, request, reason=Ending.WITHDRAWN):
    end_request(unit, EndRequest(application_id=request.application_id, reason=reason, sequence=9))


def test_the_same_programme_is_held_once_per_person(unit, asked):
    first = asked()
    request_hold(unit, first)
    enrol(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id))
    assert refusals(unit) == ["double-funding"]
    assert unit.line.committed == Decimal("608.99")


def test_others_may_learn_the_same(unit, asked):
    request_hold(unit, asked(1))
    request_hold(unit, asked(2))
    assert refusals(unit) == []


@pytest.mark.parametrize("spelling", [ALGORITHMS, ALGORITHMS.upper(), f"  {ALGORITHMS.replace(' ', '   ')} "])
def test_a_part_of_a_set_is_not_paid_again_alone_however_it_is_spelled(unit, asked, another, spelling):
    first = asked()
    request_hold(unit, first)
    enrol(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id, programme_id=another(spelling)))
    assert refusals(unit) == ["double-funding"]


def test_other_content_is_paid_beside_it(unit, asked, another):
    first = asked()
    request_hold(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id, programme_id=another("Kiberdrošība")))
    assert refusals(unit) == []
    assert len(unit.told(FundsHeld)) == 2


def test_a_study_course_is_another_content_than_a_module_of_that_name(unit, asked, another):
    first = asked()
    request_hold(unit, first)
    course = another(ALGORITHMS, kind=Kind.STUDY_COURSE)
    request_hold(unit, asked(2, person_id=first.person_id, programme_id=course))
    assert refusals(unit) == []


def test_another_call_and_source_do_not_pay_the_same_content_again(unit, asked, another):
    call = PublishedCall(
        call_id=uuid7(),
        code="call-2",
        title_lv="2. uzaicinājums",
        title_en="Second call",
        funding_source="ESF+",
        activity="training",
        hold_days=30,
        opening_mode="first_come",
        drop_out_rule="completion_only",
        sequence=1,
    )
    register_call(unit, RegisterCall(call=call, budget_limit=Decimal("1000.00")))
    module = another(NETWORKS, call_id=call.call_id, funding_source="ESF+")
    first = asked()
    request_hold(unit, first)
    enrol(unit, first)
    second = asked(1, person_id=first.person_id, call_id=call.call_id, programme_id=module)
    request_hold(unit, second)
    assert refusals(unit) == ["double-funding"]
    end(unit, first)
    request_hold(unit, replace(second, application_id=uuid7()))
    assert unit.told(FundsHeld)[-1].call_id == call.call_id


def test_money_that_went_back_frees_the_content(unit, asked):
    first = asked()
    request_hold(unit, first)
    end(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id))
    assert refusals(unit) == []
    assert len(unit.told(FundsHeld)) == 2


def test_told_again_the_held_application_is_not_its_own_rival(unit, asked):
    first = asked()
    for sequence in (3, 3, 5):
        request_hold(unit, replace(first, sequence=sequence))
    assert refusals(unit) == []
    assert len(unit.told(FundsHeld)) == 1


def test_of_two_that_wait_for_money_the_first_gets_it_and_the_other_is_told(unit, asked, publish_call):
    publish_call("608.99", sequence=2)
    somebody = asked(1)
    request_hold(unit, somebody)
    waiting = [asked(place, person_id=uuid7()) for place in (2, 3)]
    waiting[1] = replace(waiting[1], person_id=waiting[0].person_id)
    for one in waiting:
        request_hold(unit, one)
    end(unit, somebody)
    assert refusals(unit) == ["budget-exhausted", "budget-exhausted", "content-held"]
    assert states(unit, *waiting) == ["granted", "waiting"]
    enrol(unit, waiting[0])
    due(unit)
    assert refusals(unit)[3:] == ["double-funding"]
    assert states(unit, *waiting) == ["granted", "refused"]


def test_withdrawn_and_asked_again_ends_with_money_in_whichever_order_the_facts_come(unit, asked):
    first = asked()
    second = asked(2, person_id=first.person_id)
    request_hold(unit, first)
    request_hold(unit, second)
    assert refusals(unit) == ["content-held"]
    end(unit, first)
    due(unit)
    assert states(unit, first, second) == ["withdrawn", "granted"]
    assert unit.told(FundsHeld)[-1].application_id == second.application_id
    assert unit.line.held == Decimal("608.99")


def test_who_waits_behind_an_own_hold_keeps_nobody_else_waiting(unit, asked):
    first, other = asked(), asked(3)
    request_hold(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id))
    request_hold(unit, other)
    assert states(unit, other) == ["granted"]


def test_while_the_own_hold_stays_as_it_is_nothing_is_told_again(unit, asked):
    first = asked()
    request_hold(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id))
    for _ in range(3):
        unit.now += timedelta(hours=2)
        due(unit)
    assert refusals(unit) == ["content-held"]
    assert len([name for _, name in unit.timers if name == DECIDE_AGAIN]) == 1


def test_one_who_waits_and_withdraws_is_decided_no_more(unit, asked):
    first = asked()
    second = asked(2, person_id=first.person_id)
    request_hold(unit, first)
    request_hold(unit, second)
    end(unit, second)
    end(unit, first)
    due(unit)
    assert states(unit, second) == ["withdrawn"]
    assert unit.line.held == 0


@pytest.mark.parametrize("title", ["Ievads", "IEVADS.", "1. modulis", "II daļa", "Noslēguma pārbaudījums"])
def test_two_parts_that_only_stand_at_the_same_place_are_not_the_same_content(unit, asked, another, title):
    mine = another("Programmēšana", title, "Cikli", kind=Kind.MODULE_SET)
    yours = another("Tīkli", title, "Maršrutētāji", kind=Kind.MODULE_SET)
    first = asked(programme_id=mine)
    request_hold(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id, programme_id=yours))
    assert refusals(unit) == []
    assert len(unit.told(FundsHeld)) == 2


def test_within_one_continuing_programme_they_are(new_unit):
    def keys(title, continuing):
        parts = (Part("Ievads", 8), Part(f"{title} pamati", 30))
        training = Training(kind=Kind.MODULE_SET, parts=parts, continuing_programme=continuing)
        return set(content_keys(uuid7(), title, training))

    assert keys("Dati", "Datubāzes") & keys("Kopas", "datubāzes") == {"vocational@datubāzes:ievads"}
    assert not keys("Dati", "Datubāzes") & keys("Kopas", "Datortīkli")


def test_a_programme_that_was_renamed_is_known_by_both_names(unit, asked, another, publish_programme):
    renamed = another("Mākoņi", kind=Kind.MODULE)
    first = asked(programme_id=renamed)
    request_hold(unit, first)
    enrol(unit, first)
    training = Training(kind=Kind.MODULE, parts=(Part("Mākoņu pakalpojumi", 40),))
    publish_programme(training, 2, programme_id=renamed, title_lv="Mākoņu pakalpojumi")
    for place, programme_id in enumerate([renamed, another("Mākoņi"), another("Mākoņu pakalpojumi")], 2):
        request_hold(unit, asked(place, person_id=first.person_id, programme_id=programme_id))
    assert refusals(unit) == ["double-funding"] * 3


def test_what_nobody_noted_is_noted_before_it_is_decided(unit, asked, another):
    """A former release neither described programmes nor claimed their content."""
    first = asked()
    request_hold(unit, first)
    enrol(unit, first)
    unit.support.taught.clear()
    unit.support.paid.clear()
    request_hold(unit, asked(2, person_id=first.person_id, programme_id=another(ALGORITHMS)))
    assert refusals(unit) == ["double-funding"]


def test_money_for_a_programme_nobody_knows_any_more_is_not_passed_over(unit, asked, another):
    first = asked()
    request_hold(unit, first)
    unit.support.paid.clear()
    unit.support.taught.clear()
    del unit.programmes.rows[first.programme_id]
    with pytest.raises(NotYet):
        request_hold(unit, asked(2, person_id=first.person_id, programme_id=another("Mākoņi")))


titles = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6)


def taught(names):
    training = Training(kind=Kind.MODULE_SET, parts=tuple(Part(one, 9) for one in names))
    return set(content_keys(uuid7(), names[0], training))


@settings(max_examples=50)
@given(titles, titles)
@example(["@"], ["@"])
def test_trainings_share_content_exactly_when_they_share_a_title(mine, yours):
    named = [{same_title(one) for one in names if says_content(one)} for names in (mine, yours)]
    same = named[0] & named[1]
    assert len({key for key in taught(mine) & taught(yours) if "@" not in key.partition(":")[0]}) == len(same)
