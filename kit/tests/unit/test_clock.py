"""Instants are UTC; the legal date is that of Riga, also in the nights the clock changes."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.clock import RIGA, MovedClock, as_instant, riga_date, utc_now

# Bounds of hypothesis are wall clocks without a zone.
YEAR_1900, YEAR_2200 = map(datetime.fromisoformat, ("1900-01-02", "2200-01-01"))


def test_now_is_aware_and_in_utc():
    assert utc_now().utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("instant", "legal"),
    [
        # Summer time: Riga is three hours ahead.
        ("2024-10-11T20:59:59.999999+00:00", date(2024, 10, 11)),
        ("2024-10-11T21:00:00+00:00", date(2024, 10, 12)),
        # The night the clock goes back: midnight is still summer time.
        ("2024-10-26T20:59:59+00:00", date(2024, 10, 26)),
        ("2024-10-26T21:00:00+00:00", date(2024, 10, 27)),
        ("2024-10-27T21:59:59+00:00", date(2024, 10, 27)),
        ("2024-10-27T22:00:00+00:00", date(2024, 10, 28)),
        # The night it goes forward: midnight is still winter time.
        ("2025-03-29T21:59:59+00:00", date(2025, 3, 29)),
        ("2025-03-29T22:00:00+00:00", date(2025, 3, 30)),
        ("2025-03-30T20:59:59+00:00", date(2025, 3, 30)),
        ("2025-03-30T21:00:00+00:00", date(2025, 3, 31)),
    ],
)
def test_the_legal_date_changes_at_midnight_in_riga(instant, legal):
    assert riga_date(datetime.fromisoformat(instant)) == legal


def test_the_hour_that_comes_twice_is_told_apart_by_its_instant():
    first, second = datetime(2024, 10, 27, 0, 30, tzinfo=UTC), datetime(2024, 10, 27, 1, 30, tzinfo=UTC)
    assert first.astimezone(RIGA).hour == second.astimezone(RIGA).hour == 3
    assert as_instant(first.astimezone(RIGA)) != as_instant(second.astimezone(RIGA))


@given(st.datetimes(min_value=YEAR_1900, max_value=YEAR_2200, timezones=st.timezones()))
def test_an_instant_is_written_in_utc_and_read_back_as_the_same_moment(instant):
    # The wall clock skips some local times; going over UTC gives the moment that is meant.
    moment = instant.astimezone(UTC)
    text = as_instant(moment)
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment


def test_an_instant_is_written_with_its_microseconds():
    plus_three = timezone(timedelta(hours=3))
    assert as_instant(datetime(2024, 10, 11, 23, 59, tzinfo=plus_three)) == "2024-10-11T20:59:00.000000Z"


def test_a_naive_instant_means_nothing():
    with pytest.raises(ValueError, match="time zone"):
        as_instant(datetime(2024, 10, 11))  # noqa: DTZ001 - what is refused


def test_a_moved_clock_goes_ahead_by_what_its_file_says(tmp_path):
    file = tmp_path / "clock"
    clock = MovedClock(file)
    assert clock() - utc_now() < timedelta(seconds=1)

    file.write_text("176400\n")
    assert timedelta(hours=49) - (clock() - utc_now()) < timedelta(seconds=1)
    assert clock().utcoffset() == timedelta(0)


@pytest.mark.parametrize("text", ["-1", "soon", "1.5"])
def test_a_clock_never_goes_back_and_takes_no_nonsense(tmp_path, text):
    file = tmp_path / "clock"
    file.write_text(text)
    with pytest.raises(ValueError, match=r"."):
        MovedClock(file)()
