"""What a person allowed a client: kept in memory as one-time codes and access tokens."""

import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ila_stubs.personas import Persona

CODE_SECONDS = 60
TOKEN_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """One completed sign-in of a persona at a client."""

    client_id: str
    redirect_uri: str
    challenge: str
    scope: str
    nonce: str | None
    persona: Persona
    acr: str
    auth_time: int


class Grants:
    """Codes that work once and briefly, and the access tokens they were exchanged for."""

    def __init__(self, now: Callable[[], float]):
        self._now = now
        self._lock = threading.Lock()
        self._codes: dict[str, tuple[float, Grant]] = {}
        self._tokens: dict[str, tuple[float, Grant]] = {}
        self._spent: dict[str, tuple[float, str]] = {}

    def issue_code(self, grant: Grant) -> str:
        """Return a new code for this sign-in."""
        with self._lock:
            self._forget_expired()
            return _keep(self._codes, grant, self._now() + CODE_SECONDS)

    def spend_code(self, code: str) -> tuple[Grant, str] | None:
        """Return the sign-in behind a code and a new access token; None when the code is no good.

        Whoever comes with a spent code may have stolen it, so its access token dies too (RFC 6749, 4.1.2).
        """
        with self._lock:
            self._forget_expired()
            _, stolen = self._spent.pop(code, (0, ""))
            self._tokens.pop(stolen, None)
            _, grant = self._codes.pop(code, (0, None))
            if grant is None:
                return None
            until = self._now() + TOKEN_SECONDS
            token = _keep(self._tokens, grant, until)
            self._spent[code] = (until, token)
            return grant, token

    def of_token(self, token: str) -> Grant | None:
        """Return the sign-in an access token stands for; None when it is unknown or expired."""
        with self._lock:
            self._forget_expired()
            _, grant = self._tokens.get(token, (0, None))
            return grant

    def _forget_expired(self) -> None:
        for kept in (self._codes, self._tokens, self._spent):
            _drop_before(kept, self._now())


def _keep(kept: dict[str, tuple[float, Grant]], grant: Grant, until: float) -> str:
    name = secrets.token_urlsafe(32)
    kept[name] = (until, grant)
    return name


def _drop_before(kept: dict[str, tuple[float, Any]], now: float) -> None:
    """Forget what ended. All in one dict live equally long, so the oldest stand first."""
    while kept and next(iter(kept.values()))[0] <= now:
        del kept[next(iter(kept))]
