"""Receiving: messages are acknowledged when whoever they are for has kept them."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

from ila_kit.bus.broker import Broker, BrokerDown, Subscription

BATCH = 200
WAIT_SECONDS = 0.5

Keep = Callable[[Sequence[bytes]], Collection[bytes]]


class Receiver:
    """Brings the messages of these types from the broker to `keep`, a batch of bodies at a time.

    `keep` returns when what it was given will last, and what of it nobody can read: that goes to the
    dead letters. It raises while it cannot keep anything. It may be given the same again.
    """

    def __init__(self, broker: Broker, service: str, types: Collection[str], keep: Keep):
        self._broker, self._service, self._types, self._keep = broker, service, types, keep
        self._subscription: Subscription | None = None
        self._batch: list[Any] = []

    def step(self) -> float:
        """Take in one batch, waiting a little for it; returns how many seconds to rest.

        While it cannot be kept the batch waits here and the broker sees us alive: giving it back each
        time would count deliveries up to the limit.
        """
        if self._subscription is None:
            self._subscription = self._broker.subscribe(self._service, self._types)
        self._subscription.heartbeat()
        self._batch = self._batch or self._subscription.collect(BATCH, WAIT_SECONDS)
        if self._batch:
            self._take_in(self._subscription)
            self._batch = []
        return 0.0

    def recover(self, fault: Exception | None) -> None:
        """Drop the subscription when the broker is lost, or at the end; what was held comes again."""
        if fault is not None and not isinstance(fault, BrokerDown):
            return
        subscription, self._subscription, self._batch = self._subscription, None, []
        if subscription is not None:
            subscription.close()

    def _take_in(self, subscription: Subscription) -> None:
        unreadable = self._keep([_body(message) for message in self._batch])
        for message in self._batch:
            if _body(message) in unreadable:
                subscription.bury(message)
        if kept := [one for one in self._batch if _body(one) not in unreadable]:
            subscription.acknowledge(kept)


def _body(message: Any) -> bytes:
    """Return the body of a message; the library of RabbitMQ gives an empty one as text."""
    return bytes(message.body or b"")
