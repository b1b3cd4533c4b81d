"""Who calls: the gateway's short-lived identity token, verified with its published keys."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.util import json_b64decode

from ila_kit.actor import Actor, Role
from ila_kit.errors import Unavailable

ISSUER = "ila-gateway"
ALGORITHM = "ES256"
LEEWAY_SECONDS = 5
REFETCH_SECONDS = 10
_CACHE_SIZE = 10_000


class BadToken(Exception):
    """The token proves nothing: altered, expired, for somebody else, or no token at all."""


def fetch_keys(gateway_url: str) -> Callable[[], KeySet]:
    """Return a function that reads the gateway's published keys."""

    def fetch() -> KeySet:
        try:
            answer = requests.get(f"{gateway_url}/.well-known/jwks.json", timeout=3)
            answer.raise_for_status()
            return KeySet.import_key_set(answer.json())
        except (requests.RequestException, ValueError, JoseError) as fault:
            raise Unavailable(neighbour="gateway") from fault

    return fetch


@dataclass
class Verifier:
    """Reads identity tokens meant for one service. Keys are fetched once, and again for an unknown key id."""

    audience: str
    fetch: Callable[[], KeySet]
    clock: Callable[[], float] = time.time

    def __post_init__(self) -> None:
        self._lock = threading.Lock()
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._seen: dict[str, tuple[Actor, float]] = {}

    def actor(self, token: str) -> Actor:
        """Return who a token speaks of. Raises BadToken; Unavailable when the keys cannot be read."""
        known = self._seen.get(token)
        if known is None:
            known = self._verify(token)
            if len(self._seen) >= _CACHE_SIZE:
                self._seen.clear()
            self._seen[token] = known
        if known[1] < self.clock():
            raise BadToken("expired")
        return known[0]

    def _verify(self, token: str) -> tuple[Actor, float]:
        try:
            claims = jwt.decode(token, self._keys_for(token), algorithms=[ALGORITHM]).claims
            if claims["iss"] != ISSUER or claims["aud"] != self.audience:
                raise BadToken("not for this service")
            if claims["iat"] > self.clock() + LEEWAY_SECONDS:
                raise BadToken("from the future")
            return _actor(claims), float(claims["exp"]) + LEEWAY_SECONDS
        except (JoseError, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise BadToken("not a token of the gateway") from fault

    def _keys_for(self, token: str) -> KeySet:
        """Return the keys; fetch them when this token names one that is not known yet."""
        with self._lock:
            stale = self.clock() - self._fetched_at > REFETCH_SECONDS
            if self._keys is None or (stale and _kid(token) not in {key.kid for key in self._keys.keys}):
                self._keys, self._fetched_at = self.fetch(), self.clock()
            return self._keys


def _kid(token: str) -> str | None:
    kid: str | None = json_b64decode(token.split(".")[0].encode()).get("kid")
    return kid


def _actor(claims: dict[str, Any]) -> Actor:
    roles = tuple(
        Role(role["role"], UUID(role["organisation"]) if role.get("organisation") else None)
        for role in claims["roles"]
    )
    acting_for = (claims.get("act") or {}).get("sub")
    return Actor(str(claims["sub"]), roles, claims.get("acr", "low"), claims.get("sid"), acting_for)
