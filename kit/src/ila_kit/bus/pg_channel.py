"""A kombu channel in statements on the tables of the bus."""

import contextlib
import json
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

import psycopg
from amqp.exceptions import ChannelError, NotFound
from amqp.protocol import queue_declare_ok_t
from kombu.message import Message as BaseMessage
from kombu.transport import base

from ila_kit.bus import pg_schema as sql

LEASE_SECONDS = 30.0


class Session(Protocol):
    """The connection that channels share."""

    channels: "list[Channel]"

    def execute(self, query: Any, params: Any = None) -> "psycopg.Cursor[Any]":
        """Carry out one statement."""

    def durably(self) -> contextlib.AbstractContextManager[None]:
        """Make one transaction that survives a crash of the server."""


class Channel(base.StdChannel):
    """What kombu needs of a channel; a message is known to us by the tag of its delivery."""

    Message: Any = BaseMessage

    def __init__(self, session: Session):
        self.session, self.events = session, defaultdict[str, set[Callable[..., None]]](set)
        self.consumers: dict[str, tuple[str, Callable[[Any], None]]] = {}
        self.prefetch, self._tags, self._unacknowledged = 0, count(1), dict[int, int]()
        self._confirming, self._published, self._waiting = False, 0, list[tuple[Any, ...]]()
        self.closed = False
        session.channels.append(self)

    def exchange_declare(self, exchange: str, type: str = "direct", **_: Any) -> None:
        """Create an exchange of kind `topic` or `direct`; nothing happens when it is there."""
        if type not in ("direct", "topic"):
            raise ChannelError(f"no {type} exchanges here", (40, 10), "540", "exchange_declare")
        with self.session.durably():
            self.session.execute(
                "INSERT INTO bus_exchange VALUES (%s, %s) ON CONFLICT DO NOTHING", (exchange, type)
            )

    def queue_declare(
        self, queue: str, passive: bool = False, arguments: dict[str, Any] | None = None, **_: Any
    ) -> queue_declare_ok_t:
        """Create a durable queue, bound to the default exchange by its name; tells its length."""
        known = self.session.execute("SELECT 1 FROM bus_queue WHERE name = %s", (queue,)).fetchone()
        if passive and not known:
            raise NotFound(f"no queue {queue}", (50, 10), "404", "queue_declare")
        if not passive:
            names = ("x-delivery-limit", "x-dead-letter-exchange", "x-dead-letter-routing-key")
            with self.session.durably():
                self.session.execute(
                    sql.DECLARE_QUEUE, (queue, *((arguments or {}).get(name) for name in names))
                )
                self.session.execute(sql.BIND, ("", queue, queue, sql.literal_pattern(queue)))
        length = self.session.execute(
            "SELECT count(*) FROM bus_message WHERE queue = %s", (queue,)
        ).fetchone()
        return queue_declare_ok_t(queue, length[0] if length else 0, 0)

    def queue_bind(self, queue: str, exchange: str, routing_key: str = "", **_: Any) -> None:
        """Have an exchange's messages of a key, or of a topic pattern, put into a queue."""
        row = self.session.execute("SELECT kind FROM bus_exchange WHERE name = %s", (exchange,)).fetchone()
        if row is None:
            raise NotFound(f"no exchange {exchange}", (50, 20), "404", "queue_bind")
        pattern = sql.topic_pattern(routing_key) if row[0] == "topic" else sql.literal_pattern(routing_key)
        with self.session.durably():
            self.session.execute(sql.BIND, (exchange, routing_key, queue, pattern))

    def queue_unbind(self, queue: str, exchange: str, routing_key: str = "", **_: Any) -> None:
        """Undo `queue_bind`."""
        values = (exchange, routing_key, queue)
        with self.session.durably():
            self.session.execute(
                "DELETE FROM bus_binding WHERE (exchange, routing_key, queue) = (%s, %s, %s)", values
            )

    def queue_delete(self, queue: str, **_: Any) -> None:
        """Remove a queue with its bindings and messages."""
        self.session.execute("DELETE FROM bus_queue WHERE name = %s", (queue,))

    def exchange_delete(self, exchange: str, **_: Any) -> None:
        """Remove an exchange with its bindings."""
        self.session.execute("DELETE FROM bus_binding WHERE exchange = %s", (exchange,))
        self.session.execute("DELETE FROM bus_exchange WHERE name = %s", (exchange,))

    def queue_purge(self, queue: str, **_: Any) -> int:
        """Remove the messages of a queue that nobody holds; tells how many."""
        return self.session.execute(
            "DELETE FROM bus_message WHERE queue = %s AND owner IS NULL", (queue,)
        ).rowcount

    def prepare_message(
        self,
        body: bytes,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: dict[str, Any] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> tuple[bytes, dict[str, Any]]:
        """Return a body with what travels beside it, as `basic_publish` takes it."""
        facts = {"content_type": content_type, "content_encoding": content_encoding, "priority": priority}
        return body, {**(properties or {}), **facts, "headers": headers or {}}

    def confirm_select(self) -> None:
        """Publish in batches from now on: the next `drain_events` writes and confirms them."""
        self._confirming = True

    def basic_publish(
        self,
        message: tuple[bytes, dict[str, Any]],
        exchange: str = "",
        routing_key: str = "",
        mandatory: bool = False,
        **_: Any,
    ) -> None:
        """Put a message into every bound queue. Raises ChannelError when mandatory and none is."""
        body, properties = message
        self._waiting.append((exchange, routing_key, json.dumps(properties), body, mandatory))
        if not self._confirming:
            self.flush()

    def flush(self) -> bool:
        """Write in one transaction what waits to be published, and confirm it; tells if anything did."""
        if not self._waiting:
            return False
        waiting, self._waiting = self._waiting, []
        exchanges, keys, properties, bodies, _ = map(list, zip(*waiting, strict=True))
        with self.session.durably():
            self._check_routes(waiting)
            rows = self.session.execute(sql.PUBLISH, (exchanges, keys, properties, bodies)).fetchall()
        # Apart from the transaction: the commit lock that NOTIFY takes would queue up the publishers.
        self.session.execute(sql.WAKE, ([queue for (queue,) in set(rows)],))
        self._published += len(waiting)
        for confirmed in list(self.events["basic_ack"]):
            confirmed(self._published, True)
        return True

    def _check_routes(self, waiting: list[tuple[Any, ...]]) -> None:
        exchanges = list({exchange for exchange, *_ in waiting})
        if missing := self.session.execute(sql.MISSING_EXCHANGE, (exchanges,)).fetchone():
            raise NotFound(f"no exchange {missing[0]}", (60, 40), "404", "basic_publish")
        routes = [(exchange, key) for exchange, key, *_, mandatory in waiting if mandatory]
        values = ([exchange for exchange, _ in routes], [key for _, key in routes])
        if routes and (unrouted := self.session.execute(sql.UNROUTED, values).fetchone()):
            raise ChannelError(f"NO_ROUTE for {unrouted[0]}", (60, 50), "312", "basic_publish")

    def basic_qos(self, prefetch_size: int, prefetch_count: int, *_: Any, **__: Any) -> None:
        """Hold at most `prefetch_count` messages that are not acknowledged."""
        self.prefetch = prefetch_count

    def basic_consume(
        self, queue: str, no_ack: bool = False, consumer_tag: str = "", callback: Any = None, **_: Any
    ) -> None:
        """Have `callback` called with each message of a queue, from within `drain_events`."""
        if no_ack:
            raise ChannelError("everything is acknowledged here", (60, 20), "540", "basic_consume")
        self.consumers[consumer_tag] = (queue, callback)

    def basic_cancel(self, consumer_tag: str, **_: Any) -> None:
        """Deliver no more to a consumer; it keeps what it has."""
        self.consumers.pop(consumer_tag, None)

    def basic_get(self, queue: str, **_: Any) -> BaseMessage | None:
        """Return the next message of a queue, or None."""
        return next(iter(self._lease(queue, 1)), None)

    def deliver(self) -> int:
        """Give the consumers what they may still hold; tells how many messages that was."""
        delivered = 0
        for queue, callback in list(self.consumers.values()):
            room = self.prefetch - len(self._unacknowledged) if self.prefetch else 100
            for message in self._lease(queue, room) if room > 0 else ():
                delivered += 1
                callback(message)
        return delivered

    def _lease(self, queue: str, limit: int) -> list[BaseMessage]:
        values = {"queue": queue, "limit": limit, "seconds": LEASE_SECONDS}
        rows = sorted(self.session.execute(sql.LEASE, values).fetchall())
        worn = [row[0] for row in rows if row[-1]]
        if worn:
            self.session.execute(sql.BURY, (worn, "delivery_limit"))
        return [self._message(row) for row in rows if not row[-1]]

    def _message(self, row: tuple[Any, ...]) -> Any:
        id_, exchange, key, properties, body, deliveries, _ = row
        tag = next(self._tags)
        self._unacknowledged[tag] = id_
        return self.Message(
            body=body,
            delivery_tag=tag,
            content_type=properties["content_type"],
            content_encoding=properties["content_encoding"],
            delivery_info={"exchange": exchange, "routing_key": key, "redelivered": deliveries > 1},
            properties=properties,
            headers=properties["headers"],
            channel=self,
        )

    def message_to_python(self, message: BaseMessage) -> BaseMessage:
        """Return the message: it is one already."""
        return message

    def _settle(self, tag: int, multiple: bool) -> list[int]:
        tags = [one for one in self._unacknowledged if one == tag or (multiple and one < tag)]
        return [self._unacknowledged.pop(one) for one in tags]

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        """Remove a message, or all delivered up to it, for good."""
        self.session.execute(sql.ACKNOWLEDGE, (self._settle(delivery_tag, multiple),))

    def basic_reject(self, delivery_tag: int, requeue: bool = False) -> None:
        """Give a message back, or send it to the queue's dead letters."""
        ids = self._settle(delivery_tag, False)
        if requeue:
            self.session.execute(sql.RELEASE, (ids,))
        else:
            self.session.execute(sql.BURY, (ids, "rejected"))

    def basic_recover(self, requeue: bool = True) -> None:
        """Give back everything that was delivered and not acknowledged."""
        self.session.execute(sql.RELEASE, (list(self._unacknowledged.values()),))
        self._unacknowledged.clear()

    def close(self) -> None:
        """Stop consuming, and give back what was not acknowledged."""
        if self.closed:
            return
        self.closed = True
        self.consumers.clear()
        self.session.channels.remove(self)
        with contextlib.suppress(psycopg.Error):
            self.basic_recover()
