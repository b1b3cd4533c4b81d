"""Databases, roles and schemas of the suite on a PostgreSQL, made or brought up to date."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg.sql import SQL, Composable, Identifier, Literal

from ila_local.errors import CannotRun

SERVICES = ("identity", "catalog", "applications", "funding")
EXTENSIONS = ("unaccent", "pg_trgm", "btree_gist")
BUS = "bus"

_ONE_AT_A_TIME = 5_060_024  # advisory lock: two provisionings would trip over each other's CREATEs


@dataclass(frozen=True, slots=True)
class Databases:
    """Where the suite's data lives on one server: `<name>` for the services, `<name>_bus` for the bus.

    Each service has a role `<name>_<service>` and a schema `<service>` that this role alone can use.
    """

    admin_url: str
    name: str
    passwords: Mapping[str, str]

    def service_url(self, service: str) -> str:
        """Return the URL by which a service connects to its own schema."""
        return self._url(service, self.name)

    def bus_url(self) -> str:
        """Return the URL of the bus on this server."""
        return self._url(BUS, f"{self.name}_{BUS}").replace("postgresql://", "pgbus://", 1)

    def suite_url(self) -> str:
        """Return the URL by which an administrator looks into the suite's database."""
        return _with_database(self.admin_url, self.name)

    def _url(self, owner: str, database: str) -> str:
        parts = urlsplit(self.admin_url)
        login = f"{self.role(owner)}:{quote(self.passwords[owner], safe='')}"
        place = parts.netloc.rpartition("@")[2]
        return urlunsplit(("postgresql", f"{login}@{place}", f"/{database}", parts.query, ""))

    def role(self, owner: str) -> str:
        """Return the database role of a service or of the bus."""
        return f"{self.name}_{owner}"

    def provision(self) -> None:
        """Create what is missing, leave what is right. Raises CannotRun with the server's words."""
        try:
            with _connect(self.admin_url) as server, _alone(server):
                for owner in (*SERVICES, BUS):
                    self._make_role(server, owner)
                self._make_database(server, self.name, owner=None)
                self._make_database(server, f"{self.name}_{BUS}", owner=self.role(BUS))
            with _connect(self.suite_url()) as database, _alone(database):
                self._fill(database)
        except psycopg.Error as fault:
            raise CannotRun(f"The databases cannot be made: {fault}") from None

    def drop(self) -> None:
        """Delete the databases and the roles. Raises CannotRun with the server's words."""
        try:
            with _connect(self.admin_url) as server, _alone(server):
                for database in (self.name, f"{self.name}_{BUS}"):
                    _run(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", Identifier(database))
                for owner in (*SERVICES, BUS):
                    _run(server, "DROP ROLE IF EXISTS {}", Identifier(self.role(owner)))
        except psycopg.Error as fault:
            raise CannotRun(f"The databases of {self.name} cannot be dropped: {fault}") from None

    def _make_role(self, server: psycopg.Connection, owner: str) -> None:
        role = Identifier(self.role(owner))
        if not _exists(server, "pg_roles", "rolname", self.role(owner)):
            _run(server, "CREATE ROLE {}", role)
        _run(
            server,
            "ALTER ROLE {} LOGIN INHERIT PASSWORD {}",
            role,
            Literal(self.passwords[owner]),
        )
        if not _is_superuser(server):
            _run(server, "GRANT {} TO CURRENT_USER", role)

    def _make_database(self, server: psycopg.Connection, database: str, owner: str | None) -> None:
        name = Identifier(database)
        if not _exists(server, "pg_database", "datname", database):
            _run(server, "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'", name)
        if owner:
            _run(server, "ALTER DATABASE {} OWNER TO {}", name, Identifier(owner))
        _run(server, "REVOKE ALL ON DATABASE {} FROM PUBLIC", name)

    def _fill(self, database: psycopg.Connection) -> None:
        _run(database, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
        _run(database, "CREATE SCHEMA IF NOT EXISTS extensions")
        for extension in EXTENSIONS:
            _run(database, "CREATE EXTENSION IF NOT EXISTS {} SCHEMA extensions", Identifier(extension))
        for service in SERVICES:
            self._make_schema(database, Identifier(service), Identifier(self.role(service)))

    def _make_schema(self, database: psycopg.Connection, schema: Identifier, role: Identifier) -> None:
        name = Identifier(self.name)
        _run(database, "CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}", schema, role)
        _run(database, "REVOKE ALL ON SCHEMA {} FROM PUBLIC", schema)
        _run(database, "GRANT USAGE ON SCHEMA extensions TO {}", role)
        _run(database, "GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}", name, role)
        _run(database, "ALTER ROLE {} IN DATABASE {} SET search_path = {}, extensions", role, name, schema)


def _connect(url: str) -> psycopg.Connection:
    return psycopg.connect(url, autocommit=True, connect_timeout=10)


@contextmanager
def _alone(connection: psycopg.Connection) -> Iterator[None]:
    connection.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
    yield
    connection.execute("SELECT pg_advisory_unlock(%s)", [_ONE_AT_A_TIME])


def _run(connection: psycopg.Connection, statement: LiteralString, *parts: Composable) -> None:
    connection.execute(SQL(statement).format(*parts))


def _exists(connection: psycopg.Connection, catalogue: str, column: str, name: str) -> bool:
    query = SQL("SELECT 1 FROM {} WHERE {} = {}").format(
        Identifier(catalogue), Identifier(column), Literal(name)
    )
    return connection.execute(query).fetchone() is not None


def _is_superuser(connection: psycopg.Connection) -> bool:
    row = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


def _with_database(url: str, database: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{database}"))
