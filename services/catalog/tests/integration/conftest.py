"""A migrated database of the catalogue, and a client of its routes."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ila_catalog.app import create_app
from ila_catalog.cli import run_load
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.clients.keys import KeySigner
from ila_catalog.domain.agreements import Covered
from ila_catalog.domain.digcomp import read_areas
from ila_catalog.domain.programmes import Programme, published
from ila_catalog.ports import Deps
from ila_catalog.settings import Settings
from ila_catalog.store.unit import CatalogUnit
from ila_kit.actor import process_actor
from ila_kit.cli import offline_environment
from ila_kit.clock import riga_date, utc_now
from ila_kit.registers import RegisterAnswer
from ila_kit.store.database import only_one
from ila_kit.store.unit import Units
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import service_database, statements_seen
from joserfc.jwk import ECKey

SYSTEM = process_actor("catalog")
TABLES = (
    "outbox, audit_seal, audit_entry, timer, idempotency_key, agreement_signature, agreement_programme, agreement, "
    "decision, interest_declaration, commission_member, commission, quota, attachment, offer_submission, offer, "
    "programme, place, register_fact, provider, schedule_change, learning_need, call_document, call"
)


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
def key_file(tmp_path: Path) -> Path:
    """The key of the service."""
    path = tmp_path / "key.pem"
    path.write_bytes(ECKey.generate_key("P-256").as_pem(private=True))
    return path


class ToldRegisters:
    """Registers that answer what a test tells them to; `down` ones do not answer."""

    def __init__(self) -> None:
        self.told: dict[tuple[str, str], dict[str, Any]] = {}
        self.down: set[str] = set()
        self.asked: list[tuple[str, tuple[str, ...]]] = []

    def ask(
        self, register: str, keys: Sequence[str], purpose: str, legal_basis: str
    ) -> dict[str, RegisterAnswer]:
        self.asked.append((register, tuple(keys)))
        return {key: self._answer(register, key) for key in keys}

    def _answer(self, register: str, key: str) -> RegisterAnswer:
        if register in self.down:
            return RegisterAnswer(key=key, state="unavailable", fault="down")
        found = self.told.get((register, key))
        return RegisterAnswer(
            key=key,
            state="fresh",
            found=found is not None,
            answer=found,
            observed_at=utc_now(),
            legal_basis="stand-in",
            hash="0" * 64,
            snapshot="a.b.c",
        )


@pytest.fixture
def registers() -> ToldRegisters:
    """Registers that say what a test tells them to."""
    return ToldRegisters()


@pytest.fixture
def deps(engine: sa.Engine, key_file: Path, registers: ToldRegisters) -> Deps:
    """Real stores, clock and files."""
    files = PackagedFiles()
    units = Units(engine, "catalog", CatalogUnit, utc_now)
    return Deps(
        units=units,
        areas=read_areas(files.competences),
        files=files,
        registers=registers,
        signer=KeySigner(key_file),
        alone=partial(only_one, engine),
    )


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
    """Store more published programmes of call 1, under the agreement of the provider each has in the file."""
    agreements = {one.provider.id: one.agreement_id for one in demonstration}

    def run(*programmes: Programme) -> None:
        with loaded.units.open(SYSTEM) as unit:
            call = unit.calls.get(demonstration[0].call_id)
            for programme in programmes:
                agreement = unit.agreements.find(agreements[programme.provider.id])
                wider = replace(agreement, covered=[*agreement.covered, Covered(programme_id=programme.id)])
                unit.programmes.add(published(programme, call, wider, frozenset({"system"}), unit.now))
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
