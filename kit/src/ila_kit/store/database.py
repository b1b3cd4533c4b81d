"""Connections to the one database of a service."""

from collections.abc import Iterator
from contextlib import contextmanager
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

LOCK_TIMEOUT_MS = 4_000
STATEMENT_TIMEOUT_MS = 30_000


def create_engine(url: str, *, pool_size: int = 10, name: str = "ila", pooled: bool = True) -> sa.Engine:
    """Return an engine whose sessions speak UTC and give up on locks and statements in time.

    `pool_size` connections at most; a request that finds none free waits at most 5 seconds.
    """
    options = (
        f"-c timezone=UTC -c lock_timeout={LOCK_TIMEOUT_MS} -c statement_timeout={STATEMENT_TIMEOUT_MS}"
        " -c idle_in_transaction_session_timeout=60000"
    )
    arguments = {"connect_args": {"options": options, "application_name": name, "connect_timeout": 5}}
    if not pooled:
        return sa.create_engine(url, poolclass=NullPool, **arguments)
    return sa.create_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=5,
        pool_recycle=1_800,
        pool_pre_ping=False,
        **arguments,
    )


_readers: "WeakKeyDictionary[sa.Engine, sa.Engine]" = WeakKeyDictionary()


def reading(engine: sa.Engine) -> sa.Engine:
    """Return the twin of an engine whose connections stay in autocommit: a statement costs one round trip.

    It has a pool of its own, as large as the engine's; disposing of the engine disposes of it.
    """
    reader = _readers.get(engine)
    if reader is None:
        reader = sa.create_engine(
            engine.url,
            pool=engine.pool.recreate(),
            isolation_level="AUTOCOMMIT",
            skip_autocommit_rollback=True,
        )
        sa.event.listen(engine, "engine_disposed", _dispose_of_reader)
        _readers[engine] = reader
    return reader


def _dispose_of_reader(engine: sa.Engine) -> None:
    if reader := _readers.pop(engine, None):
        reader.dispose()


def try_lock(connection: sa.Connection, name: str) -> bool:
    """Take a named lock of this service, kept until the session ends; False when another has it."""
    key = sa.func.hashtextextended(sa.func.current_schema() + ":" + name, 0)
    return bool(connection.scalar(sa.select(sa.func.pg_try_advisory_lock(key))))


@contextmanager
def only_one(engine: sa.Engine, name: str) -> Iterator[bool]:
    """Hold a named lock of this service for the length of the block; False when another holds it."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        held = try_lock(connection, name)
        try:
            yield held
        finally:
            if held:
                connection.execute(sa.select(sa.func.pg_advisory_unlock_all()))


@contextmanager
def only_one_transaction(engine: sa.Engine, name: str) -> Iterator[sa.Connection | None]:
    """Give a transaction that holds a named lock of this service, then commit; None when another has it."""
    with engine.begin() as connection:
        key = sa.func.hashtextextended(sa.func.current_schema() + ":" + name, 0)
        held = connection.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(key)))
        yield connection if held else None
