"""Clients of the token endpoint: machines from our file and from identity, and our own command line.

What identity tells is believed for twenty seconds, and dropped when it tells of a change. While identity is
away, clients that are known go on; of others nobody can tell.
"""

import ipaddress
import json
import math
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import redis
from authlib.oauth2.rfc6749 import ClientMixin
from ila_kit.errors import Unavailable
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from ila_gateway.client_cache import ClientCache
from ila_gateway.identity import AUDIENCE, Identity
from ila_gateway.token_store import TokenStore
from ila_gateway.upstream import ServiceDown, ServiceTimeout

CLI = "ila-cli"
FRESH_SECONDS = 20
KEPT_SECONDS = 600
_NAME = re.compile(r"(?:svc|registry):[a-z][a-z0-9-]{1,39}")
_PUBLIC = ("kty", "crv", "x", "y", "kid")


@dataclass(frozen=True)
class MachineKey:
    """A public key of a machine; it counts until `ends_at`, in seconds of the epoch."""

    key: ECKey
    ends_at: float = math.inf

    @classmethod
    def read(cls, jwk: Mapping[str, Any], ends_at: str | None) -> "MachineKey":
        """Return the key of a JWK. Raises JoseError, ValueError or KeyError for one that does not fit."""
        if "d" in jwk:
            raise ValueError("the private half of a machine's key is nobody's but its own")
        key = ECKey.import_key({name: jwk[name] for name in _PUBLIC if name in jwk})
        return cls(key, datetime.fromisoformat(ends_at).timestamp() if ends_at else math.inf)


@dataclass(frozen=True)
class Machine(ClientMixin):  # type: ignore[misc]
    """A machine: shows itself by a key, gets no scope but the granted ones."""

    client_id: str
    scopes: frozenset[str]
    keys: tuple[MachineKey, ...] = field(compare=False)

    def keys_at(self, now: float) -> KeySet:
        """Return the keys that count: two while one is changed for the next."""
        return KeySet([one.key for one in self.keys if one.ends_at > now])

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Return the scopes asked for, all granted ones when none is named; None when one is not granted."""
        asked = frozenset((scope or "").split()) or self.scopes
        return " ".join(sorted(asked)) if asked <= self.scopes else None

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Take nothing but the signature of a registered key."""
        return method == "private_key_jwt"

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Send a machine nowhere: it has no browser."""
        return False

    def get_default_redirect_uri(self) -> str | None:
        """Send a machine nowhere: it has no browser."""
        return None

    def check_grant_type(self, grant_type: str) -> bool:
        """Let a machine speak for itself only."""
        return grant_type == "client_credentials"


@dataclass(frozen=True)
class CommandLine(ClientMixin):  # type: ignore[misc]
    """The public client of people's own scripts; it can keep no secret, so it proves itself by PKCE."""

    client_id: str = CLI

    def get_client_id(self) -> str:
        """Return the id."""
        return self.client_id

    def get_default_redirect_uri(self) -> str | None:
        """Name none: a script says where it listens."""
        return None

    def get_allowed_scope(self, scope: str | None) -> str | None:
        """Take no scope: a script may do what its person may."""
        return None if scope else ""

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        """Take loopback addresses, on any port (RFC 8252, 7.3)."""
        try:
            parts = urlsplit(redirect_uri)
            loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
            bare = parts.username is None and not parts.fragment and parts.port is not None
        except ValueError:
            return False
        return parts.scheme == "http" and loopback and bare

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        """Take a client that proves nothing; the code's challenge does."""
        return method == "none"

    def check_response_type(self, response_type: str) -> bool:
        """Take the code flow only."""
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        """Take codes only."""
        return grant_type == "authorization_code"


class Clients:
    """Every client there is, by its id."""

    def __init__(self, machines: list[Machine], identity: Identity, cache: ClientCache):
        self._own: dict[str, Machine | CommandLine] = {one.client_id: one for one in machines}
        self._own[CLI] = CommandLine()
        self._identity = identity
        self._cache = cache

    def find(self, client_id: str) -> Machine | CommandLine | None:
        """Return a client; None for an unknown or suspended one. A name in our file is the file's.

        Raises ServiceDown, ServiceBusy or ServiceTimeout when only identity could tell, and is away.
        """
        if client_id in self._own or not _NAME.fullmatch(client_id):
            return self._own.get(client_id)
        told = self._cache.find(client_id)
        if told and told.age < FRESH_SECONDS:
            return _told_machine(told.row)
        try:
            row = self._ask(client_id)
        except (Unavailable, ServiceTimeout):
            if told is None or told.row is None:
                raise
            return _told_machine(told.row)
        self._cache.keep(client_id, row, FRESH_SECONDS if row is None else KEPT_SECONDS)
        return _told_machine(row)

    def narrowed(self, facts: dict[str, Any]) -> dict[str, Any] | None:
        """Return what a machine's token stands for with the scopes its client has now; None without a client.

        While that cannot be found out, the token goes on with its own: it lives a minute at most.
        """
        try:
            client = self.find(facts["client_id"])
        except (Unavailable, ServiceTimeout):
            return facts
        if not isinstance(client, Machine):
            return None
        held = sorted(client.scopes.intersection(facts["scope"].split()))
        return facts | {"scope": " ".join(held)}

    def _ask(self, client_id: str) -> dict[str, Any] | None:
        status, row = self._identity.call("GET", f"/machine-clients/{quote(client_id)}")
        if status == 404:
            return None
        if status != 200 or not isinstance(row, dict):
            raise ServiceDown(service=AUDIENCE)
        return row


class LivingTokens(TokenStore):
    """Tokens as they count now: what a machine may no more, its tokens may no more."""

    def __init__(self, client: redis.Redis, clients: Clients, clock: Callable[[], float] = time.time):
        super().__init__(client, clock)
        self._clients = clients

    def find(self, token: str) -> dict[str, Any] | None:
        """Return what a living token stands for, with `iat` and `exp`."""
        facts = super().find(token)
        return facts if facts is None or "sid" in facts else self._clients.narrowed(facts)


def machines(path: Path) -> list[Machine]:
    """Read machines from a JSON list; a key may have an `ends_at`. Raises ValueError or KeyError."""
    return [
        Machine(
            row["client_id"],
            frozenset(row["scopes"]),
            tuple(MachineKey.read(jwk, jwk.get("ends_at")) for jwk in row["jwks"]["keys"]),
        )
        for row in json.loads(path.read_text("utf-8"))
    ]


def _told_machine(row: dict[str, Any] | None) -> Machine | None:
    """Return the machine that identity told of. Raises ServiceDown when that makes no sense."""
    if row is None:
        return None
    try:
        return Machine(
            row["client_id"],
            frozenset(row["scopes"]),
            tuple(MachineKey.read(one["jwk"], one["ends_at"]) for one in row["keys"]),
        )
    except (JoseError, KeyError, TypeError, ValueError) as fault:
        raise ServiceDown(service=AUDIENCE) from fault
