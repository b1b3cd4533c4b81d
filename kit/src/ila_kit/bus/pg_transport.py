"""A kombu transport whose broker is a PostgreSQL database: `pgbus://user:password@host:port/database`.

It behaves like RabbitMQ where we rely on it: durable queues, topic bindings, prefetch, delivery
limit and dead letters, errors for what cannot be routed, and publisher confirms in batches: after
`confirm_select`, what was published is written by the next `drain_events` in one transaction, and
confirmed after its commit. Messages are leased to a session and deleted when acknowledged, so a
consumer that dies gives back what it had.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from amqp.exceptions import ChannelError
from kombu.transport import base

from ila_kit.bus import pg_schema as sql
from ila_kit.bus.pg_channel import LEASE_SECONDS, Channel

POLL_SECONDS = 1.0
_OPTIONS = "-c synchronous_commit=off -c statement_timeout=30000 -c lock_timeout=10000 -c timezone=UTC"


class Session:
    """One connection to the database of the bus, with the channels that use it."""

    def __init__(self, connection: "psycopg.Connection[Any]"):
        self.connection, self.channels = connection, list[Channel]()
        self._reclaimed, self._listening = 0.0, False
        if self.execute("SELECT to_regclass('bus_message') IS NULL").fetchone() == (True,):
            with self.durably():
                self.execute("SELECT pg_advisory_xact_lock(%s)", (sql.LOCK,))
                self.execute(sql.CREATE)

    def execute(self, query: Any, params: Any = None) -> "psycopg.Cursor[Any]":
        """Carry out one statement."""
        return self.connection.execute(query, params)

    @contextmanager
    def durably(self) -> Iterator[None]:
        """Make one transaction that survives a crash of the server; leases and acknowledgements need not."""
        with self.connection.transaction():
            self.execute("SET LOCAL synchronous_commit = on")
            yield

    def drain(self, timeout: float | None) -> None:
        """Write what waits to be published, or deliver messages. Raises TimeoutError when there were none."""
        deadline = None if timeout is None else time.monotonic() + timeout
        if sum(channel.flush() for channel in self.channels):
            return
        while not sum(channel.deliver() for channel in list(self.channels)):
            left = POLL_SECONDS if deadline is None else min(POLL_SECONDS, deadline - time.monotonic())
            if left <= 0:
                raise TimeoutError
            self._wait(left)

    def _wait(self, seconds: float) -> None:
        """Wait for a publication to our queues; nobody is told of freed leases, so look after a second."""
        if not self._listening:
            self.execute(f"LISTEN {sql.PUBLISHED}")
            self._listening = True
            return
        if time.monotonic() - self._reclaimed >= POLL_SECONDS:
            self._reclaimed = time.monotonic()
            if self.execute(sql.RECLAIM).rowcount:
                return
        queues = {queue for channel in self.channels for queue, _ in channel.consumers.values()}
        for note in self.connection.notifies(timeout=seconds):
            if note.payload in queues:
                return

    def renew(self) -> None:
        """Keep the leases of everything delivered here."""
        self.execute(sql.RENEW, (LEASE_SECONDS,))

    def close(self) -> None:
        """Give everything back and end the connection; a dead one needs no farewell."""
        for channel in list(self.channels):
            channel.close()
        self.connection.close()


class Transport(base.Transport):
    """Opens sessions for kombu."""

    default_port: Any = 5432
    driver_type, driver_name = "pgbus", "psycopg"
    connection_errors: Any = (psycopg.OperationalError, psycopg.InterfaceError)
    channel_errors = (ChannelError,)
    recoverable_connection_errors: Any = connection_errors
    recoverable_channel_errors = channel_errors
    implements = base.Transport.implements.extend(
        asynchronous=False, exchange_type=frozenset(["direct", "topic"]), heartbeats=True
    )

    def __init__(self, client: Any, **_: Any):
        self.client: Any = client

    def driver_version(self) -> str:
        """Return the version of psycopg."""
        return psycopg.__version__

    def establish_connection(self) -> Session:
        """Connect, and create the tables of the bus when they are missing."""
        client = self.client
        connection = psycopg.connect(
            host=client.hostname or "127.0.0.1",
            port=client.port or self.default_port,
            user=client.userid,
            password=client.password,
            dbname=client.virtual_host,
            autocommit=True,
            connect_timeout=5,
            options=_OPTIONS,
            application_name="ila-bus",
        )
        try:
            return Session(connection)
        except BaseException:
            connection.close()
            raise

    def close_connection(self, connection: Session) -> None:
        """End a session."""
        connection.close()

    def create_channel(self, connection: Session) -> Channel:
        """Open a channel of a session."""
        return Channel(connection)

    def verify_connection(self, connection: Session) -> bool:
        """Tell whether a session is still open."""
        return not connection.connection.closed

    def drain_events(self, connection: Session, timeout: float | None = None, **_: Any) -> None:
        """Publish what waits, or deliver messages. Raises TimeoutError when nothing came in time."""
        connection.drain(timeout)

    def heartbeat_check(self, connection: Session, rate: int = 2) -> None:
        """Keep the leases of this session; call it more often than the heartbeat interval."""
        connection.renew()

    def get_heartbeat_interval(self, connection: Session) -> float:
        """Return after how many seconds leases end when nobody renews them."""
        return LEASE_SECONDS
