"""Token buckets: requests take tokens, which come back at a steady rate; a full bucket allows a burst.

A bucket is one number: the instant at which it will be full again (GCRA). A request is decided by this
process alone, without asking anybody; what was taken is told to the shared store a moment later, which
answers how full the bucket is for all processes together. So no request waits for the store, and while the
store is away each process counts for itself.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from typing import Any

import redis

from ila_gateway.store import digest

log = logging.getLogger(__name__)
SETTLE_SECONDS = 0.5
_MOST_BUCKETS = 50_000
# KEYS[1]: a bucket. ARGV: seconds a token takes to come back, size, tokens taken. Answers in microseconds how
# long it will take until the bucket is full: clocks of processes may differ, durations do not.
_TAKE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local each = ARGV[1] * 1000000
local full_at = math.max(tonumber(redis.call('GET', KEYS[1]) or 0), now) + each * ARGV[3]
full_at = math.min(full_at, now + each * ARGV[2])
redis.call('SET', KEYS[1], string.format('%.0f', full_at), 'PX', math.ceil((full_at - now) / 1000) + 1000)
return math.floor(full_at - now)
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast tokens come back, and how many a full bucket holds."""

    per_second: float
    burst: int

    @property
    def window(self) -> int:
        """Seconds in which an empty bucket becomes full."""
        return ceil(self.burst / self.per_second)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What came of asking for tokens. `wait`: seconds until there are as many; `full`: until all are back."""

    admitted: bool
    left: int
    wait: int
    full: int


class Buckets:
    """The buckets of everybody, by name."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.monotonic):
        self._take: Any = client.register_script(_TAKE)
        self._client = client
        self._clock = clock
        self._full_at: dict[str, float] = {}
        self._owed: dict[str, tuple[Rate, int]] = {}
        self._settled_at = clock()
        self._settling = threading.Lock()
        self._alone = False

    def draw(self, name: str, rate: Rate, cost: int = 1) -> Drawn:
        """Take tokens from a bucket, if there are so many; all that it can hold at most.

        Asks nobody, and raises nothing.
        """
        now, each, cost = self._clock(), 1 / rate.per_second, min(cost, rate.burst)
        before = max(self._full_at.get(name, now), now)
        after = before + each * cost
        admitted = after - now <= rate.burst * each + 1e-6
        if admitted:
            self._note(name, rate, cost, after)
        full_at = after if admitted else before
        left = int(rate.burst - (full_at - now) * rate.per_second + 1e-6)
        wait = 0 if left >= cost else max(ceil(full_at + each * cost - now - rate.burst * each), 1)
        if now - self._settled_at >= SETTLE_SECONDS:
            self._settled_at = now
            threading.Thread(target=self.settle, daemon=True).start()
        return Drawn(admitted, left, wait, ceil(full_at - now))

    def settle(self) -> None:
        """Tell the store what was taken here, and learn what was taken elsewhere. One at a time."""
        if not self._settling.acquire(blocking=False):
            return
        try:
            owed, self._owed = self._owed, {}
            self._exchange(owed)
            self._say_alone(False)
        except redis.RedisError:
            self._say_alone(True)
        finally:
            self._settling.release()

    def _note(self, name: str, rate: Rate, cost: int, full_at: float) -> None:
        if len(self._full_at) >= _MOST_BUCKETS:
            self._forget_full_ones()
        self._full_at[name] = full_at
        self._owed[name] = (rate, self._owed.get(name, (rate, 0))[1] + cost)

    def _forget_full_ones(self) -> None:
        """A full bucket is as good as none; when hardly one is full, everybody begins anew."""
        now = self._clock()
        kept = {name: at for name, at in self._full_at.items() if at > now}
        self._full_at = kept if len(kept) < _MOST_BUCKETS // 2 else {}

    def _exchange(self, owed: dict[str, tuple[Rate, int]]) -> None:
        if not owed:
            return
        with self._client.pipeline(transaction=False) as commands:
            for name, (rate, count) in owed.items():
                self._take([f"l:{digest(name)}"], [1 / rate.per_second, rate.burst, count], client=commands)
            answers = commands.execute()
        now = self._clock()
        for name, microseconds in zip(owed, answers, strict=True):
            self._full_at[name] = max(self._full_at.get(name, 0.0), now + microseconds / 1e6)

    def _say_alone(self, alone: bool) -> None:
        if alone != self._alone:
            self._alone = alone
            log.warning("limits are counted by %s", "this process alone" if alone else "all processes again")
