"""Receiving: messages are stored in the inbox, committed, and acknowledged after that."""

import base64
import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, NamedTuple
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson
import sqlalchemy as sa

from ila_kit.bus.broker import Broker, BrokerDown, Subscription
from ila_kit.clock import Clock
from ila_kit.events import Envelope

BATCH = 200
WAIT_SECONDS = 0.5

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


class Receiver:
    """Brings the events of these types from the broker into the inbox; `stored` is called after each batch.

    What cannot be read, or has no handler here, is parked with its reason, where people see it.
    """

    def __init__(
        self,
        engine: sa.Engine,
        broker: Broker,
        service: str,
        types: Collection[str],
        clock: Clock,
        stored: Callable[[], Any] = lambda: None,
    ):
        self.engine, self.broker, self.service, self.types = engine, broker, service, types
        self.clock, self.stored = clock, stored
        self._subscription: Subscription | None = None
        self._batch: list[Any] = []

    def step(self) -> float:
        """Store one batch, waiting a little for it; returns how many seconds to rest.

        While the database is away the batch is kept and the broker sees us alive: giving it back
        each time would count deliveries up to the limit.
        """
        if self._subscription is None:
            self._subscription = self.broker.subscribe(self.service, self.types)
        self._subscription.heartbeat()
        self._batch = self._batch or self._subscription.collect(BATCH, WAIT_SECONDS)
        if self._batch:
            self._store([read(bytes(message.body), self.types) for message in self._batch])
            self._subscription.acknowledge(self._batch)
            self._batch = []
            self.stored()
        return 0.0

    def recover(self, fault: Exception | None) -> None:
        """Drop the subscription when the broker is lost, or at the end; what was held comes again."""
        if fault is not None and not isinstance(fault, BrokerDown):
            return
        subscription, self._subscription, self._batch = self._subscription, None, []
        if subscription is not None:
            subscription.close()

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
