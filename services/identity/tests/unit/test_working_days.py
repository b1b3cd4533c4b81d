"""Within one working day: Latvian holidays, moved days, weekends, and a clock that changes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.working_days import due_after, first_working_day_after, is_working_day, start_of
from ila_kit.clock import RIGA, riga_date

days = st.dates(date(2024, 1, 1), date(2030, 12, 31))
START = datetime(2024, 1, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=2_500)).map(lambda passed: START + passed)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2024-09-30T09:00+03:00", "2024-10-02T00:00+03:00"),
        ("2024-09-30T23:59:59.999+03:00", "2024-10-02T00:00+03:00"),
        ("2024-10-01T00:00+03:00", "2024-10-03T00:00+03:00"),
        ("2024-11-15T12:00+02:00", "2024-11-20T00:00+02:00"),
        ("2024-11-16T12:00+02:00", "2024-11-20T00:00+02:00"),
        ("2024-11-18T12:00+02:00", "2024-11-20T00:00+02:00"),
        ("2024-10-25T12:00+03:00", "2024-10-29T00:00+02:00"),
        ("2024-10-27T03:30+02:00", "2024-10-29T00:00+02:00"),
        ("2025-03-28T12:00+02:00", "2025-04-01T00:00+03:00"),
        ("2024-12-13T12:00+02:00", "2024-12-15T00:00+02:00"),
        ("2024-12-20T12:00+02:00", "2024-12-28T00:00+02:00"),
        ("2024-12-27T12:00+02:00", "2024-12-29T00:00+02:00"),
        ("2024-12-28T12:00+02:00", "2025-01-03T00:00+02:00"),
        ("2025-04-17T12:00+03:00", "2025-04-23T00:00+03:00"),
        ("2025-04-30T12:00+03:00", "2025-05-07T00:00+03:00"),
    ],
)
def test_an_answer_is_due_by_the_end_of_the_first_working_day_after_the_receipt(received, due):
    assert due_after(datetime.fromisoformat(received)) == datetime.fromisoformat(due)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2024, 11, 18), False),
        (date(2024, 12, 14), True),
        (date(2024, 12, 23), False),
        (date(2024, 12, 27), True),
        (date(2024, 12, 28), True),
        (date(2024, 12, 30), False),
        (date(2025, 5, 2), False),
        (date(2025, 5, 10), True),
        (date(2025, 5, 5), False),
    ],
)
def test_a_moved_day_off_is_off_and_the_saturday_for_it_is_worked(day, working):
    assert is_working_day(day) is working


@given(day=days)
def test_no_working_day_lies_between_a_day_and_the_next_working_day(day):
    following = first_working_day_after(day)
    assert following > day
    assert is_working_day(following)
    between = [day + DAY * step for step in range(1, (following - day).days)]
    assert not any(is_working_day(one) for one in between)


@given(received=instants)
def test_the_due_instant_is_a_midnight_in_riga_after_a_working_day(received):
    due = due_after(received)
    local = due.astimezone(RIGA)
    assert (local.hour, local.minute, local.second, local.microsecond) == (0, 0, 0, 0)
    last = riga_date(due - timedelta(microseconds=1))
    assert is_working_day(last)
    assert last > riga_date(received)


@given(received=instants, later=st.timedeltas(timedelta(0), timedelta(days=30)))
def test_who_comes_later_is_never_answered_earlier(received, later):
    assert due_after(received) <= due_after(received + later)


@given(day=days)
def test_a_day_lasts_from_its_start_to_that_of_the_next_one(day):
    length = start_of(day + DAY) - start_of(day)
    assert length in (timedelta(hours=23), timedelta(hours=24), timedelta(hours=25))
    assert riga_date(start_of(day)) == day
    assert riga_date(start_of(day) - timedelta(microseconds=1)) == day - DAY


def test_the_days_on_which_the_clock_changes_are_longer_and_shorter():
    assert start_of(date(2024, 10, 28)) - start_of(date(2024, 10, 27)) == timedelta(hours=25)
    assert start_of(date(2025, 3, 31)) - start_of(date(2025, 3, 30)) == timedelta(hours=23)
