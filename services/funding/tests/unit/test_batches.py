"""Many applications in one transaction end exactly as each in its own, in the order of their receipt."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.request import Ending, HoldRequest
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import RequestHold, request_hold, request_holds
from ila_funding.usecases.programmes import register_programme
from ila_funding.usecases.support_checks import clear_holds
from ila_kit.events import NotYet
from ila_kit.ids import uuid7

from .fakes_support import answer_of

PRICE = Decimal("412.13")
CALLS, PROGRAMMES, APPLICATIONS = ([uuid7() for _ in range(many)] for many in (2, 3, 6))
TOLD = st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(1, 4), st.booleans())


def asked(place: int, **changes) -> RequestHold:
    """Return the request of an application, by default a new one."""
    new = {"application_id": uuid7(), "person_id": uuid7(), "provisional": False, "sequence": 3}
    return RequestHold(**new | changes, applied_on=date(2024, 11, 20), receipt_sequence=place)


@pytest.fixture(scope="module")
def world(new_unit):
    """Make a unit with two calls, each with money for three, and programmes of both."""

    def make():
        unit = new_unit()
        for number, call_id in enumerate(CALLS):
            call = PublishedCall(
                call_id=call_id,
                code=f"call-{number}",
                title_lv="Uzaicinājums",
                title_en="Call",
                funding_source="AF",
                activity="training",
                hold_days=30,
                opening_mode="first_come",
                drop_out_rule="completion_only",
                sequence=1,
            )
            register_call(unit, RegisterCall(call=call, budget_limit=PRICE * 3))
        for number, programme_id in enumerate(PROGRAMMES):
            course = Training(kind=Kind.STUDY_COURSE, parts=(Part(f"Kurss {number}", 160),))
            programme = PublishedProgramme(
                programme_id=programme_id,
                call_id=CALLS[number % 2],
                title_lv=f"Kurss {number}",
                funding_source="AF",
                training=course,
                sequence=1,
            )
            register_programme(unit, programme)
        return unit

    return make


def outcome(unit) -> tuple:
    """Return what is left, without the ids that each run makes anew."""
    requests = {
        one: replace(request, updated_at=unit.now, created_at=unit.now)
        for one, request in unit.requests.rows.items()
        if isinstance(request, HoldRequest)
    }
    requests = {one: replace(request, line_id=None) for one, request in requests.items()}
    holds = sorted((one.application_id, one.amount, one.state) for one in unit.holds.rows.values())
    lines = sorted((one.call_id, one.held, one.alarm, one.version) for one in unit.lines.rows.values())
    told = [(type(event).__name__, getattr(event, "application_id", None)) for event in unit.events]
    return requests, holds, lines, told


@settings(max_examples=80, deadline=None)
@given(told=st.lists(TOLD, min_size=1, max_size=14), ended=st.lists(st.integers(0, 5), max_size=2))
def test_a_batch_ends_as_the_same_ones_one_by_one(world, told, ended):
    commands = [
        asked(
            1 + number,
            application_id=APPLICATIONS[number],
            person_id=APPLICATIONS[number],
            programme_id=PROGRAMMES[number % 3],
            call_id=CALLS[(number % 3) % 2],
            sequence=sequence,
            provisional=provisional,
        )
        for number, _, sequence, provisional in told
    ]
    together, alone = world(), world()
    for unit in (together, alone):
        unit.register_answers = False
        for number in ended:
            ending = {"application_id": APPLICATIONS[number], "reason": Ending.WITHDRAWN}
            end_request(unit, EndRequest(**ending, sequence=2))
    request_holds(together, commands)
    for command in sorted(commands, key=lambda one: (one.receipt_sequence, one.sequence)):
        request_hold(alone, command)
    for unit in (together, alone):
        clear_holds(unit, {one.id: answer_of(one) for one in unit.holds.rows.values()})
    assert outcome(together) == outcome(alone)
    assert all(line.used <= line.limit_amount for line in together.lines.rows.values())


def test_a_batch_serves_by_receipt_whatever_order_it_comes_in(world):
    unit = world()
    of_one_line = {"programme_id": PROGRAMMES[0], "call_id": CALLS[0]}
    commands = [asked(place, **of_one_line) for place in (5, 2, 4, 1, 3)]
    request_holds(unit, commands)
    granted: list[UUID] = [one.application_id for one in unit.holds.rows.values()]
    places = {one.application_id: one.receipt_sequence for one in commands}
    assert [places[one] for one in granted] == [1, 2, 3]


def test_a_batch_with_one_that_must_wait_for_its_programme_does_nothing(world):
    unit = world()
    known = asked(1, programme_id=PROGRAMMES[0], call_id=CALLS[0])
    with pytest.raises(NotYet):
        request_holds(unit, [known, asked(2, call_id=CALLS[0], programme_id=uuid7())])
    assert not unit.requests.rows
