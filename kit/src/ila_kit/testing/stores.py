"""Databases and brokers that live as long as a test."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.pool import NullPool

from ila_kit.bus.broker import Broker
from ila_kit.store.database import create_engine, reading
from ila_kit.store.mechanics import create_1
from ila_kit.store.migrate import upgrade


@contextmanager
def empty_database(admin_url: str) -> Iterator[str]:
    """Give the URL of a new, empty database on a server; it is dropped afterwards, whoever still uses it."""
    name = f"test_{secrets.token_hex(6)}"
    admin = sa.create_engine(admin_url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
        yield urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))
    finally:
        with admin.connect() as connection:
            connection.exec_driver_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def fresh_database(
    admin_url: str, prepare: Callable[[sa.Connection], None] = lambda _: None
) -> Iterator[sa.Engine]:
    """Give an engine on a new database with the kit's tables, and with what `prepare` adds."""
    with empty_database(admin_url) as url:
        engine = create_engine(url)
        try:
            with engine.begin() as connection:
                with Operations.context(MigrationContext.configure(connection)):
                    create_1()
                prepare(connection)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def service_database(admin_url: str, package: str) -> Iterator[sa.Engine]:
    """Give an engine on a new database, migrated as the service of this package is in production."""
    with empty_database(admin_url) as url:
        engine = create_engine(url, pool_size=20)
        try:
            upgrade(engine, package)
            yield engine
        finally:
            engine.dispose()


@contextmanager
def fresh_broker(url: str, services: list[str]) -> Iterator[Broker]:
    """Give a broker whose exchanges and queues are this test's own; removed afterwards."""
    broker = Broker(url, prefix=f"test-{secrets.token_hex(6)}")
    try:
        yield broker
    finally:
        broker.close()
        broker.remove(services)


@contextmanager
def statements_seen(engine: sa.Engine) -> Iterator[list[str]]:
    """Give the list that grows with every statement a block sends, for reading or for writing."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    watched = (engine, reading(engine))
    for one in watched:
        sa.event.listen(one, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        for one in watched:
            sa.event.remove(one, "before_cursor_execute", note)


def as_bus_url(database_url: str) -> str:
    """Return the `pgbus://` URL of a database."""
    return "pgbus" + database_url[database_url.index("://") :]
