"""A phase is open from its first instant until just before its end; a demonstration moves all of them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.calls import scheduled
from ila_catalog.domain.phases import contains_day, is_open, phase_named, shift_to_open, shifted
from ila_kit.clock import RIGA, riga_date

CALL = read_call(PackagedFiles().call("call-1"))
APPLICATIONS = phase_named(CALL.phases, "applications")
OFFERS = phase_named(CALL.phases, "offers")
days = st.dates(date(2024, 1, 1), date(2035, 1, 1))
instants = st.integers(0, 2 * 365 * 86_400).map(
    lambda seconds: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
)


@pytest.mark.parametrize(
    ("at", "open_now"),
    [
        ("2024-09-29T20:59:59.999999", False),
        ("2024-09-29T21:00:00", True),
        ("2024-10-11T20:59:59.999", True),
        ("2024-10-11T20:59:59.999999", True),
        ("2024-10-11T21:00:00", False),
    ],
)
def test_offers_are_taken_until_the_last_microsecond_of_the_last_minute(at, open_now):
    assert is_open(OFFERS, datetime.fromisoformat(at + "+00:00")) is open_now


@given(instants)
def test_open_means_the_clock_in_riga_shows_a_day_of_the_phase(at):
    local_day = at.astimezone(RIGA).date()
    assert is_open(APPLICATIONS, at) is (date(2024, 11, 14) <= local_day <= date(2024, 12, 6))


def test_an_unknown_phase_is_a_fault_of_the_program():
    with pytest.raises(KeyError):
        phase_named(CALL.phases, "holidays")


@given(days)
def test_a_demonstration_has_applications_open_on_any_day(day):
    shift = shift_to_open(APPLICATIONS, day)
    assert contains_day(shifted(APPLICATIONS, shift), day)
    assert shift % 7 == 0


@given(days)
def test_a_moved_phase_keeps_its_clock_times_and_its_length_in_days(day):
    shift = shift_to_open(APPLICATIONS, day)
    for phase, plan in zip(scheduled(CALL, shift).phases, CALL.phases, strict=True):
        for now, then in ((phase.opens_at, plan.opens_at), (phase.closes_at, plan.closes_at)):
            assert now.astimezone(RIGA).time() == then.astimezone(RIGA).time()
            assert riga_date(now) - riga_date(then) == timedelta(days=shift)
        assert (phase.planned_opens_at, phase.planned_closes_at) == (plan.opens_at, plan.closes_at)


def test_the_plan_stays_when_it_has_the_day_open():
    assert shift_to_open(APPLICATIONS, date(2024, 11, 14)) == 0
    assert shift_to_open(APPLICATIONS, date(2024, 12, 6)) == 0
    assert shift_to_open(APPLICATIONS, date(2024, 12, 7)) == 21
    assert shift_to_open(APPLICATIONS, date(2026, 11, 24)) == 735


def test_moving_twice_moves_from_the_plan_and_not_from_the_last_place():
    once = shifted(shifted(APPLICATIONS, 700), 7)
    assert once == shifted(APPLICATIONS, 7)
    assert shifted(once, 0) == replace(APPLICATIONS)
