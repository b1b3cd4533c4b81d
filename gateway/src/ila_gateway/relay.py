"""Sends what the outbox holds."""

import contextlib

from ila_kit.bus.broker import Broker
from ila_kit.ids import uuid7

from ila_gateway.outbox import Outbox
from ila_gateway.store import SessionsUnavailable

BATCH = 200
IDLE_SECONDS = 0.2
STANDBY_SECONDS = 1.0


# Not the kit's: that one leads and marks in one PostgreSQL session, and only `step` would be shared.
class Relay:
    """Sends the events of the gateway, oldest first; any number may run, one of them works.

    Two may believe for a moment that they lead: then events go twice, which the readers absorb.
    """

    def __init__(self, outbox: Outbox, broker: Broker):
        self._outbox, self._broker, self._me = outbox, broker, str(uuid7())

    def step(self) -> float:
        """Send a batch; returns how many seconds to rest. Raises BrokerDown or SessionsUnavailable."""
        if not self._outbox.lead(self._me):
            return STANDBY_SECONDS
        events = self._outbox.waiting(BATCH)
        if not events:
            return IDLE_SECONDS
        self._broker.publish(list(events.values()))
        self._outbox.forget(list(events))
        return 0.0

    def recover(self, fault: Exception | None) -> None:
        """Give up the lead at the end; after an outage the broker reconnects by itself."""
        if fault is None:
            with contextlib.suppress(SessionsUnavailable):
                self._outbox.step_back(self._me)
            self._broker.close()
