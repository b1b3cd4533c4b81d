"""Nobody is paid twice for the same content: across calls, sources and providers (BR-713)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.request import Ending
from ila_funding.domain.support import content_keys
from ila_funding.domain.training import Kind, Part, Training, same_title
from ila_funding.events.published import FundsHeld, HoldRefused
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import request_hold
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


def refusals(unit):
    return [event.reason for event in unit.told(HoldRefused)]


def end(unit, request, reason=Ending.WITHDRAWN):
    end_request(unit, EndRequest(application_id=request.application_id, reason=reason, sequence=9))


def test_the_same_programme_is_held_once_per_person(unit, asked):
    first = asked()
    request_hold(unit, first)
    request_hold(unit, asked(2, person_id=first.person_id))
    assert refusals(unit) == ["double-funding"]
    assert unit.line.held == Decimal("608.99")


def test_others_may_learn_the_same(unit, asked):
    request_hold(unit, asked(1))
    request_hold(unit, asked(2))
    assert refusals(unit) == []


@pytest.mark.parametrize("spelling", [ALGORITHMS, ALGORITHMS.upper(), f"  {ALGORITHMS.replace(' ', '   ')} "])
def test_a_part_of_a_set_is_not_paid_again_alone_however_it_is_spelled(unit, asked, another, spelling):
    first = asked()
    request_hold(unit, first)
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
    assert refusals(unit) == ["budget-exhausted", "budget-exhausted", "double-funding"]
    assert unit.requests.rows[waiting[0].application_id].state == "granted"
    assert unit.requests.rows[waiting[1].application_id].state == "refused"


titles = st.lists(st.text(min_size=1, max_size=12), min_size=1, max_size=6)


def taught(names):
    training = Training(kind=Kind.MODULE_SET, parts=tuple(Part(one, 9) for one in names))
    return set(content_keys(names[0], training))


@settings(max_examples=50)
@given(titles, titles)
def test_trainings_share_content_exactly_when_they_share_a_title(mine, yours):
    same = {same_title(one) for one in mine} & {same_title(one) for one in yours}
    assert len(taught(mine) & taught(yours)) == len(same)
