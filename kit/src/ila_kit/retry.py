"""Trying again: how long to wait, and what to say about what went wrong."""

import random
import traceback
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from ila_kit.errors import DomainError

STORE_OUTAGES = (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError)


@dataclass(frozen=True)
class Retry:
    """How failed work is tried again: seconds, and how many tries until it is parked.

    `lease` is the time from a claim to its work's first statement; a killed try is made anew after it.
    """

    base: float = 0.5
    longest: float = 300.0
    tries: int = 5
    lease: float = 5.0
    patience: timedelta = timedelta(hours=24)

    def delay(self, attempt: int) -> timedelta:
        """Return a growing delay with full jitter before the next try."""
        return timedelta(seconds=jittered(self.base, self.longest, attempt))


def jittered(base: float, longest: float, attempt: int) -> float:
    """Return any number of seconds up to base x 2^attempt, at most `longest`."""
    return random.uniform(0, min(longest, base * 2 ** min(attempt, 30)))  # noqa: S311 - no secret


def reason_of(fault: BaseException) -> str:
    """Return what went wrong and where, without any text that could hold people's data."""
    what = type(fault).__name__
    if isinstance(fault, DomainError):
        what += f" {fault.code}"
    elif isinstance(fault, sa.exc.DBAPIError) and fault.orig is not None:
        constraint = getattr(getattr(fault.orig, "diag", None), "constraint_name", None)
        what += f" {type(fault.orig).__name__}" + (f" of {constraint}" if constraint else "")
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{what} in {frames[-1].name}, line {frames[-1].lineno}" if frames else what
