"""What an operator asks of the mechanics, and the removal of what nobody asks for any more."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ila_kit.ids import first_id_at

LATE = timedelta(seconds=60)
_PURGED = {
    "inbox": "SELECT id FROM inbox WHERE state = 'done' AND done_at < %s LIMIT %s",
    "outbox": "SELECT id FROM outbox WHERE sent_at IS NOT NULL AND sent_at < %s LIMIT %s",
}

_STUCK_INBOX = """
SELECT 'inbox' AS place, id::text AS id, type AS what, tries, next_at, reason FROM inbox
WHERE state = 'waiting' AND (tries > 0 OR reason IS NOT NULL OR next_at < %s) ORDER BY next_at LIMIT %s
"""
_STUCK_TIMERS = """
SELECT 'timer' AS place, subject_id::text AS id, name AS what, tries, due_at AS next_at, reason FROM timer
WHERE tries > 0 OR due_at < %s ORDER BY due_at LIMIT %s
"""
_STUCK_OUTBOX = """
SELECT 'outbox' AS place, id::text AS id, type AS what, 0 AS tries, NULL::timestamptz AS next_at,
  'not sent yet' AS reason FROM outbox WHERE sent_at IS NULL AND id < %s ORDER BY id LIMIT %s
"""
_OUTBOX = """
SELECT count(*) AS waiting, min(body ->> 'time') AS oldest_waiting,
  (SELECT max(sent_at) FROM outbox) AS last_sent_at
FROM outbox WHERE sent_at IS NULL
"""
_PURGE = "DELETE FROM {table} WHERE id IN ({old})"
_PURGE_KEYS = """
DELETE FROM idempotency_key WHERE ctid IN (SELECT ctid FROM idempotency_key WHERE stored_at < %s LIMIT %s)
"""


def stuck(connection: sa.Connection, now: datetime, limit: int = 200) -> list[dict[str, Any]]:
    """Return what does not go on: events being tried again or late, timers failing or overdue, unsent events.

    Each with place, id, what, tries, next_at, reason; at most `limit` of each place.
    """
    late = now - LATE
    return [
        *_rows(connection, _STUCK_INBOX, (late, limit)),
        *_rows(connection, _STUCK_TIMERS, (late, limit)),
        *_rows(connection, _STUCK_OUTBOX, (first_id_at(late), limit)),
    ]


def outbox_state(connection: sa.Connection) -> dict[str, Any]:
    """Return how many events wait to be sent, since when, and when the last one was sent."""
    return _rows(connection, _OUTBOX, ())[0]


def purge(engine: sa.Engine, before: datetime, keys_before: datetime, batch: int = 1_000) -> int:
    """Remove worked-off and sent events, and stored answers, older than these instants; returns how many.

    In small transactions. An event may come again as long as a broker keeps it, so keep `before` weeks back.
    """
    removed = sum(
        _emptied(engine, _PURGE.format(table=table, old=old), before, batch) for table, old in _PURGED.items()
    )
    return removed + _emptied(engine, _PURGE_KEYS, keys_before, batch)


def _emptied(engine: sa.Engine, statement: str, before: datetime, batch: int) -> int:
    total = 0
    while True:
        with engine.begin() as connection:
            removed = connection.exec_driver_sql(statement, (before, batch)).rowcount
        total += removed
        if removed < batch:
            return total


def _rows(connection: sa.Connection, statement: str, values: tuple[Any, ...]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.exec_driver_sql(statement, values).mappings()]
