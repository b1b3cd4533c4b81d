"""Sends what the outbox holds."""

import contextlib

import sqlalchemy as sa

from ila_kit.bus.broker import Broker, BrokerDown
from ila_kit.events import Envelope
from ila_kit.store.database import try_lock

BATCH = 200
# Looking 20 times a second is cheaper than being told: NOTIFY in the writers' transactions takes
# a lock at commit that would make them wait for each other.
IDLE_SECONDS = 0.05
STANDBY_SECONDS = 1.0

_WAITING = "SELECT body FROM outbox WHERE sent_at IS NULL ORDER BY id LIMIT %s"
_SENT = "UPDATE outbox SET sent_at = now() WHERE id = ANY (%s)"


class Relay:
    """Sends the events of one service, oldest first; any number may run, one of them works.

    The advisory lock and the marks live in one session: who cannot mark has lost the lock, so rows
    need no locks and no transaction stays open while the broker confirms. A crash between sending
    and marking sends again; the readers' inboxes absorb that. What commits late is found late.
    """

    def __init__(self, engine: sa.Engine, broker: Broker):
        self.engine, self.broker = engine, broker
        self._connection: sa.Connection | None = None

    def step(self) -> float:
        """Send a batch; returns how many seconds to rest. Raises BrokerDown when nothing could be sent."""
        connection = self._lead()
        if connection is None:
            return STANDBY_SECONDS
        rows = connection.exec_driver_sql(_WAITING, (BATCH,)).scalars().all()
        if not rows:
            return IDLE_SECONDS
        events = [Envelope.parse(body) for body in rows]
        self.broker.publish(events)
        connection.exec_driver_sql(_SENT, ([event.id for event in events],))
        return 0.0

    def recover(self, fault: Exception | None) -> None:
        """Give up the lead when the database is lost, or at the end; the broker reconnects by itself."""
        if isinstance(fault, BrokerDown):
            return
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(sa.exc.SQLAlchemyError):
                connection.invalidate()
                connection.close()
        if fault is None:
            self.broker.close()

    def _lead(self) -> sa.Connection | None:
        """Return the connection that holds the lock of this service's relay; None when another leads."""
        if self._connection is None:
            connection = self.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
            try:
                leads = try_lock(connection, "relay")
            except BaseException:
                connection.close()
                raise
            if not leads:
                connection.close()
                return None
            self._connection = connection
        return self._connection
