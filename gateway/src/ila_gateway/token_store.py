"""Opaque tokens in the shared store, under the hash of their secret, each for its life only."""

import time
from collections.abc import Callable
from typing import Any

import orjson
import redis

from ila_gateway.store import digest, reached

PERSON_TOKEN, MACHINE_TOKEN = "ila_p_", "ila_m_"


class TokenStore:
    """Opaque access tokens, authorisation codes, and the ids of used assertions."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.time):
        self._client = client
        self._clock = clock

    def keep(self, token: str, seconds: int, **facts: Any) -> None:
        """Remember a token for its life, with what it stands for."""
        kept = facts | {"iat": int(self._clock()), "exp": int(self._clock()) + seconds}
        with reached():
            self._client.set(f"t:{digest(token)}", orjson.dumps(kept), ex=seconds)

    def find(self, token: str) -> dict[str, Any] | None:
        """Return what a living token stands for, with `iat` and `exp`."""
        with reached():
            packed = self._client.get(f"t:{digest(token)}")
        kept: dict[str, Any] | None = orjson.loads(packed) if packed else None
        return kept if kept and kept["exp"] > self._clock() else None

    def forget(self, token: str) -> None:
        """End a token before its time."""
        with reached():
            self._client.delete(f"t:{digest(token)}")

    def keep_code(self, code: str, seconds: int, **facts: Any) -> None:
        """Remember an authorisation code."""
        with reached():
            self._client.set(f"c:{digest(code)}", orjson.dumps(facts), ex=seconds)

    def spend_code(self, code: str) -> dict[str, Any] | None:
        """Return what a code stands for, and forget it: of two who come with it, one gets it."""
        with reached():
            packed = self._client.getdel(f"c:{digest(code)}")
        return orjson.loads(packed) if packed else None

    def first_use(self, client_id: str, assertion_id: str, seconds: int) -> bool:
        """Tell whether an assertion's id is new, and remember it until the assertion is dead anyway."""
        with reached():
            return bool(
                self._client.set(f"j:{digest(client_id + ' ' + assertion_id)}", b"1", nx=True, ex=seconds)
            )
