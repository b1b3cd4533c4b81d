"""Sessions of people, kept in the shared store under the hash of the secret in their cookie.

A session keeps its public id for life; its secret is changed whenever it becomes worth more, so that
a secret somebody planted or saw before is worth nothing afterwards. Its end is told to the other
services, in one step with the end itself.
"""

import math
import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar
from uuid import UUID

import redis
from ila_kit.ids import uuid7

from ila_gateway.events.published import SessionEnded
from ila_gateway.outbox import tell
from ila_gateway.session import Seen, Session, name_of, packed, unpacked
from ila_gateway.store import digest, instant, reached

T = TypeVar("T")
# Who asked for the roles in vain leaves it to others for as long.
REFRESH_SECONDS = 5
# How long after its longest life the end of a session can still be found out and told.
_TOLD_WITHIN_SECONDS = 86_400
_LOOKED_AT_ONCE = 200
_ENDS = "e:sessions"
# Requests a page has under way still come with the secret from before its roles changed.
GRACE_SECONDS = 10


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
        self,
        person: str,
        given_name: str,
        family_name: str,
        roles: list[dict[str, str | None]],
        acr: str,
        browser: str = "",
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
            browser=browser,
        )
        with reached(), self._client.pipeline(transaction=True) as commands:
            commands.set(f"s:{digest(secret)}", packed(session), ex=self._idle)
            commands.set(f"i:{session.id}", digest(secret), ex=self._longest + _TOLD_WITHIN_SECONDS)
            commands.sadd(f"p:{person}", session.id)
            commands.expire(f"p:{person}", self._longest)
            commands.zadd(_ENDS, {name_of(session.id, person): min(now + self._idle, session.ends_at)})
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

    def note_change(self, person: str) -> None:
        """Note that something about a person changed: their sessions are to read the roles again."""
        with reached():
            self._client.set(f"h:{person}", str(uuid7()), ex=self._longest)

    def last_change(self, person: str) -> str:
        """Return a mark of the last change of a person; another mark means another change."""
        with reached():
            return _text(self._client.get(f"h:{person}")) or ""

    def update_roles(self, session: Session, roles: list[dict[str, str | None]], heard: str = "") -> Session:
        """Keep the roles a person has now; a session that ended meanwhile stays ended.

        `heard` is the last change that was known before the roles were asked for.
        """

        def keep(commands: Any, mark: str, found: Session | None) -> Session:
            before = found or session
            differ = before.roles_changed or roles != before.roles
            changed = replace(before, roles=roles, roles_at=self._clock(), roles_changed=differ, heard=heard)
            if found:
                commands.set(f"s:{mark}", packed(changed), keepttl=True)
            return changed

        return self._in_one_step(session.id, keep)

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

    def claims_refresh(self, session: Session, heard: str = "") -> bool:
        """Tell whether this process is the one that asks for the roles of a session after this change."""
        with reached():
            name = f"r:{session.id} {heard}"
            return bool(self._client.set(name, b"1", nx=True, ex=REFRESH_SECONDS))

    def end(self, session_id: str, reason: str) -> None:
        """End a session, and tell why; tokens bound to it end with it."""

        def leave(commands: Any, mark: str, found: Session | None) -> None:
            if found:
                self._over(commands, mark, found.id, found.person, reason)

        self._in_one_step(session_id, leave)

    def end_all(self, person: str, reason: str, begun_before: float = math.inf) -> None:
        """End every session of a person, or those that began before an instant."""
        for seen in self.of_person(person):
            if seen.session.created_at < begun_before:
                self.end(seen.session.id, reason)

    def end_expired(self) -> int:
        """End the sessions that nobody used for too long or that are too old; return how many were looked at.

        They are dead already, by the time that the store or the session keeps: what is left is to tell it.
        """
        with reached():
            due: Any = self._client.zrange(
                _ENDS, "-inf", str(self._clock()), byscore=True, offset=0, num=_LOOKED_AT_ONCE
            )
        for name in due:
            self._look_at(name)
        return len(due)

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

        def move(commands: Any, mark: str, found: Session | None) -> str | None:
            changed = change(found) if found else None
            if changed is None:
                return None
            commands.delete(f"s:{mark}")
            commands.set(f"s:{digest(secret)}", packed(replace(changed, roles_changed=False)), ex=self._idle)
            commands.set(f"i:{session_id}", digest(secret), keepttl=True)
            if grace_seconds:
                commands.set(f"m:{mark}", digest(secret), ex=grace_seconds)
            return secret

        return self._in_one_step(session_id, move)

    def _look_at(self, name: str) -> None:
        """End and tell what is over; of two who look at once, one does. Else note when to look again."""
        session_id, person = name.split()
        now = self._clock()

        def look(commands: Any, mark: str, found: Session | None) -> None:
            if found and found.ends_at > now:
                commands.zadd(_ENDS, {name: min(now + self._idle, found.ends_at)})
            elif mark:
                self._over(commands, mark, session_id, person, "longest_life" if found else "idle")
            else:
                commands.zrem(_ENDS, name)

        self._in_one_step(session_id, look)

    def _over(self, commands: Any, mark: str, session_id: str, person: str, reason: str) -> None:
        """Add to the commands all that ends a session, with the event that tells it."""
        now = self._clock()
        commands.delete(f"i:{session_id}", f"s:{mark}")
        commands.srem(f"p:{person}", session_id)
        commands.zrem(_ENDS, name_of(session_id, person))
        ended = SessionEnded(
            session_id=UUID(session_id), person_id=UUID(person), reason=reason, ended_at=instant(now)
        )
        tell(commands, ended, now)

    def _in_one_step(self, session_id: str, change: Callable[[Any, str, Session | None], T]) -> T:
        """Change a session in one step with everything that `change` adds to the commands.

        It gets them with the mark of the session's secret ("" when the id is unknown) and the session,
        and is called again when somebody else changed the session meanwhile.
        """

        def step(commands: Any) -> T:
            mark = commands.get(f"i:{session_id}") or ""
            commands.watch(f"s:{mark}")
            kept = commands.get(f"s:{mark}") if mark else None
            commands.multi()
            return change(commands, mark, unpacked(kept) if kept else None)

        in_one_step: Any = self._client.transaction
        with reached():
            done: T = in_one_step(step, f"i:{session_id}", value_from_callable=True)
        return done

    def _used(self, mark: str) -> Session | None:
        with reached():
            kept = self._client.getex(f"s:{mark}", ex=self._idle)
            if not kept and (moved := _text(self._client.get(f"m:{mark}"))):
                kept = self._client.getex(f"s:{moved}", ex=self._idle)
        session = unpacked(kept) if kept else None
        if session and session.ends_at <= self._clock():
            self.end(session.id, "longest_life")
            return None
        return session

    def _seen(self, session_id: str) -> Seen | None:
        """Return a session as its person sees it, without touching its idle time."""
        mark = _text(self._client.get(f"i:{session_id}"))
        name = f"s:{mark}" if mark else ""
        kept = self._client.get(name) if name else None
        session = unpacked(kept) if kept else None
        if session is None or session.ends_at <= self._clock():
            return None
        return Seen(session, self._clock() - self._idle + max(self._client.ttl(name), 0))


def _text(value: str | bytes | None) -> str | None:
    """Return what the store gave as the text it is: the client decodes."""
    return value if isinstance(value, str) else None
