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
ASSURANCE = ("low", "substantial", "high")
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
        except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as fault:
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
        self._asked_at = 0.0
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
            if _seconds(claims["iat"]) > self.clock() + LEEWAY_SECONDS:
                raise BadToken("from the future")
            return _actor(claims), _seconds(claims["exp"]) + LEEWAY_SECONDS
        except (JoseError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as fault:
            raise BadToken("not a token of the gateway") from fault

    def _keys_for(self, token: str) -> KeySet:
        """Return the keys; read them again, rarely, when this token names one that is not known yet."""
        header = json_b64decode(token.split(".")[0].encode())
        if "crit" in header:
            raise BadToken("asks for more than tokens of the gateway have")
        kid = _text(header["kid"])
        keys = self._keys
        if keys is not None and _holds(keys, kid):
            return keys
        with self._lock:
            stale = self.clock() - self._asked_at > REFETCH_SECONDS
            if self._keys is None or (stale and not _holds(self._keys, kid)):
                # Noted first: while the gateway is away, made-up key ids must not have it asked each time.
                self._asked_at = self.clock()
                self._keys = self.fetch()
            return self._keys


def _holds(keys: KeySet, kid: str) -> bool:
    return any(key.kid == kid for key in keys.keys)


def _actor(claims: dict[str, Any]) -> Actor:
    roles, session, act = claims["roles"], claims.get("sid"), claims.get("act")
    if not isinstance(roles, list) or claims.get("acr", ASSURANCE[0]) not in ASSURANCE:
        raise BadToken("no roles, or no assurance")
    return Actor(
        id=_text(claims["sub"]),
        roles=tuple(_role(role) for role in roles),
        acr=claims.get("acr", ASSURANCE[0]),
        session=None if session is None else _text(session),
        acting_for=None if act is None else _text(act["sub"]),
    )


def _role(role: dict[str, Any]) -> Role:
    """Return a role; only one that names no organisation at all is held platform-wide."""
    organisation = role.get("organisation")
    return Role(_text(role["role"]), None if organisation is None else UUID(_text(organisation)))


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise BadToken("not a text")
    return value


def _seconds(value: Any) -> int:
    if type(value) is not int:
        raise BadToken("not whole seconds")
    return value
