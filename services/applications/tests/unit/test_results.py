"""Results: hours and percentages exactly, outcomes by the rules of the call."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_applications.domain.group_errors import UntoldTest
from ila_applications.domain.offerings import Part
from ila_applications.domain.results import (
    attendance_percent,
    attended_hours,
    enough_attendance,
    enter,
    missed,
    must_tell_test,
)
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState

NOW = datetime(2025, 3, 21, tzinfo=UTC)
TRAINER, VERIFIER = frozenset({"provider_trainer"}), frozenset({"result_verifier"})
totals = st.integers(1, 2_000)


@st.composite
def shares(draw):
    total = draw(totals)
    return draw(st.integers(0, total)), total


@given(shares(), st.integers(0, 100))
def test_attendance_is_enough_exactly_from_the_percentage_of_the_call(share, percent):
    attended, total = share
    assert enough_attendance(attended, total, percent) == (Fraction(attended, total) * 100 >= percent)


@given(shares())
def test_the_percentage_shown_is_never_above_the_true_one_and_closer_than_a_hundredth(share):
    attended, total = share
    shown, exact = Fraction(attendance_percent(attended, total)), Fraction(attended * 100, total)
    assert 0 <= exact - shown < Fraction(1, 100)
    assert attendance_percent(attended, total).as_tuple().exponent == -2


@given(shares(), st.integers(1, 100))
def test_who_reads_less_than_the_percentage_did_not_reach_it(share, percent):
    attended, total = share
    assert enough_attendance(attended, total, percent) == (attendance_percent(attended, total) >= percent)


@given(
    parts=st.lists(totals, min_size=1, max_size=4),
    attended=st.dictionaries(st.integers(1, 5), st.integers(0, 4_000)),
    more=st.integers(0, 500),
)
def test_hours_count_up_to_each_part_and_an_hour_more_never_counts_less(parts, attended, more):
    made = [Part(title=str(number), hours=hours) for number, hours in enumerate(parts)]
    counted = attended_hours(made, attended)
    assert 0 <= counted <= sum(parts)
    assert counted <= attended_hours(made, attended | {1: attended.get(1, 0) + more})
    assert attended_hours(made, dict(enumerate(parts, 1))) == sum(parts)


@pytest.mark.parametrize(
    ("attended", "shown", "enough"),
    [(119, "70.00", True), (118, "69.41", False), (170, "100.00", True), (0, "0.00", False)],
)
def test_seventy_per_cent_of_170_hours_are_119(attended, shown, enough):
    assert attendance_percent(attended, 170) == Decimal(shown)
    assert enough_attendance(attended, 170, 70) is enough


@pytest.mark.parametrize(
    ("attended", "passed", "needs_test", "lacks"),
    [
        (119, True, True, None),
        (119, False, True, "test"),
        (119, None, True, "test"),
        (119, None, False, None),
        (118, True, True, "attendance"),
        (118, False, True, "attendance"),
        (118, None, False, "attendance"),
    ],
)
def test_completed_is_enough_attendance_and_the_test_if_the_call_asks_for_one(
    world, attended, passed, needs_test, lacks
):
    call = replace(world.call, completion_attendance_percent=70, completion_needs_test=needs_test)
    assert missed(call, attended, 170, passed) == lacks


def test_a_test_is_told_for_everybody_when_the_call_asks_for_it(world):
    call = replace(world.call, completion_needs_test=True)
    must_tell_test(call, [True, False])
    with pytest.raises(UntoldTest):
        must_tell_test(call, [True, None])
    must_tell_test(replace(call, completion_needs_test=False), [None])


def entered(world, before=None, passed=True, roles=TRAINER):
    return enter(
        before,
        call=world.call,
        group_id=before.group_id if before else uuid7(),
        application=(uuid7(), uuid7()),
        hours=(170, 170),
        test_passed=passed,
        roles=roles,
        now=NOW,
    )


def test_a_result_is_corrected_until_it_is_verified(world):
    first = entered(world)
    second = entered(world, first, passed=False)
    assert (second.id, second.version, second.outcome, second.missed) == (
        first.id,
        2,
        "not_completed",
        "test",
    )
    assert second.application_id == first.application_id
    verified = second.step("verify", VERIFIER, verified_at=NOW)
    with pytest.raises(WrongState):
        entered(world, verified)
    with pytest.raises(NotYourStep):
        second.step("verify", TRAINER)
