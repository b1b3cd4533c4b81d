"""The Latvian working-day calendar: holidays, days off that were moved, and the Saturdays worked for them."""

from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from functools import cache

import holidays
from ila_kit.clock import RIGA, riga_date

DAY = timedelta(days=1)


@cache
def _calendar() -> holidays.HolidayBase:
    return holidays.country_holidays("LV")


def is_working_day(day: date) -> bool:
    """Tell whether public offices work on a day."""
    return bool(_calendar().is_working_day(day))


def first_working_day_after(day: date) -> date:
    """Return the first working day that is later than a day."""
    candidate = day + DAY
    while not is_working_day(candidate):
        candidate += DAY
    return candidate


def start_of(day: date) -> datetime:
    """Return the instant, in UTC, at which a day begins in Latvia, whatever the clock does that day."""
    return datetime.combine(day, clock_time.min, RIGA).astimezone(UTC)


def due_after(received_at: datetime) -> datetime:
    """Return the first instant that is too late for an answer due within one working day.

    The answer is in time until the end of the first working day after the day of receipt, both in
    Latvia: the instant returned is the beginning of the day that follows.

    Source: BR-103 [default].
    """
    return start_of(first_working_day_after(riga_date(received_at)) + DAY)
