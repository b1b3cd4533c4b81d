"""Who makes a request: by session cookie, by a person's token, by a machine's token, or nobody."""

import hmac
import logging
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from ila_kit.errors import Denied, DomainError, Unavailable
from ila_kit.web.identity import ASSURANCE
from ila_kit.web.problems import BadRequest

from ila_gateway import headers
from ila_gateway.people import People
from ila_gateway.session import Session
from ila_gateway.sessions import SessionStore
from ila_gateway.token_store import MACHINE_TOKEN, PERSON_TOKEN, TokenStore
from ila_gateway.tokens import Caller

log = logging.getLogger(__name__)
VISITOR = Caller("visitor")
BELIEVED_SECONDS = 2.0
# Changes of roles are heard of by events; this is for the time in which no events come.
ROLES_SECONDS = 45
_MOST_BELIEVED = 20_000
READING = frozenset({"GET", "HEAD", "OPTIONS"})


class CsrfFailed(Denied):
    """A write that a browser was perhaps tricked into."""

    code = "csrf-failed"


class Callers:
    """Tells who makes a request. An answer of the store is believed for two seconds."""

    def __init__(
        self,
        sessions: SessionStore,
        tokens: TokenStore,
        people: People,
        session_cookie: str,
        public_url: str,
        clock: Callable[[], float] = time.time,
    ):
        self._sessions = sessions
        self._tokens = tokens
        self._people = people
        self._cookie = session_cookie
        self._origin = public_url
        self._clock = clock
        self._believed: dict[str, tuple[Caller | None, float]] = {}
        self._asked: dict[str, Future[Caller | None]] = {}

    def of(self, environ: dict[str, Any]) -> Caller:
        """Return who makes a request; VISITOR for nobody. Raises a 401 problem for a token that is none."""
        authorization = environ.get("HTTP_AUTHORIZATION")
        if authorization:
            return self._by_token(authorization)
        secret = headers.cookie(environ, self._cookie) if "HTTP_COOKIE" in environ else None
        return (self._lookup(secret, self._by_cookie) or VISITOR) if secret else VISITOR

    def forget(self, secret: str) -> None:
        """Ask the store again about a cookie or token."""
        self._believed.pop(secret, None)
        self._asked.pop(secret, None)

    def renewed(self, environ: dict[str, Any]) -> str | None:
        """Return a new secret for a browser whose roles changed since it got its cookie; else None.

        Pages go on when this cannot be found out.
        """
        secret = headers.cookie(environ, self._cookie) if "HTTP_COOKIE" in environ else None
        try:
            caller = self._lookup(secret, self._by_cookie) if secret else None
            if not secret or not caller or not caller.renew:
                return None
            self.forget(secret)
            return self._sessions.renew(caller.session or "")
        except DomainError:
            return None

    def check_write(self, environ: dict[str, Any], caller: Caller) -> None:
        """Pass a request unless it is a write that a foreign page may have made. Raises CsrfFailed."""
        if environ["REQUEST_METHOD"] in READING or not caller.by_cookie:
            return
        origin = environ.get("HTTP_ORIGIN")
        given = environ.get("HTTP_X_CSRF_TOKEN", "")
        proved = hmac.compare_digest(given.encode("latin-1"), (caller.csrf or " ").encode())
        if (origin is None and not proved) or (origin is not None and not self.is_ours(origin)):
            raise CsrfFailed

    def is_ours(self, origin: str) -> bool:
        """Tell whether an Origin header names this platform."""
        return origin == self._origin

    def _by_token(self, authorization: str) -> Caller:
        scheme, _, token = authorization.partition(" ")
        readers = {PERSON_TOKEN: self._by_person_token, MACHINE_TOKEN: self._by_machine_token}
        reader = readers.get(token[: len(PERSON_TOKEN)])
        caller = self._lookup(token, reader) if scheme.lower() == "bearer" and reader else None
        if caller is None:
            raise BadRequest("unauthenticated", 401)
        return caller

    def _lookup(self, secret: str, read: Callable[[str], Caller | None]) -> Caller | None:
        found = self._believed.get(secret)
        if found and found[1] > self._clock():
            return found[0]
        asked = self._asked.get(secret)
        return asked.result() if asked else self._ask(secret, read)

    def _ask(self, secret: str, read: Callable[[str], Caller | None]) -> Caller | None:
        """Ask the store, for all who want to know the same meanwhile; they share also its failure."""
        now, asked = self._clock(), Future[Caller | None]()
        self._asked[secret] = asked
        try:
            caller = read(secret)
        except BaseException as fault:
            asked.set_exception(fault)
            raise
        finally:
            self._asked.pop(secret, None)
        if len(self._believed) >= _MOST_BELIEVED:
            self._believed.clear()
        self._believed[secret] = (caller, now + BELIEVED_SECONDS)
        asked.set_result(caller)
        return caller

    def _by_cookie(self, secret: str) -> Caller | None:
        session = self._current(self._sessions.by_secret(secret))
        return _person(session, by_cookie=True) if session else None

    def _by_person_token(self, token: str) -> Caller | None:
        found = self._tokens.find(token)
        session = self._current(self._sessions.by_id(found["sid"])) if found else None
        if found is None or session is None:
            return None
        # A script keeps the assurance it was let in with: a stronger sign-in later is the browser's.
        least = min(session.acr, found.get("acr", ASSURANCE[0]), key=ASSURANCE.index)
        return replace(_person(session, by_cookie=False), acr=least)

    def _by_machine_token(self, token: str) -> Caller | None:
        found = self._tokens.find(token)
        if found is None:
            return None
        scopes = tuple(found["scope"].split())
        roles = tuple({"role": scope, "organisation": None} for scope in scopes)
        return Caller(found["client_id"], roles, scopes=frozenset(scopes))

    def _current(self, session: Session | None) -> Session | None:
        """Return a session with the roles its person has now; None when the person was disabled."""
        if session is None:
            return None
        heard = self._sessions.last_change(session.person)
        if heard == session.heard and self._clock() - session.roles_at < ROLES_SECONDS:
            return session
        if not self._sessions.claims_refresh(session, heard):
            return session
        try:
            standing = self._people.standing(session.person)
        except (Unavailable, BadRequest):
            log.warning("roles could not be read again; the session goes on with those it has")
            return session
        if standing.disabled:
            self._sessions.end_all(session.person, "disabled")
            return None
        return self._sessions.update_roles(session, standing.roles, heard)


def reaches(acr: str, needed: str) -> bool:
    """Tell whether a sign-in of one assurance is enough where another is needed."""
    return ASSURANCE.index(acr) >= ASSURANCE.index(needed)


def acting_for(environ: dict[str, Any], caller: Caller) -> str | None:
    """Return the person a machine acts for. Raises a 403 problem without the scope for it."""
    wanted = environ.get("HTTP_X_ACTING_FOR")
    if not wanted or caller.session is not None or caller is VISITOR:
        return None
    if "act" not in caller.scopes:
        raise BadRequest("forbidden", 403)
    try:
        return str(UUID(wanted))
    except ValueError:
        raise BadRequest("invalid-request", 400) from None


def is_local_path(address: str) -> bool:
    """Tell whether an address is a path on this platform, whichever way a browser may read it."""
    parts = urlsplit(address)
    plain = address.startswith("/") and not address.startswith(("//", "/\\"))
    return plain and not parts.scheme and not parts.netloc and "\\" not in address and address.isprintable()


def _person(session: Session, by_cookie: bool) -> Caller:
    return Caller(
        session.person,
        tuple(session.roles),
        session.acr,
        session.id,
        session.csrf,
        by_cookie=by_cookie,
        renew=session.roles_changed,
    )
