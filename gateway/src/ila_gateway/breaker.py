"""A circuit breaker: who fails again and again is left alone for a while.

The library for this (pybreaker) holds a lock for the length of each call, so that one slow register or
service would be asked one question at a time; see docs/decisions/0023.
"""

import time
from collections.abc import Callable


class Breaker:
    """Opens after some failures in a row; then lets one call through after each rest, until one succeeds.

    Nothing here waits or switches greenlets, so it needs no lock.
    """

    def __init__(self, failures: int, rest_seconds: float, clock: Callable[[], float] = time.monotonic):
        self._most = failures
        self._rest = rest_seconds
        self._clock = clock
        self._failures = 0
        self._closed_again_at: float | None = None

    def admits(self) -> bool:
        """Tell whether a call may be made now. Whoever is told yes after a rest makes the trial for all.

        A trial that is never reported on blocks nobody: the next one is due after another rest.
        """
        if self._closed_again_at is None:
            return True
        if self._clock() < self._closed_again_at:
            return False
        self._closed_again_at = self._clock() + self._rest
        return True

    def is_open(self) -> bool:
        """Tell whether calls are refused now, without asking for a trial."""
        return self._closed_again_at is not None and self._clock() < self._closed_again_at

    def succeeded(self) -> None:
        """Note that a call succeeded."""
        self._failures = 0
        self._closed_again_at = None

    def failed(self) -> None:
        """Note that a call failed."""
        self._failures += 1
        if self._failures >= self._most:
            self._closed_again_at = self._clock() + self._rest
