"""Sessions of people, kept in the shared store under the hash of the secret in their cookie.

A session keeps its public id for life; its secret is changed whenever it becomes worth more, so that
a secret somebody planted or saw before is worth nothing afterwards.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

import orjson
import redis
from ila_kit.ids import uuid7

from ila_gateway.store import digest, reached

_REFRESH_LOCK_SECONDS = 5
# Requests a page has under way still come with the secret from before its roles changed.
GRACE_SECONDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A person's sign-in. Instants are seconds since 1970; there is no personal code in it.

    `roles_changed`: the roles are other than when the secret was made.
    """

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
    roles_changed: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """A session in the list its person sees, with the instant of its last request."""

    session: Session
    last_seen_at: float


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
        with reached(), self._client.pipeline(transaction=True) as commands:
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
        with reached():
            mark = _text(self._client.get(f"i:{session_id}"))
        return self._used(mark) if mark else None

    def lives(self, session_id: str) -> bool:
        """Tell whether a session lives, without touching its idle time."""
        with reached():
            return self._seen(session_id) is not None

    def update_roles(self, session: Session, roles: list[dict[str, str | None]]) -> Session:
        """Keep the roles a person has now; a session that ended meanwhile stays ended."""
        differ = session.roles_changed or roles != session.roles
        changed = replace(session, roles=roles, roles_at=self._clock(), roles_changed=differ)
        with reached():
            mark = _text(self._client.get(f"i:{session.id}"))
            if mark:
                self._client.set(f"s:{mark}", _packed(changed), xx=True, keepttl=True)
        return changed

    def step_up(self, session_id: str, acr: str, roles: list[dict[str, str | None]]) -> str | None:
        """Note a stronger sign-in; return the new secret, None when the session ended meanwhile.

        The old secret is dead at once.
        """
        return self._renewed(session_id, lambda found: replace(found, acr=acr, roles=roles))

    def renew(self, session_id: str) -> str | None:
        """Return a new secret for a session whose roles changed since it got its secret; else None."""
        return self._renewed(
            session_id, lambda found: found if found.roles_changed else None, grace_seconds=GRACE_SECONDS
        )

    def claims_refresh(self, session: Session) -> bool:
        """Tell whether this process is the one that asks for the roles of a session now."""
        with reached():
            return bool(self._client.set(f"r:{session.id}", b"1", nx=True, ex=_REFRESH_LOCK_SECONDS))

    def end(self, session_id: str) -> None:
        """End a session; tokens bound to it end with it."""
        with reached():
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
        with reached():
            ids = sorted((str(raw) for raw in self._client.smembers(f"p:{person}")), reverse=True)
            found = [(session_id, self._seen(session_id)) for session_id in ids]
            dead = [session_id for session_id, seen in found if seen is None]
            if dead:
                self._client.srem(f"p:{person}", *dead)
        return [seen for _, seen in found if seen]

    def ping(self) -> None:
        """Raise SessionsUnavailable unless the store answers."""
        with reached():
            self._client.ping()

    def _renewed(
        self, session_id: str, change: Callable[[Session], Session | None], grace_seconds: int = 0
    ) -> str | None:
        """Move a session under a new secret; of two who do that at once, one after the other does."""
        secret = secrets.token_urlsafe(32)

        def move(commands: Any) -> str | None:
            mark = commands.get(f"i:{session_id}")
            commands.watch(f"s:{mark}")
            packed = commands.get(f"s:{mark}") if mark else None
            changed = change(_unpacked(packed)) if packed else None
            commands.multi()
            if changed is None:
                return None
            commands.delete(f"s:{mark}")
            commands.set(f"s:{digest(secret)}", _packed(replace(changed, roles_changed=False)), ex=self._idle)
            commands.set(f"i:{session_id}", digest(secret), keepttl=True)
            if grace_seconds:
                commands.set(f"m:{mark}", digest(secret), ex=grace_seconds)
            return secret

        in_one_step: Any = self._client.transaction
        with reached():
            moved: str | None = in_one_step(move, f"i:{session_id}", value_from_callable=True)
        return moved

    def _used(self, mark: str) -> Session | None:
        with reached():
            packed = self._client.getex(f"s:{mark}", ex=self._idle)
            if not packed and (moved := _text(self._client.get(f"m:{mark}"))):
                packed = self._client.getex(f"s:{moved}", ex=self._idle)
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


def _text(value: str | bytes | None) -> str | None:
    """Return what the store gave as the text it is: the client decodes."""
    return value if isinstance(value, str) else None


def _packed(session: Session) -> bytes:
    return orjson.dumps(asdict(session))


def _unpacked(packed: str | bytes) -> Session:
    return Session(**orjson.loads(packed))
