"""Sessions and opaque tokens, kept in Valkey under the hash of their secret.

Whoever reads the store learns nobody's secret; whoever holds a token holds it only as long as the
session behind it lives. Keys: `s:` sessions, `i:` the session of a public id, `p:` the sessions of
a person, `t:` tokens, `c:` authorisation codes, `j:` ids of assertions already used.
"""

import hashlib
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
import redis
from ila_kit.errors import Unavailable
from ila_kit.ids import uuid7

PERSON_TOKEN, MACHINE_TOKEN = "ila_p_", "ila_m_"
_REFRESH_LOCK_SECONDS = 5


class SessionsUnavailable(Unavailable):
    """The session store does not answer."""

    code = "sessions-unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person's sign-in. Instants are seconds since 1970; there is no personal code in it."""

    id: str
    person: str
    given_name: str
    family_name: str
    roles: list[dict[str, str | None]]
    acr: str
    csrf: str
    created_at: float
    ends_at: float
    roles_at: float


@dataclass(frozen=True, slots=True)
class Seen:
    """A session in the list its person sees, with the instant of its last request."""

    session: Session
    last_seen_at: float


def connect(url: str) -> redis.Redis:
    """Return a client of the store that gives up after a second. Connects at the first command."""
    return redis.Redis.from_url(
        url, socket_timeout=1, socket_connect_timeout=1, max_connections=200, decode_responses=True
    )


def digest(secret: str) -> str:
    """Return what a secret is kept under."""
    return hashlib.sha256(secret.encode()).hexdigest()


class SessionStore:
    """Sessions of people: idle ones and old ones end by themselves."""

    def __init__(
        self,
        client: redis.Redis,
        idle_seconds: int,
        longest_seconds: int,
        clock: Callable[[], float] = time.time,
    ):
        self._client = client
        self._idle = idle_seconds
        self._longest = longest_seconds
        self._clock = clock

    def begin(
        self, person: str, given_name: str, family_name: str, roles: list[dict[str, str | None]], acr: str
    ) -> tuple[str, Session]:
        """Start a session; return the secret for its cookie, and the session."""
        now, secret = self._clock(), secrets.token_urlsafe(32)
        session = Session(
            id=str(uuid7()),
            person=person,
            given_name=given_name,
            family_name=family_name,
            roles=roles,
            acr=acr,
            csrf=secrets.token_urlsafe(24),
            created_at=now,
            ends_at=now + self._longest,
            roles_at=now,
        )
        with _reached(), self._client.pipeline(transaction=True) as commands:
            commands.set(f"s:{digest(secret)}", _packed(session), ex=self._idle)
            commands.set(f"i:{session.id}", digest(secret), ex=self._longest)
            commands.sadd(f"p:{person}", session.id)
            commands.expire(f"p:{person}", self._longest)
            commands.execute()
        return secret, session

    def by_secret(self, secret: str) -> Session | None:
        """Return the session of a cookie, and start its idle time anew."""
        return self._used(digest(secret))

    def by_id(self, session_id: str) -> Session | None:
        """Return the session of a public id, and start its idle time anew."""
        with _reached():
            mark = _text(self._client.get(f"i:{session_id}"))
        return self._used(mark) if mark else None

    def lives(self, session_id: str) -> bool:
        """Tell whether a session lives, without touching its idle time."""
        with _reached():
            return self._seen(session_id) is not None

    def update_roles(self, session: Session, roles: list[dict[str, str | None]]) -> Session:
        """Keep the roles a person has now; a session that ended meanwhile stays ended."""
        changed = replace(session, roles=roles, roles_at=self._clock())
        with _reached():
            mark = _text(self._client.get(f"i:{session.id}"))
            if mark:
                self._client.set(f"s:{mark}", _packed(changed), xx=True, keepttl=True)
        return changed

    def claims_refresh(self, session: Session) -> bool:
        """Tell whether this process is the one that asks for the roles of a session now."""
        with _reached():
            return bool(self._client.set(f"r:{session.id}", b"1", nx=True, ex=_REFRESH_LOCK_SECONDS))

    def end(self, session_id: str) -> None:
        """End a session; tokens bound to it end with it."""
        with _reached():
            mark = _text(self._client.getdel(f"i:{session_id}"))
            if mark:
                packed = self._client.getdel(f"s:{mark}")
                if packed:
                    self._client.srem(f"p:{_unpacked(packed).person}", session_id)

    def end_all(self, person: str) -> None:
        """End every session of a person."""
        for seen in self.of_person(person):
            self.end(seen.session.id)

    def of_person(self, person: str) -> list[Seen]:
        """Return the living sessions of a person, the newest first; forget the dead ones."""
        with _reached():
            ids = sorted((str(raw) for raw in self._client.smembers(f"p:{person}")), reverse=True)
            found = [(session_id, self._seen(session_id)) for session_id in ids]
            dead = [session_id for session_id, seen in found if seen is None]
            if dead:
                self._client.srem(f"p:{person}", *dead)
        return [seen for _, seen in found if seen]

    def ping(self) -> None:
        """Raise SessionsUnavailable unless the store answers."""
        with _reached():
            self._client.ping()

    def _used(self, mark: str) -> Session | None:
        with _reached():
            packed = self._client.getex(f"s:{mark}", ex=self._idle)
        session = _unpacked(packed) if packed else None
        if session and session.ends_at <= self._clock():
            self.end(session.id)
            return None
        return session

    def _seen(self, session_id: str) -> Seen | None:
        """Return a session as its person sees it, without touching its idle time."""
        mark = _text(self._client.get(f"i:{session_id}"))
        name = f"s:{mark}" if mark else ""
        packed = self._client.get(name) if name else None
        if not packed:
            return None
        return Seen(_unpacked(packed), self._clock() - self._idle + max(self._client.ttl(name), 0))


class TokenStore:
    """Opaque access tokens, authorisation codes, and the ids of used assertions."""

    def __init__(self, client: redis.Redis, clock: Callable[[], float] = time.time):
        self._client = client
        self._clock = clock

    def keep(self, token: str, seconds: int, **facts: Any) -> None:
        """Remember a token for its life, with what it stands for."""
        kept = facts | {"iat": int(self._clock()), "exp": int(self._clock()) + seconds}
        with _reached():
            self._client.set(f"t:{digest(token)}", orjson.dumps(kept), ex=seconds)

    def find(self, token: str) -> dict[str, Any] | None:
        """Return what a living token stands for, with `iat` and `exp`."""
        with _reached():
            packed = self._client.get(f"t:{digest(token)}")
        kept: dict[str, Any] | None = orjson.loads(packed) if packed else None
        return kept if kept and kept["exp"] > self._clock() else None

    def keep_code(self, code: str, seconds: int, **facts: Any) -> None:
        """Remember an authorisation code."""
        with _reached():
            self._client.set(f"c:{digest(code)}", orjson.dumps(facts), ex=seconds)

    def spend_code(self, code: str) -> dict[str, Any] | None:
        """Return what a code stands for, and forget it: of two who come with it, one gets it."""
        with _reached():
            packed = self._client.getdel(f"c:{digest(code)}")
        return orjson.loads(packed) if packed else None

    def first_use(self, client_id: str, assertion_id: str, seconds: int) -> bool:
        """Tell whether an assertion's id is new, and remember it until the assertion is dead anyway."""
        with _reached():
            return bool(
                self._client.set(f"j:{digest(client_id + ' ' + assertion_id)}", b"1", nx=True, ex=seconds)
            )


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except redis.RedisError as fault:
        raise SessionsUnavailable from fault


def _text(value: str | bytes | None) -> str | None:
    """Return what the store gave as the text it is: the client decodes."""
    return value if isinstance(value, str) else None


def _packed(session: Session) -> bytes:
    return orjson.dumps(asdict(session))


def _unpacked(packed: str | bytes) -> Session:
    return Session(**orjson.loads(packed))
