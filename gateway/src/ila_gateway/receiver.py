"""Hears what the others tell, and lets it have its effect at once.

There is no inbox: every effect is a mark in the shared store that may be made twice and in any
order, so an event is acknowledged when its mark is there. Until then it stays with the broker.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from ila_kit.bus.broker import Broker, BrokerDown, Subscription
from ila_kit.events import Envelope, Event

BATCH = 100
WAIT_SECONDS = 0.5
log = logging.getLogger(__name__)
Effect = Callable[[Any], None]
Handlers = Mapping[type[Event], Effect]


class Receiver:
    """Takes the events of these kinds from the queue; what cannot be read goes to the dead letters."""

    def __init__(self, broker: Broker, service: str, handlers: Handlers):
        self._broker, self._service = broker, service
        self._kinds = {kind.type: kind for kind in handlers}
        self._effects = {kind.type: effect for kind, effect in handlers.items()}
        self._subscription: Subscription | None = None
        self._batch: list[Any] = []

    def step(self) -> float:
        """Hear one batch, waiting a little for it; returns how many seconds to rest.

        While the store is away the batch is kept and the broker sees us alive: giving it back each
        time would count deliveries up to the limit.
        """
        if self._subscription is None:
            self._subscription = self._broker.subscribe(self._service, self._kinds)
        self._subscription.heartbeat()
        self._batch = self._batch or self._subscription.collect(BATCH, WAIT_SECONDS)
        while self._batch:
            self._hear(self._subscription, self._batch[0])
            del self._batch[0]
        return 0.0

    def recover(self, fault: Exception | None) -> None:
        """Drop the subscription when the broker is lost, or at the end; what was held comes again."""
        if fault is not None and not isinstance(fault, BrokerDown):
            return
        subscription, self._subscription, self._batch = self._subscription, None, []
        if subscription is not None:
            subscription.close()

    def _hear(self, subscription: Subscription, message: Any) -> None:
        try:
            envelope = Envelope.parse(orjson.loads(bytes(message.body)))
            fact = self._kinds[envelope.type].read(envelope.data)
        except Exception as fault:  # whatever reading trips over, it will trip over again
            log.warning("a message that cannot be read is parked: %s", type(fault).__name__)
            subscription.bury(message)
            return
        self._effects[envelope.type](fact)
        subscription.acknowledge([message])
