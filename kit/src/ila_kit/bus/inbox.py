"""Working off the inbox: one event a transaction, or for some types many of them in one.

Tried again when it fails, parked when it will not go.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, Generic
from uuid import UUID

import sqlalchemy as sa

from ila_kit.actor import process_actor
from ila_kit.context import new_context, working_for
from ila_kit.errors import Unavailable
from ila_kit.events import Envelope, NotYet
from ila_kit.retry import Retry, jittered
from ila_kit.store.faults import STORE_OUTAGES, reason_of
from ila_kit.store.unit import U, Units

log = logging.getLogger("ila.worker")

IDLE_SECONDS = 0.5
BATCH = 100

# The try is counted and committed before it is made, so that an event which kills the process is
# found out. Losing the count in a crash of the database costs one more try: no need to wait for the disk.
_CLAIM = """
UPDATE inbox SET state = CASE WHEN tries < %(most)s THEN 'waiting' ELSE 'parked' END,
  tries = tries + (tries < %(most)s)::int, next_at = %(lease)s,
  reason = CASE WHEN tries < %(most)s OR reason IS NULL THEN 'begun, and not ended' ELSE reason END
WHERE id = (SELECT id FROM inbox WHERE state = 'waiting' AND next_at <= %(now)s
            ORDER BY next_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
  AND set_config('synchronous_commit', 'off', true) = 'off'
RETURNING id, type, body, tries, state, received_at
"""
# Others of the same type that nobody tried yet: what has failed or killed a process goes alone.
_CLAIM_MORE = """
UPDATE inbox SET tries = 1, next_at = %(lease)s, reason = 'begun, and not ended'
WHERE id IN (SELECT id FROM inbox
             WHERE state = 'waiting' AND next_at <= %(now)s AND type = %(type)s AND tries = 0
             ORDER BY next_at, id LIMIT %(most)s FOR UPDATE SKIP LOCKED)
  AND set_config('synchronous_commit', 'off', true) = 'off'
RETURNING id, type, body, tries, state, received_at
"""
# Marks first: it locks the row, so that nobody else takes it however long the handler works, and is
# undone with everything else when the handler fails.
_TAKE = """
UPDATE inbox SET state = 'done', done_at = %s, reason = NULL
WHERE id = %s AND tries = %s AND state = 'waiting'
"""
_TAKE_ALL = """
UPDATE inbox SET state = 'done', done_at = %s, reason = NULL
WHERE id = ANY (%s::uuid[]) AND tries = 1 AND state = 'waiting' RETURNING id
"""
_FAILED = """
UPDATE inbox SET state = %s, tries = %s, next_at = %s, reason = %s WHERE id = %s AND state = 'waiting'
"""
_REDELIVER = """
UPDATE inbox SET state = 'waiting', tries = 0, next_at = now(), received_at = now()
WHERE state = 'parked' AND (%s::uuid[] IS NULL OR id = ANY (%s::uuid[]))
"""

Handlers = Mapping[str, Callable[[U, Envelope], None]]
# Handlers that do in one unit of work what those of single events do in many, in whatever order is right.
BatchHandlers = Mapping[str, Callable[[U, Sequence[Envelope]], None]]


class InboxWorker(Generic[U]):
    """Calls the handler of each waiting event, in one unit of work with the mark that it is done.

    Any number may run side by side. An event that waits for a predecessor (`NotYet`), a lock or a
    neighbour is tried for a day; one that fails otherwise is parked after five tries.

    Types with a handler in `batches` are worked off many at a time, at most `batch` of them. When that
    fails, nothing of it happened, and each goes alone: so one that will not go keeps no other waiting.
    """

    def __init__(
        self,
        units: Units[U],
        handlers: Handlers[U],
        retry: Retry | None = None,
        batches: BatchHandlers[U] | None = None,
        batch: int = BATCH,
    ):
        self.units, self.handlers, self.retry = units, handlers, retry or Retry()
        self.batches, self.batch = batches or {}, batch
        self.actor = process_actor(units.service)

    def step(self) -> float:
        """Work off one event, or a batch; returns how many seconds to rest."""
        row = self._claim()
        if row is None:
            return IDLE_SECONDS
        if row.state == "waiting":
            fresh = row.type in self.batches and row.tries == 1
            more = self._claim_more(row.type) if fresh else []
            if not more or not self._attempt_all([row, *more]):
                self._each([row, *more])
        return 0.0

    def _each(self, rows: Sequence[Any]) -> None:
        for row in rows:
            try:
                self._attempt(row)
            except Exception as fault:
                self._note(row, fault)

    def _claim(self) -> Any:
        now = self.units.clock()
        values = {"most": self.retry.tries, "now": now, "lease": now + timedelta(seconds=self.retry.lease)}
        with self.units.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return connection.exec_driver_sql(_CLAIM, values).one_or_none()

    def _claim_more(self, kind: str) -> Sequence[Any]:
        now = self.units.clock()
        # Longer than for one: until the last of a batch that failed has had its turn alone.
        lease = now + timedelta(seconds=self.retry.lease * 2)
        values = {"type": kind, "now": now, "lease": lease, "most": self.batch - 1}
        with self.units.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            claimed = connection.exec_driver_sql(_CLAIM_MORE, values).all()
        return sorted(claimed, key=lambda row: row.id)  # in the order they were told, should each go alone

    def _attempt_all(self, rows: Sequence[Any]) -> bool:
        """Work off a batch in one transaction; False when that failed and nothing of it happened."""
        try:
            with working_for(new_context()), self.units.open(self.actor) as unit:
                ids = [row.id for row in rows]
                taken = set(unit.connection.exec_driver_sql(_TAKE_ALL, (unit.now, ids)).scalars())
                told = [Envelope.parse(row.body) for row in rows if row.id in taken]
                if told:
                    self.batches[told[0].type](unit, told)
                unit.commit()
        except Exception:
            log.info("a batch goes one by one", extra={"type": rows[0].type}, exc_info=True)
            return False
        return True

    def _attempt(self, row: Any) -> None:
        envelope = Envelope.parse(row.body)
        context = new_context(request_id=str(envelope.id), traceparent=envelope.traceparent)
        with working_for(context), self.units.open(self.actor) as unit:
            if unit.connection.exec_driver_sql(_TAKE, (unit.now, row.id, row.tries)).rowcount:
                self.handlers[envelope.type](unit, envelope)
                unit.commit()

    def _note(self, row: Any, fault: Exception) -> None:
        """Set the next try of a failed event, or park it."""
        now, tries = self.units.clock(), row.tries
        if isinstance(fault, (NotYet, Unavailable, *STORE_OUTAGES)):
            # Not the event's fault: not counted, and waits about half as long as it has waited so far.
            age, tries = now - row.received_at, row.tries - 1
            parked = age > self.retry.patience
            delay = timedelta(seconds=0.1 + jittered(max(0.2, age.total_seconds()), self.retry.longest, 0))
        else:
            parked = tries >= self.retry.tries
            delay = self.retry.delay(tries)
        state = "parked" if parked else "waiting"
        values = (state, tries, now + delay, reason_of(fault), row.id)
        with self.units.engine.begin() as connection:
            connection.exec_driver_sql(_FAILED, values)


def redeliver(engine: sa.Engine, ids: Sequence[UUID] | None = None) -> int:
    """Have parked events tried anew, as if they came now: these, or all; returns how many."""
    with engine.begin() as connection:
        return redeliver_within(connection, ids)


def redeliver_within(connection: sa.Connection, ids: Sequence[UUID] | None = None) -> int:
    """Do the same in a transaction that somebody else commits."""
    wanted = None if ids is None else list(ids)
    return connection.exec_driver_sql(_REDELIVER, (wanted, wanted)).rowcount
