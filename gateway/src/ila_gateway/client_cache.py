"""What identity told of machine clients, kept in the shared store for all processes of the gateway."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
import redis

from ila_gateway.store import reached


@dataclass(frozen=True, slots=True)
class Told:
    """What identity told of a client, None for an unknown one, and how many seconds ago."""

    row: dict[str, Any] | None
    age: float


class ClientCache:
    """Machine clients as identity told them, each for a while. Every call raises SessionsUnavailable."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.time):
        self._client = client
        self._clock = clock

    def find(self, client_id: str) -> Told | None:
        """Return what was told of a client, if it is kept."""
        with reached():
            packed = self._client.get(f"k:{client_id}")
        if not packed:
            return None
        kept = orjson.loads(packed)
        return Told(kept["row"], self._clock() - kept["at"])

    def keep(self, client_id: str, row: dict[str, Any] | None, seconds: int) -> None:
        """Remember what identity told now."""
        with reached():
            self._client.set(f"k:{client_id}", orjson.dumps({"row": row, "at": self._clock()}), ex=seconds)

    def forget(self, client_id: str) -> None:
        """Have identity asked again about a client."""
        with reached():
            self._client.delete(f"k:{client_id}")
