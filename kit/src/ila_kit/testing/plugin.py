"""Fixtures of the kit: a database server, throw-away databases, a broker.

`ILA_DATABASE_URL` (of an administrator) and `ILA_BROKER_URL` choose the pair of stores; without
them an embedded PostgreSQL is both.
"""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import sqlalchemy as sa


@pytest.fixture(scope="session")
def admin_url() -> Iterator[str]:
    """The administrator's URL of a PostgreSQL server on which tests make their databases."""
    from ila_kit.testing.embedded import embedded_server

    if url := os.environ.get("ILA_DATABASE_URL"):
        yield url
        return
    with embedded_server() as server:
        yield server.admin_url


@pytest.fixture
def database(admin_url: str) -> "Iterator[sa.Engine]":
    """An engine on a new database with the kit's tables."""
    from ila_kit.testing.stores import fresh_database

    with fresh_database(admin_url) as engine:
        yield engine


@pytest.fixture(scope="session")
def broker_url(admin_url: str) -> Iterator[str]:
    """The URL of a broker: `ILA_BROKER_URL`, or a new database for the bus."""
    from ila_kit.testing.stores import as_bus_url, empty_database

    if url := os.environ.get("ILA_BROKER_URL"):
        yield url
        return
    with empty_database(admin_url) as bus:
        yield as_bus_url(bus)
