"""What the fund counts, and what was promised by when."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from ila_kit.clock import riga_date


class Indicator(StrEnum):
    """The two counters, each of distinct persons.

    `account_users` opened an account; `adults` have at least one verified completed result.
    """

    ACCOUNT_USERS = "account_users"
    ADULTS = "adults"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """How many were promised by the end of a day in Riga."""

    indicator: Indicator
    due_on: date
    value: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """What became of a target. After its day the count is the one of that day: a result, no forecast.

    `state`: open while its day is to come, then reached or missed.
    """

    indicator: Indicator
    due_on: date
    target: int
    count: int
    state: str
    source: str


def reached(target: Target, count: int, now: datetime) -> Reached:
    """Return what became of a target, by the count at its day's end or, before that, now."""
    over = riga_date(now) > target.due_on
    state = "reached" if count >= target.value else "missed" if over else "open"
    return Reached(
        indicator=target.indicator,
        due_on=target.due_on,
        target=target.value,
        count=count,
        state=state,
        source=target.source,
    )
