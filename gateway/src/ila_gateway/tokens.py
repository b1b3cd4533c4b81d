"""Identity tokens: who calls, signed by the gateway for one service, for at most a minute."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ila_kit.canonical import canonical
from joserfc import jws, jwt
from joserfc.jwk import ECKey

ISSUER = "ila-gateway"
ALGORITHM = "ES256"
LIFE_SECONDS = 60
REUSED_UNTIL_SECONDS_LEFT = 30
_MOST_KEPT = 20_000
_PEM_KEY = re.compile(r"-----BEGIN ((?:EC )?PRIVATE KEY)-----.+?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who makes a request. `roles` as the identity token shows them: `{"role", "organisation"}`.

    `by_cookie` tells a browser, which anybody's page can make send requests, from a program that
    holds a token. `session` is the public id of the session, `csrf` what its pages must prove; `renew`
    tells that the browser's cookie is older than the roles.
    """

    subject: str
    roles: tuple[dict[str, str | None], ...] = ()
    acr: str = "low"
    session: str | None = None
    csrf: str | None = None
    by_cookie: bool = False
    scopes: frozenset[str] = frozenset()
    renew: bool = False


class Keys:
    """The gateway's keys: the first signs, all are published, so that one can be changed for the next."""

    def __init__(self, keys: list[ECKey]):
        if not keys:
            raise ValueError("there is no signing key")
        for key in keys:
            key.ensure_kid()
        self.signing = keys[0]
        self._all = keys

    @classmethod
    def load(cls, setting: str) -> "Keys":
        """Read keys from the files a setting names. Raises ValueError or OSError when there is none."""
        texts = [Path(name.strip()).read_text() for name in setting.split(",") if name.strip()]
        return cls([ECKey.import_key(match[0]) for text in texts for match in _PEM_KEY.finditer(text)])

    def statement(self, facts: dict[str, Any], kind: str) -> str:
        """Return facts signed as a compact JWS of a kind (`typ`); it names nobody, so it is no token."""
        header = {"alg": ALGORITHM, "typ": kind, "kid": self.signing.kid}
        return jws.serialize_compact(header, canonical(facts), self.signing, algorithms=[ALGORITHM])

    def published(self) -> dict[str, Any]:
        """Return the public keys as a JSON Web Key Set."""
        use = {"use": "sig", "alg": ALGORITHM}
        return {"keys": [dict(key.as_dict(private=False)) | use for key in self._all]}


class Mint:
    """Makes identity tokens, and uses one again while it has half of its life before it."""

    def __init__(self, keys: Keys, clock: Callable[[], float] = time.time):
        self._keys = keys
        self._clock = clock
        self._made: dict[Any, tuple[str, float]] = {}

    def token(self, caller: Caller, audience: str, acting_for: str | None = None) -> str:
        """Return a token that speaks of a caller to one service."""
        roles = tuple((role["role"], role["organisation"]) for role in caller.roles)
        mark = (caller.subject, caller.session, audience, acting_for, caller.acr, roles)
        made = self._made.get(mark)
        if made and made[1] - self._clock() > REUSED_UNTIL_SECONDS_LEFT:
            return made[0]
        return self._sign(mark, caller, audience, acting_for)

    def _sign(self, mark: Any, caller: Caller, audience: str, acting_for: str | None) -> str:
        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": ISSUER,
            "aud": audience,
            "sub": caller.subject,
            "roles": list(caller.roles),
            "acr": caller.acr,
            "iat": now,
            "exp": now + LIFE_SECONDS,
        }
        claims |= {"sid": caller.session} if caller.session else {}
        claims |= {"act": {"sub": acting_for}} if acting_for else {}
        header = {"alg": ALGORITHM, "typ": "JWT", "kid": self._keys.signing.kid}
        token = jwt.encode(header, claims, self._keys.signing, algorithms=[ALGORITHM])
        if len(self._made) >= _MOST_KEPT:
            self._made.clear()
        self._made[mark] = (token, float(now + LIFE_SECONDS))
        return token
