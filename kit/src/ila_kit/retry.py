"""Trying again: how often, and how long to wait in between."""

import random
from dataclasses import dataclass
from datetime import timedelta


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
