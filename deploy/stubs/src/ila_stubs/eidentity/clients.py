"""Registered clients, and the proof by which one shows at the token endpoint who it is."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ila_stubs.eidentity.errors import ProtocolError

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_ASSERTION_SECONDS = 3_600 + 60  # stock clients sign for an hour


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client as it was registered."""

    client_id: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    keys: KeySet


def load_clients(path: Path) -> dict[str, Client]:
    """Read the registered clients from a JSON list, by client id."""
    return {row["client_id"]: _client(row) for row in json.loads(path.read_text("utf-8"))}


def _client(row: Mapping[str, Any]) -> Client:
    return Client(
        client_id=row["client_id"],
        redirect_uris=tuple(row["redirect_uris"]),
        post_logout_redirect_uris=tuple(row.get("post_logout_redirect_uris", ())),
        keys=KeySet.import_key_set(row["jwks"]),
    )


class ClientAuthentication:
    """Checks `private_key_jwt` (RFC 7523): signed by a registered key, for us, fresh, used once."""

    def __init__(self, clients: Mapping[str, Client], audiences: tuple[str, ...], now: Callable[[], float]):
        self._clients = clients
        self._audiences = audiences
        self._now = now
        self._seen: dict[str, float] = {}
        self._lock = threading.Lock()

    def client(self, form: Mapping[str, str]) -> Client:
        """Return the client that signed the assertion. Raises ProtocolError `invalid_client`."""
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise _refused("client_assertion_type is not private_key_jwt's.")
        client, claims = self._verified(form.get("client_assertion", ""))
        if form.get("client_id", client.client_id) != client.client_id:
            raise _refused("client_id is not the assertion's.")
        self._use_once(f"{client.client_id} {claims['jti']}", claims["exp"])
        return client

    def _verified(self, assertion: str) -> tuple[Client, dict[str, Any]]:
        try:
            claims = jwt.decode(assertion, self._keys_of_claimed, algorithms=["ES256"]).claims
            client = self._clients[claims["iss"]]
            self._registry(client.client_id).validate(claims)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise _refused("The client assertion does not hold.") from fault
        if claims["exp"] > self._now() + LONGEST_ASSERTION_SECONDS:
            raise _refused("The client assertion lives too long.")
        return client, claims

    def _keys_of_claimed(self, unverified: Any) -> KeySet:
        """Return the registered keys of the client that an assertion claims to be of."""
        return self._clients[json.loads(unverified.payload)["iss"]].keys

    def _registry(self, client_id: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self._now()),
            leeway=10,
            iss={"essential": True, "value": client_id},
            sub={"essential": True, "value": client_id},
            aud={"essential": True, "values": list(self._audiences)},
            exp={"essential": True},
            jti={"essential": True},
        )

    def _use_once(self, name: str, until: float) -> None:
        with self._lock:
            self._seen = {known: end for known, end in self._seen.items() if end > self._now() - 10}
            if name in self._seen:
                raise _refused("The client assertion was used before.")
            self._seen[name] = until


def _refused(description: str) -> ProtocolError:
    return ProtocolError("invalid_client", description, 401)
