"""A migrated database of the catalogue, and a client of its routes."""

from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ila_catalog.app import create_app
from ila_catalog.cli import run_load
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.digcomp import read_areas
from ila_catalog.domain.programmes import Programme, published
from ila_catalog.ports import Deps
from ila_catalog.settings import Settings
from ila_catalog.store.unit import CatalogUnit
from ila_kit.actor import process_actor
from ila_kit.cli import offline_environment
from ila_kit.clock import riga_date, utc_now
from ila_kit.store.unit import Units
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import service_database, statements_seen

SYSTEM = process_actor("catalog")
TABLES = "outbox, audit_seal, audit_entry, programme, provider, learning_need, call_document, call"


@pytest.fixture(scope="session")
def migrated(admin_url: str) -> Iterator[sa.Engine]:
    """An engine on a database migrated like in production, for all tests."""
    with service_database(admin_url, "ila_catalog") as engine:
        yield engine


@pytest.fixture
def engine(migrated: sa.Engine) -> sa.Engine:
    """The same database, empty again."""
    with migrated.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in TABLES.split(", "):
            connection.exec_driver_sql(f"DELETE FROM {table}")
    return migrated


@pytest.fixture
def deps(engine: sa.Engine) -> Deps:
    """Real stores, clock and files."""
    files = PackagedFiles()
    units = Units(engine, "catalog", CatalogUnit, utc_now)
    return Deps(units=units, areas=read_areas(files.competences), files=files)


@pytest.fixture
def settings(engine: sa.Engine, tmp_path: Path) -> Settings:
    """Settings of a development catalogue on that database."""
    url = engine.url.render_as_string(hide_password=False)
    return Settings(**offline_environment() | {"database_url": url, "client_key_file": tmp_path / "key.pem"})


@pytest.fixture
def client(deps: Deps, settings: Settings) -> ApiClient:
    """A visitor of the routes; every answer is checked against its schema."""
    app = create_app(settings, deps, verifier=verifier("catalog"), check_answers=True)
    return ApiClient(app.test_client(), "catalog")


@pytest.fixture
def loaded(deps: Deps) -> Deps:
    """The demonstration of call 1, with applications open today."""
    run_load(deps, "call-1", demonstration=True)
    return deps


@pytest.fixture
def add(loaded: Deps, demonstration: tuple[Programme, ...]) -> Callable[..., None]:
    """Store more published programmes of call 1."""

    def run(*programmes: Programme) -> None:
        with loaded.units.open(SYSTEM) as unit:
            call = unit.calls.get(demonstration[0].call_id)
            for programme in programmes:
                unit.programmes.add(published(programme, call, frozenset({"system"}), unit.now))
            unit.commit()

    return run


@pytest.fixture
def queries(engine: sa.Engine) -> Callable[[], Any]:
    """Count the statements that a block sends: `with queries() as seen: …; len(seen)`."""

    return partial(statements_seen, engine)


@pytest.fixture
def today() -> date:
    """The Latvian day on which tests run."""
    return riga_date(utc_now())
