"""Local minutes become instants, also in the nights when the clock is changed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.riga import closing, days_later, opening
from ila_kit.clock import RIGA

minutes = st.datetimes(datetime.fromisoformat("2023-01-01"), datetime.fromisoformat("2028-01-01")).map(
    lambda at: at.replace(second=0, microsecond=0)
)


def written(local: datetime) -> str:
    return local.isoformat(timespec="minutes")


def skipped(local: datetime) -> bool:
    there = local.replace(tzinfo=RIGA).astimezone(UTC).astimezone(RIGA)
    return there.replace(tzinfo=None, fold=0) != local


def test_the_last_minute_of_offers_counts_whole():
    closes = closing("2024-10-11T23:59")
    assert closes == datetime(2024, 10, 11, 21, 0, tzinfo=UTC)
    assert datetime(2024, 10, 11, 20, 59, 59, 999_999, tzinfo=UTC) < closes


@pytest.mark.parametrize(
    ("minute", "opens", "closes"),
    [
        ("2024-10-27T02:59", "2024-10-26T23:59", "2024-10-27T00:00"),
        ("2024-10-27T03:00", "2024-10-27T00:00", "2024-10-27T01:01"),
        ("2024-10-27T03:30", "2024-10-27T00:30", "2024-10-27T01:31"),
        ("2024-10-27T03:59", "2024-10-27T00:59", "2024-10-27T02:00"),
        ("2024-10-27T04:00", "2024-10-27T02:00", "2024-10-27T02:01"),
        ("2025-03-30T02:59", "2025-03-30T00:59", "2025-03-30T01:00"),
        ("2025-03-30T04:00", "2025-03-30T01:00", "2025-03-30T01:01"),
    ],
)
def test_a_minute_that_happens_twice_opens_the_first_and_closes_the_second_time(minute, opens, closes):
    assert opening(minute) == datetime.fromisoformat(opens + "+00:00")
    assert closing(minute) == datetime.fromisoformat(closes + "+00:00")


@pytest.mark.parametrize("minute", ["2025-03-30T03:00", "2025-03-30T03:59", "2024-03-31T03:30"])
def test_a_minute_that_the_clock_skips_is_refused(minute):
    for read in (opening, closing):
        with pytest.raises(ValueError, match="never happens"):
            read(minute)


@pytest.mark.parametrize(
    "text",
    [
        "2024-10-11",
        "2024-10-11T23:59:00",
        "2024-10-11T23:59Z",
        "11.10.2024 23:59",
        "2024-02-30T10:00",
        "2024-10-11T24:00",
    ],
)
def test_other_ways_of_writing_are_refused(text):
    with pytest.raises(ValueError, match=r".+"):
        opening(text)


@given(minutes)
def test_the_clock_in_riga_shows_the_minute_that_was_written(local):
    if skipped(local):
        return
    opens, last = opening(written(local)), closing(written(local)) - timedelta(microseconds=1)
    for instant in (opens, last):
        assert instant.astimezone(RIGA).replace(tzinfo=None, second=0, microsecond=0, fold=0) == local
    assert last - opens in (timedelta(minutes=1, microseconds=-1), timedelta(minutes=61, microseconds=-1))


@given(minutes, minutes)
def test_later_minutes_never_open_or_close_earlier(one, other):
    earlier, later = sorted((one, other))
    if skipped(earlier) or skipped(later):
        return
    assert opening(written(earlier)) <= opening(written(later))
    assert closing(written(earlier)) <= closing(written(later))


@given(minutes, st.integers(-1_000, 1_000))
def test_moved_by_days_the_clock_shows_the_same_time(local, days):
    target = local + timedelta(days=days)
    if skipped(local) or skipped(target):
        return
    for closes in (False, True):
        there = days_later(opening(written(local)), days, closes=closes).astimezone(RIGA)
        assert there.replace(tzinfo=None, fold=0) == target


def test_a_day_on_which_the_clock_goes_back_lasts_25_hours():
    assert closing("2024-10-27T23:59") - opening("2024-10-27T00:00") == timedelta(hours=25)
    assert closing("2025-03-30T23:59") - opening("2025-03-30T00:00") == timedelta(hours=23)
