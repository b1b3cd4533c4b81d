"""The broker as services see it: one topic exchange, a durable queue per reading service, dead letters.

The same code runs over RabbitMQ (`amqp://`) and over our transport on PostgreSQL (`pgbus://`).
"""

import contextlib
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import kombu
import orjson
from kombu.exceptions import OperationalError

from ila_kit.events import Envelope

Connection: Any = kombu.Connection  # type: ignore[attr-defined] # loaded lazily, and not typed
CONFIRM_SECONDS = 15.0
HEARTBEAT_SECONDS = 30
SILENT_SECONDS = 15
# Receiving only stores, so a message comes again only when a consumer dies holding it. The limit
# is for one whose mere arrival kills; it is far above what restarts can count up for others.
DELIVERY_LIMIT = 20


class BrokerDown(Exception):
    """The broker cannot be reached, or did not confirm: nothing may be taken as sent."""


class Broker:
    """Sends events and opens subscriptions; connects when first needed, and again after a failure.

    `prefix` names the exchanges and queues: `<prefix>.events`, `<prefix>.<service>`,
    `<prefix>.dead`, `<prefix>.dead.<service>`. An object serves one thread at a time;
    its subscriptions have connections of their own.
    """

    def __init__(self, url: str, *, prefix: str = "ila"):
        self.url, self.prefix = url, prefix
        self.exchange, self.dead_exchange = f"{prefix}.events", f"{prefix}.dead"
        self._confirms: _Confirms | None = None

    def declare(self, service: str, types: Iterable[str]) -> None:
        """Create the queue of a service with its dead letters, bound to event types (or patterns of them).

        Do it before anybody publishes (`migrate` does): what no queue is bound to reaches nobody.
        """
        with self._connection() as connection:
            self._declare(connection.default_channel, service, types)

    def publish(self, batch: Sequence[Envelope]) -> None:
        """Send events; returns when the broker has confirmed that it keeps all of them.

        Raises BrokerDown otherwise: then some may have been sent, so send all again. An event
        that nobody reads is confirmed too, that is normal.
        """
        try:
            with _translated():
                self._confirms = self._confirms or _Confirms(self._connect(heartbeat=0), self.exchange)
                self._confirms.send(
                    self.exchange, [(event.type, *_as_message(event)) for event in batch], mandatory=False
                )
        except BaseException:
            self.close()
            raise

    def subscribe(self, service: str, types: Iterable[str], *, prefetch: int = 400) -> "Subscription":
        """Open a subscription to the queue of a service, declaring it first."""
        with _translated():
            connection = self._connect(heartbeat=HEARTBEAT_SECONDS)
            try:
                self._declare(connection.default_channel, service, types)
                return Subscription(connection, self.queue(service), prefetch)
            except BaseException:
                _close(connection)
                raise

    def dead_count(self, service: str) -> int:
        """Return how many dead letters of a service the broker keeps."""
        with self._connection() as connection:
            found = connection.default_channel.queue_declare(queue=self.dead_queue(service), passive=True)
            return int(found.message_count)

    def replay_dead(self, service: str, limit: int = 1_000) -> int:
        """Put dead letters of a service back into its queue; returns how many."""
        with self._connection() as connection:
            channel, confirms = _raw(connection.channel()), _Confirms(connection, self.exchange)
            for moved in range(limit):
                message = channel.basic_get(queue=self.dead_queue(service), no_ack=False)
                if message is None:
                    return moved
                headers = {k: v for k, v in message.headers.items() if not k.startswith("x-")}
                confirms.send("", [(self.queue(service), message.body, headers)], mandatory=True)
                channel.basic_ack(message.delivery_tag)
        return limit

    def remove(self, services: Iterable[str]) -> None:
        """Remove the exchanges, and the queues of these services with everything in them."""
        with self._connection() as connection:
            channel = connection.channel()
            for service in services:
                channel.queue_delete(queue=self.queue(service))
                channel.queue_delete(queue=self.dead_queue(service))
            for exchange in (self.exchange, self.dead_exchange):
                channel.exchange_delete(exchange=exchange)

    def queue(self, service: str) -> str:
        """Return the name of a service's queue."""
        return f"{self.prefix}.{service}"

    def dead_queue(self, service: str) -> str:
        """Return the name of the queue of a service's dead letters."""
        return f"{self.dead_exchange}.{service}"

    def close(self) -> None:
        """End the publishing connection; the next `publish` opens another."""
        confirms, self._confirms = self._confirms, None
        if confirms is not None:
            _close(confirms.connection)

    def _connect(self, heartbeat: int) -> Any:
        options = {"read_timeout": SILENT_SECONDS, "write_timeout": SILENT_SECONDS}
        connection = Connection(self.url, heartbeat=heartbeat, connect_timeout=5, transport_options=options)
        connection.ensure_connection(max_retries=1, interval_start=0, timeout=5)
        return connection

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        with _translated():
            connection = self._connect(heartbeat=0)
            try:
                yield connection
            finally:
                _close(connection)

    def _declare(self, channel: Any, service: str, types: Iterable[str]) -> None:
        queue, dead = self.queue(service), self.dead_queue(service)
        for exchange in (self.exchange, self.dead_exchange):
            _declare_exchange(channel, exchange)
        _declare_queue(channel, dead, {"x-queue-type": "quorum"})
        channel.queue_bind(queue=dead, exchange=self.dead_exchange, routing_key=queue)
        dead_letters = {
            "x-dead-letter-exchange": self.dead_exchange,
            "x-dead-letter-routing-key": queue,
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
        _declare_queue(
            channel, queue, {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT, **dead_letters}
        )
        for one in types:
            channel.queue_bind(queue=queue, exchange=self.exchange, routing_key=one)


class Subscription:
    """Messages of one queue, held until they are acknowledged."""

    def __init__(self, connection: Any, queue: str, prefetch: int):
        self._connection, self._channel, self._arrived = connection, _raw(connection.channel()), list[Any]()
        self._beat = time.monotonic()
        self._channel.basic_qos(0, prefetch, False)
        self._channel.basic_consume(
            queue=queue, no_ack=False, consumer_tag="ila", callback=self._take, nowait=False
        )

    def collect(self, limit: int, wait: float) -> list[Any]:
        """Return up to `limit` messages that are here, waiting at most `wait` seconds for the first."""
        with _translated():
            self.heartbeat()
            with contextlib.suppress(TimeoutError):
                while len(self._arrived) < limit:
                    self._connection.drain_events(timeout=0.002 if self._arrived else wait)
        batch, self._arrived = self._arrived[:limit], self._arrived[limit:]
        return batch

    def acknowledge(self, batch: Sequence[Any]) -> None:
        """Tell the broker that everything collected up to the end of this batch is kept here."""
        with _translated():
            self._channel.basic_ack(batch[-1].delivery_tag, multiple=True)

    def bury(self, message: Any) -> None:
        """Have the broker put one message among the dead letters of this queue."""
        with _translated():
            self._channel.basic_reject(message.delivery_tag, requeue=False)

    def heartbeat(self) -> None:
        """Show the broker that this consumer lives; call it every few seconds while holding messages."""
        if time.monotonic() - self._beat > HEARTBEAT_SECONDS / 6:
            self._beat = time.monotonic()
            with _translated():
                self._connection.heartbeat_check()

    def close(self) -> None:
        """End the subscription; the broker gives what was not acknowledged to others."""
        _close(self._connection)

    def _take(self, message: Any) -> None:
        self._arrived.append(self._channel.message_to_python(message))


class _Confirms:
    """A channel whose messages the broker confirms, many at a time."""

    def __init__(self, connection: Any, exchange: str):
        self.connection, self.channel = connection, connection.channel()
        self._last, self._open, self._refused = 0, set[int](), False
        self.channel.confirm_select()
        self.channel.events["basic_ack"].add(self._confirmed)
        self.channel.events["basic_nack"].add(self._nacked)
        _declare_exchange(self.channel, exchange)

    def send(
        self, exchange: str, messages: Iterable[tuple[str, bytes, dict[str, Any]]], mandatory: bool
    ) -> None:
        """Send (routing key, body, headers) each; returns when all are confirmed."""
        deadline = time.monotonic() + CONFIRM_SECONDS
        for key, body, headers in messages:
            self._last += 1
            self._open.add(self._last)
            message = self.channel.prepare_message(
                body, None, "application/cloudevents+json", "utf-8", headers, {"delivery_mode": 2}
            )
            self.channel.basic_publish(message, exchange=exchange, routing_key=key, mandatory=mandatory)
        while self._open and not self._refused:
            self.connection.drain_events(timeout=max(0.001, deadline - time.monotonic()))
        if self._refused:
            raise BrokerDown("the broker refused a message")

    def _confirmed(self, tag: int, multiple: bool) -> None:
        self._open -= {one for one in self._open if one <= tag} if multiple else {tag}

    def _nacked(self, tag: int, multiple: bool) -> None:
        self._refused = True


@contextmanager
def _translated() -> Iterator[None]:
    """Turn every transport's own failures into BrokerDown."""
    try:
        yield
    except _FAILURES as fault:
        raise BrokerDown(type(fault).__name__) from fault


def _failures() -> tuple[type[BaseException], ...]:
    classes: list[type[BaseException]] = [OSError, OperationalError]
    for url in ("amqp://", "pgbus://"):
        transport = Connection(url).get_transport_cls()
        classes += [*transport.connection_errors, *transport.channel_errors]
    return tuple(dict.fromkeys(classes))


_FAILURES = _failures()


def _as_message(event: Envelope) -> tuple[bytes, dict[str, Any]]:
    headers = {"traceparent": event.traceparent} if event.traceparent else {}
    return orjson.dumps(event.as_json()), headers


def _raw(channel: Any) -> Any:
    """Return a channel that hands over bodies as bytes on every transport."""
    channel.auto_decode = False
    return channel


def _declare_exchange(channel: Any, name: str) -> None:
    channel.exchange_declare(exchange=name, type="topic", durable=True, auto_delete=False)


def _declare_queue(channel: Any, name: str, arguments: dict[str, Any]) -> None:
    channel.queue_declare(queue=name, durable=True, auto_delete=False, arguments=arguments)


def _close(connection: Any) -> None:
    """End a connection that may be broken: then there is nothing left to close properly."""
    with contextlib.suppress(Exception):
        connection.release()
