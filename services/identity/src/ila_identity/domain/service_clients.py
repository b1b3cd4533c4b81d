"""Machine clients: which they are, what each may be given, and the public keys they show themselves by.

A key is changed for the next one without a gap: the new one is added, and both count until the end
of the old one.

Source: 04-contracts sections 1, 3 and 5.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.states import StateMachine, Step
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from ila_identity.domain import errors

MOST_VALID_KEYS = 2
ALGORITHM = "ES256"
SCOPES_OF_SERVICES = frozenset(
    {
        "identity.facts",
        "identity.names",
        "identity.bank_accounts",
        "identity.earlier_support",
        "registers.population",
        "registers.viis_institutions",
        "registers.viis_addresses",
        "registers.programme_licences",
        "registers.legal_persons",
        "registers.earlier_support",
        "oauth.introspect",
    }
)
SCOPES_OF_REGISTERS = {
    "registry:viis": frozenset({"registers.viis"}),
    "registry:licences": frozenset({"registers.licences"}),
}
# The suite's own processes: the gateway knows them by its file, before there is an identity service to ask.
OF_THE_SUITE = frozenset(
    f"svc:{name}" for name in ("identity", "catalog", "applications", "funding", "portal", "gateway")
)
_SERVICE = re.compile(r"svc:[a-z][a-z0-9-]{1,39}")
_KID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_PUBLIC = ("kty", "crv", "x", "y")
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth"})

ADMINS = frozenset({"platform_admin"})
SERVICE_CLIENT = StateMachine(
    "service_client",
    "active",
    [Step("active", "suspend", "suspended", ADMINS), Step("suspended", "reinstate", "active", ADMINS)],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicKey:
    """A key for ES256, its public half alone. `thumbprint` (RFC 7638) is the same for one key everywhere."""

    kid: str
    jwk: dict[str, str]
    thumbprint: str

    @classmethod
    def read(cls, jwk: Mapping[str, Any]) -> "PublicKey":
        """Return the key of a JWK; without a `kid` it is called by its thumbprint.

        Raises KeyIsPrivate, KeyIsSymmetric or KeyUnfit.
        """
        if jwk.get("kty") == "oct" or "k" in jwk:
            raise errors.KeyIsSymmetric()
        if _PRIVATE & jwk.keys():
            raise errors.KeyIsPrivate()
        if jwk.get("alg", ALGORITHM) != ALGORITHM or jwk.get("use", "sig") != "sig":
            raise errors.KeyUnfit()
        public = {name: jwk.get(name) for name in _PUBLIC}
        if public["kty"] != "EC" or public["crv"] != "P-256":
            raise errors.KeyUnfit()
        thumbprint = _thumbprint(public)
        kid = jwk.get("kid", thumbprint)
        if not isinstance(kid, str) or not _KID.fullmatch(kid):
            raise errors.KeyUnfit()
        return cls(kid=kid, jwk={name: str(value) for name, value in public.items()}, thumbprint=thumbprint)


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientKey:
    """A key of a client; it counts until `ends_at`, for good when that is None."""

    id: UUID
    key: PublicKey
    added_by: str
    added_at: datetime
    ends_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Tell whether a signature by this key is taken."""
        return self.ends_at is None or self.ends_at > now


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceClient:
    """A machine client: `client_id` is its name towards the token endpoint. `reason` is why it is so."""

    id: UUID
    client_id: str
    title: str
    scopes: tuple[str, ...]
    created_by: str
    created_at: datetime
    updated_at: datetime
    state: str = SERVICE_CLIENT.start
    reason: str | None = None
    keys: tuple[ClientKey, ...] = ()
    version: int = 1

    @classmethod
    def register(
        cls, client_id: str, title: str, scopes: Iterable[str], by: str, now: datetime
    ) -> "ServiceClient":
        """Return a new client, without a key yet.

        Raises UnknownClientId, ClientIdReserved or ScopeNotAllowed.
        """
        if client_id in OF_THE_SUITE:
            raise errors.ClientIdReserved(client_id=client_id)
        return cls(
            id=uuid7(),
            client_id=client_id,
            title=title,
            scopes=_allowed(client_id, scopes),
            created_by=by,
            created_at=now,
            updated_at=now,
        )

    def changed(self, title: str, scopes: Iterable[str], now: datetime) -> "ServiceClient":
        """Return it with another title and other scopes. Raises ScopeNotAllowed."""
        return replace(self._next(now), title=title, scopes=_allowed(self.client_id, scopes))

    def stepped(self, action: str, roles: Iterable[str], reason: str, now: datetime) -> "ServiceClient":
        """Return it after a step of its table. Raises WrongState or NotYourStep."""
        state = SERVICE_CLIENT.next_state(self.state, action, roles, self)
        return replace(self._next(now), state=state, reason=reason)

    def with_key(
        self, key: PublicKey, by: str, now: datetime, earlier_ends_at: datetime | None
    ) -> "ServiceClient":
        """Return it with one more key; the one it has by now ends then, if a time is named.

        Raises KeyKnown, TooManyKeys or KeyEndPassed.
        """
        if any(key.kid == one.key.kid or key.thumbprint == one.key.thumbprint for one in self.keys):
            raise errors.KeyKnown()
        if len(self.counting(now)) >= MOST_VALID_KEYS:
            raise errors.TooManyKeys(most=MOST_VALID_KEYS)
        kept = self._ended(self.counting(now), earlier_ends_at, now) if earlier_ends_at else self.keys
        added = ClientKey(id=uuid7(), key=key, added_by=by, added_at=now)
        return replace(self._next(now), keys=(*kept, added))

    def without_key(self, key_id: UUID, ends_at: datetime | None, now: datetime) -> "ServiceClient":
        """Return it with an end set to a key that counts, at once when no time is named.

        Raises KeyEnded or KeyEndPassed.
        """
        ending = [one for one in self.counting(now) if one.id == key_id]
        if not ending:
            raise errors.KeyEnded()
        return replace(self._next(now), keys=self._ended(ending, ends_at or now, now))

    def counting(self, now: datetime) -> list[ClientKey]:
        """Return the keys that count."""
        return [one for one in self.keys if one.counts(now)]

    def _ended(self, ending: list[ClientKey], ends_at: datetime, now: datetime) -> tuple[ClientKey, ...]:
        if ends_at < now:
            raise errors.KeyEndPassed()
        return tuple(replace(one, ends_at=ends_at) if one in ending else one for one in self.keys)

    def _next(self, now: datetime) -> "ServiceClient":
        return replace(self, updated_at=now, version=self.version + 1)


def is_name(text: str) -> bool:
    """Tell whether a client can have this name."""
    return text in SCOPES_OF_REGISTERS or bool(_SERVICE.fullmatch(text))


def _allowed(client_id: str, scopes: Iterable[str]) -> tuple[str, ...]:
    if not is_name(client_id):
        raise errors.UnknownClientId(registers=", ".join(sorted(SCOPES_OF_REGISTERS)))
    asked, may = frozenset(scopes), SCOPES_OF_REGISTERS.get(client_id, SCOPES_OF_SERVICES)
    if asked - may:
        raise errors.ScopeNotAllowed(scope=min(asked - may), client_id=client_id)
    return tuple(sorted(asked))


def _thumbprint(public: Mapping[str, Any]) -> str:
    try:
        return str(ECKey.import_key(dict(public)).thumbprint())
    except (JoseError, ValueError, TypeError, AttributeError):
        raise errors.KeyUnfit() from None
