"""Arriving: what the broker brings is stored in the inbox, whatever it is."""

import base64
import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
import sqlalchemy as sa

from ila_kit.clock import Clock
from ila_kit.events import Envelope

_STORE = """
INSERT INTO inbox (id, type, body, state, reason, received_at, next_at)
SELECT *, %s, %s FROM unnest(%s::uuid[], %s::text[], %s::jsonb[], %s::text[], %s::text[])
ON CONFLICT DO NOTHING
"""


class Row(NamedTuple):
    """A row of the inbox to be."""

    id: UUID
    type: str
    body: str
    state: str = "waiting"
    reason: str | None = None


class Arrivals:
    """Stores messages in the inbox; `stored` is called after each batch.

    What cannot be read, or has no handler here, is parked with its reason, where people see it.
    """

    def __init__(
        self,
        engine: sa.Engine,
        types: Collection[str],
        clock: Clock,
        stored: Callable[[], Any] = lambda: None,
    ):
        self.engine, self.types, self.clock, self.stored = engine, types, clock, stored

    def keep(self, bodies: Sequence[bytes]) -> Collection[bytes]:
        """Store and commit a batch; nothing is left over."""
        self._store([read(body, self.types) for body in bodies])
        self.stored()
        return ()

    def _store(self, rows: Sequence[Row]) -> None:
        try:
            self._insert(rows)
        except sa.exc.DataError:
            if len(rows) == 1:
                # JSON that the database cannot hold, such as the character U+0000.
                self._insert([_unreadable(rows[0].body.encode(), "cannot be stored as JSON")])
                return
            for row in rows:
                self._store([row])

    def _insert(self, rows: Sequence[Row]) -> None:
        now = self.clock()
        with self.engine.begin() as connection:
            connection.exec_driver_sql(_STORE, (now, now, *map(list, zip(*rows, strict=True))))


def read(body: bytes, types: Collection[str]) -> Row:
    """Return the inbox row of a message: waiting, or parked because it is no event or not for us."""
    try:
        text = body.decode()
        envelope = Envelope.parse(orjson.loads(text))
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        return _unreadable(body, f"no event envelope: {type(fault).__name__}")
    if envelope.type not in types:
        return Row(envelope.id, envelope.type, text, "parked", "no handler for this type")
    return Row(envelope.id, envelope.type, text)


def _unreadable(body: bytes, reason: str) -> Row:
    """Return a parked row that keeps the bytes; its id comes from them, so that it is stored once."""
    kept = orjson.dumps({"base64": base64.b64encode(body).decode()}).decode()
    return Row(uuid5(NAMESPACE_OID, hashlib.sha256(body).hexdigest()), "unreadable", kept, "parked", reason)
