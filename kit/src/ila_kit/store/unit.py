"""The unit of work: one transaction, and everything that must be stored with it.

The door (a route, a consumer, a timer) opens a unit, calls one use case in it and commits it.
Events, audit entries and the stored answer of an idempotent request are kept in memory and
written by one last statement: round trips are what a write costs.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import orjson
import sqlalchemy as sa

from ila_kit.actor import Actor
from ila_kit.clock import Clock
from ila_kit.context import current
from ila_kit.events import Envelope, Event
from ila_kit.ids import uuid7
from ila_kit.store.database import reading


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer of an idempotent request, as it will be given again."""

    caller: str
    key: str
    fingerprint: bytes
    status: int
    headers: dict[str, str]
    body: bytes


class Unit:
    """One transaction of a service. A service's own unit adds its stores as properties."""

    def __init__(self, connection: sa.Connection, service: str, actor: Actor, now: datetime):
        self.connection, self.service, self.actor, self.now = connection, service, actor, now
        self._events: list[Envelope] = []
        self._entries: list[tuple[Any, ...]] = []
        self._timers: dict[tuple[UUID, str], datetime | None] = {}
        self._answer: StoredAnswer | None = None

    def publish(self, event: Event, sequence: int = 1) -> None:
        """Tell the other services, once this commits. `sequence` is the version of the subject."""
        self._events.append(
            Envelope(
                id=uuid7(),
                source=self.service,
                type=event.type,
                subject=event.subject,
                time=self.now,
                sequence=sequence,
                data=event.as_data(),
                traceparent=current().traceparent,
            )
        )

    def audit(self, action: str, subject_kind: str, subject_id: UUID | str, **details: Any) -> None:
        """Note who did what to what. Details are ids, states, amounts, reasons: no personal data."""
        who = self.actor
        self._entries.append(
            (
                *(uuid7(), self.now, who.id, sorted(who.role_names), who.acting_for),
                *(action, subject_kind, str(subject_id), orjson.dumps(details, default=str).decode()),
                current().request_id,
            )
        )

    def set_timer(self, subject_id: UUID, name: str, due_at: datetime) -> None:
        """Have the timer handler `name` called for a subject when it is due; moves one that is set."""
        self._timers[subject_id, name] = due_at

    def clear_timer(self, subject_id: UUID, name: str) -> None:
        """Forget a timer of a subject; nothing happens when there is none."""
        self._timers[subject_id, name] = None

    def remember(self, answer: StoredAnswer) -> None:
        """Store the answer of this request with everything else, to be given again to its twins."""
        self._answer = answer

    def commit(self) -> None:
        """Write what was kept in memory in one statement, and end the transaction."""
        statement, values = last_statement(self._events, self._entries, self._timers, self._answer, self.now)
        if statement:
            self.connection.exec_driver_sql(statement, values)
        self.connection.commit()
        self._events, self._entries, self._timers, self._answer = [], [], {}, None


U = TypeVar("U", bound=Unit)


@dataclass(frozen=True)
class Units(Generic[U]):
    """Opens units of work of one service: `with units.open(actor) as unit: …; unit.commit()`."""

    engine: sa.Engine
    service: str
    kind: Callable[[sa.Connection, str, Actor, datetime], U]
    clock: Clock

    @contextmanager
    def open(self, actor: Actor) -> Iterator[U]:
        """Give a unit in a new transaction, rolled back unless it was committed."""
        with self.engine.connect() as connection:
            yield self.kind(connection, self.service, actor, self.clock())

    @contextmanager
    def read(self, actor: Actor) -> Iterator[U]:
        """Give a unit for reading: each statement is its own snapshot, one round trip each."""
        with reading(self.engine).connect() as connection:
            yield self.kind(connection, self.service, actor, self.clock())


_OUTBOX = """outbox_rows AS (INSERT INTO outbox (id, type, body)
  SELECT * FROM unnest(%s::uuid[], %s::text[], %s::jsonb[]))"""
_AUDIT_ROW = "(%s::uuid, %s::timestamptz, %s, %s::text[], %s, %s, %s, %s, %s::jsonb, %s)"
_AUDIT = """audit_rows AS (INSERT INTO audit_entry
  (id, at, actor, roles, acting_for, action, subject_kind, subject_id, details, request_id) VALUES {rows})"""
_TIMERS_SET = """timers_set AS (INSERT INTO timer (subject_id, name, due_at)
  SELECT * FROM unnest(%s::uuid[], %s::text[], %s::timestamptz[])
  ON CONFLICT (subject_id, name) DO UPDATE SET due_at = excluded.due_at, tries = 0, reason = NULL)"""
_TIMERS_CLEARED = """timers_cleared AS (DELETE FROM timer
  WHERE (subject_id, name) IN (SELECT * FROM unnest(%s::uuid[], %s::text[])))"""
_ANSWER = """answer_row AS (INSERT INTO idempotency_key
  (caller, key, fingerprint, status, headers, body, stored_at) VALUES (%s, %s, %s, %s, %s::jsonb, %s, %s))"""


def last_statement(
    events: list[Envelope],
    entries: list[tuple[Any, ...]],
    timers: dict[tuple[UUID, str], datetime | None],
    answer: StoredAnswer | None,
    now: datetime,
) -> tuple[str, tuple[Any, ...]]:
    """Return one SQL statement that stores all of these, and its values; "" when there is nothing."""
    parts: list[str] = []
    values: list[Any] = []
    if events:
        parts.append(_OUTBOX)
        bodies = [orjson.dumps(event.as_json()).decode() for event in events]
        values += [[event.id for event in events], [event.type for event in events], bodies]
    if entries:
        parts.append(_AUDIT.format(rows=", ".join([_AUDIT_ROW] * len(entries))))
        values += [value for entry in entries for value in entry]
    if due := {key: at for key, at in timers.items() if at is not None}:
        parts.append(_TIMERS_SET)
        values += [[subject for subject, _ in due], [name for _, name in due], list(due.values())]
    if cleared := [key for key, at in timers.items() if at is None]:
        parts.append(_TIMERS_CLEARED)
        values += [[subject for subject, _ in cleared], [name for _, name in cleared]]
    if answer:
        parts.append(_ANSWER)
        headers = orjson.dumps(answer.headers).decode()
        values += [answer.caller, answer.key, answer.fingerprint, answer.status, headers, answer.body, now]
    return (f"WITH {', '.join(parts)} SELECT 1", tuple(values)) if parts else ("", ())
