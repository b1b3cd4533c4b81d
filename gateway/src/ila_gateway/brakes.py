"""Brakes on guessing: after ten failures in five minutes, further failures of an account or address get 429.

A right credential passes in any case. All of ours are keys and random texts of 256 bits, so that whoever
has the right one did not guess it; and so nobody can lock a victim out by failing in the victim's name.
"""

import logging

import redis
from ila_kit.web.problems import BadRequest
from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage, RedisStorage
from limits.strategies import MovingWindowRateLimiter

from ila_gateway.store import digest

log = logging.getLogger(__name__)
WINDOW_SECONDS = 300


class TooManyFailures(BadRequest):
    """Too many attempts failed, of this account or from this address; an unknown account is told the same."""

    def __init__(self, wait: int) -> None:
        super().__init__("too-many-failures", 429, retry_after=wait)


class Brakes:
    """Counts failures exactly: in the shared store, and in this process while that is away."""

    def __init__(self, client: redis.Redis, failures: int):
        # The pool says where the store is; the address is only looked at for its scheme.
        shared = RedisStorage("redis://", connection_pool=client.connection_pool, key_prefix="f")
        self._shared = MovingWindowRateLimiter(shared)
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._most = RateLimitItemPerSecond(failures, WINDOW_SECONDS)

    def failed(self, account: str, address: str) -> None:
        """Note a failure; `account` is whose name was given, or empty. Raises TooManyFailures."""
        names = [digest(f"a {address}")] + ([digest(f"n {account}")] if account else [])
        within = [self._counts(name) for name in names]
        if not all(within):
            raise TooManyFailures(WINDOW_SECONDS)

    def _counts(self, name: str) -> bool:
        try:
            return self._shared.hit(self._most, name)
        except redis.RedisError:
            log.warning("failures are counted by this process alone")
            return self._own.hit(self._most, name)
