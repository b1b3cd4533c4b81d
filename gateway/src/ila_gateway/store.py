"""The shared store (Valkey): how it is reached, and what a secret is kept under.

Whoever reads the store learns nobody's secret. Keys: `s:` sessions, `i:` the session of a public id,
`m:` where a session's secret moved to, `p:` the sessions of a person, `r:` who reads roles again,
`h:` what was last heard of a person, `e:` when to look whether sessions are over, `t:` tokens,
`c:` authorisation codes, `j:` ids of assertions already used, `k:` clients as identity told them,
`o:` events to be sent, `l:` who sends them.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import redis
from ila_kit.errors import Unavailable
from redis.backoff import NoBackoff
from redis.retry import Retry

MOST_CONNECTIONS = 64


class SessionsUnavailable(Unavailable):
    """The session store does not answer."""

    code = "sessions-unavailable"


def connect(url: str) -> redis.Redis:
    """Return a client of the store that gives up after a second. Connects at the first command.

    Who finds every connection taken waits for one: a crowd is slower, and not refused.
    """
    # Once more, at once: a kept connection may have been closed. By itself the library would try for seconds.
    once_more = Retry(NoBackoff(), 1)
    pool = redis.BlockingConnectionPool.from_url(
        url,
        max_connections=MOST_CONNECTIONS,
        timeout=1,
        socket_timeout=1,
        socket_connect_timeout=1,
        decode_responses=True,
        retry=once_more,
    )
    return redis.Redis.from_pool(pool)


def digest(secret: str) -> str:
    """Return what a secret is kept under."""
    return hashlib.sha256(secret.encode()).hexdigest()


def instant(seconds: float) -> datetime:
    """Return the instant that the store knows as seconds since 1970."""
    return datetime.fromtimestamp(seconds, UTC)


@contextmanager
def reached() -> Iterator[None]:
    """Tell a store that does not answer by the one name for it."""
    try:
        yield
    except redis.RedisError as fault:
        raise SessionsUnavailable from fault
