"""A migrated database of the catalogue, and a client of its routes."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ila_catalog.app import create_app
from ila_catalog.cli import run_load
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.clients.keys import KeySigner
from ila_catalog.consumers import TIMERS, RegisterJob
from ila_catalog.domain.agreements import Covered
from ila_catalog.domain.digcomp import read_areas
from ila_catalog.domain.programmes import Programme, Provider, Territory, published
from ila_catalog.ports import Deps
from ila_catalog.settings import Settings
from ila_catalog.store.unit import CatalogUnit
from ila_catalog.usecases.providers import learn_provider
from ila_kit.actor import process_actor
from ila_kit.cli import offline_environment
from ila_kit.clock import as_instant, riga_date, utc_now
from ila_kit.ids import uuid7
from ila_kit.registers import RegisterAnswer
from ila_kit.store.database import only_one
from ila_kit.store.timers import run_due
from ila_kit.store.unit import Units
from ila_kit.testing.files import memory_files
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import service_database, statements_seen
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

SYSTEM = process_actor("catalog")
TABLES = (
    "outbox, audit_seal, audit_entry, timer, idempotency_key, agreement_signature, agreement_programme, "
    "agreement, decision, interest_declaration, commission_member, commission, quota, attachment, "
    "offer_submission, likeness, offer_comparison, offer, group_members, programme, place, register_fact, "
    "provider, schedule_change, "
    "need_proposal, call_question, outside_offer, learning_need, call_document, call"
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


class MovableClock:
    """The real time, or as long as a test holds it: one instant."""

    def __init__(self) -> None:
        self.held: datetime | None = None

    def __call__(self) -> datetime:
        return self.held or utc_now()


@pytest.fixture
def registers() -> ToldRegisters:
    """Registers that say what a test tells them to."""
    return ToldRegisters()


@pytest.fixture
def clock() -> MovableClock:
    """The clock, which a test may move."""
    return MovableClock()


@pytest.fixture
def deps(engine: sa.Engine, key_file: Path, registers: ToldRegisters, clock: MovableClock) -> Deps:
    """Real stores, clock and files."""
    files = PackagedFiles()
    units = Units(engine, "catalog", CatalogUnit, clock)
    return Deps(
        units=units,
        areas=read_areas(files.competences),
        files=files,
        registers=registers,
        signer=KeySigner(key_file),
        alone=partial(only_one, engine),
        kept_files=memory_files(),
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


EDITOR, SIGNATORY, ADMIN = "provider_editor", "provider_signatory", "provider_admin"
FILE = ("apliecinajums.pdf", b"%PDF-1.7", "application/pdf")
API = "/api/catalog/v1"


class Institution:
    """An institution that identity told of, as its people use the routes."""

    def __init__(self, world: "Offering", number: int):
        self.world, self.id, self.viis_number = world, uuid7(), f"99{number:08d}"
        self.street = f"Paraugu iela {number}, Rīga, LV-1001"
        self.editor = world.client.as_(uuid7(), (EDITOR, self.id))
        self.signatory = world.client.as_(uuid7(), (SIGNATORY, self.id))

    def place(self, text: str | None = None) -> dict[str, Any]:
        """Write down a place, and let the registers answer."""
        body = {"organisation_id": str(self.id), "text": text or self.street}
        made = self.editor.post(f"{API}/places", body)
        assert made.status_code == 201, made.json
        self.world.work()
        return self.editor.get(f"{API}/places/{made.json['id']}").json

    def programme(self, call: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Draft a programme that lacks nothing, but for the changes."""
        body = self.world.content(call, **changes)
        named = {"organisation_id": str(self.id), "call_id": call["id"]}
        made = self.editor.post(f"{API}/programmes", body | named)
        assert made.status_code == 201, made.json
        self.world.work()
        return made.json

    def complete(self, programme: dict[str, Any]) -> TestResponse:
        """Declare a programme complete."""
        return self.editor.post(f"{API}/programmes/{programme['id']}/completion")

    def offer(self, call: dict[str, Any], programme: dict[str, Any]) -> dict[str, Any]:
        """Draft an offer, confirm it, and attach what it needs."""
        body = {name: programme[name] for name in ("organisation_id", "call_id")}
        made = self.editor.post(f"{API}/offers", body | {"programme_id": programme["id"]})
        assert made.status_code == 201, made.json
        written = {"funding_source": call["funding_source"], "confirmed": True}
        path = f"{API}/offers/{made.json['id']}"
        assert self.editor.put(path, written, version=1).status_code == 200
        for kind in ("annex_2", "annex_3", "annex_4", "curriculum"):
            assert self.editor.upload(f"{path}/attachments", {"kind": kind}, file=FILE).status_code == 201
        return self.editor.get(path).json

    def ready(self, call: dict[str, Any], place: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return an offer that can be submitted."""
        programme = self.programme(call, place_id=place["id"], **changes)
        assert self.complete(programme).status_code == 201
        return self.offer(call, programme)

    def submit(self, offer: dict[str, Any], key: str | None = None) -> TestResponse:
        """Submit an offer."""
        return self.signatory.post(f"{API}/offers/{offer['id']}/submission", key=key)


class Offering:
    """A call whose offers are open, and institutions with register entries."""

    def __init__(self, client: ApiClient, deps: Deps, registers: ToldRegisters):
        self.client, self.deps, self.registers = client, deps, registers
        self.manager = client.as_(uuid7(), "call_manager")
        self.second = client.as_(uuid7(), "call_manager")
        self._numbers = itertools.count(1)

    def work(self) -> None:
        """Do what the worker does: ask the registers, and call what is due."""
        RegisterJob(self.deps).run()
        run_due(self.deps.units, TIMERS)

    def windows(self, at: datetime, **moved: tuple[float, float]) -> list[dict[str, str]]:
        """Return a schedule in which offers are open at an instant; hours from it may be given by phase."""
        hours: dict[str, tuple[float, float]] = {
            "needs_approval": (-9, -8),
            "preparation": (-8, -2),
            "offers": (-2, 2),
            "evaluation": (2, 4),
            "agreements": (4, 6),
            "applications": (6, 8),
            "group_formation": (8, 10),
            "learning": (10, 900),
        }
        return [
            {
                "name": name,
                "opens_at": as_instant(at + timedelta(hours=since)),
                "closes_at": as_instant(at + timedelta(hours=until)),
            }
            for name, (since, until) in (hours | moved).items()
        ]

    def call(self, code: str = "call-x", **moved: tuple[float, float]) -> dict[str, Any]:
        """Return a published copy of call 1."""
        template = self.manager.get(f"{API}/calls?code=call-1").json["items"][0]
        body = {
            "code": code,
            "title_lv": "Paraugs",
            "title_en": "Sample",
            "based_on": template["id"],
            "phases": self.windows(self.deps.units.clock(), **moved),
            "parameters": {"group_minimum": 1, "learning_hour_minutes_vocational": 0},
        }
        made = self.manager.post(f"{API}/calls", body)
        assert made.status_code == 201, made.json
        published = self.second.post(f"{API}/calls/{made.json['id']}/publication")
        assert published.status_code == 201, published.json
        self.work()
        return published.json

    def institution(self, **told: Any) -> Institution:
        """Return an institution that identity told of; `told` changes what the registers say of it."""
        number = next(self._numbers)
        made = Institution(self, number)
        provider = Provider(
            id=made.id,
            viis_number=made.viis_number,
            name=f"Paraugu koledža {number:02d}",
            institution_type="Koledža",
            address=made.street,
            territory=Territory(code="LV-RIX", name="Rīga"),
        )
        with self.deps.units.open(SYSTEM) as unit:
            learn_provider(unit, provider, 1)
            unit.commit()
        self._tell(made, told)
        return made

    def _tell(self, institution: Institution, told: dict[str, Any]) -> None:
        number = institution.viis_number
        address = {"id": "1", "text": institution.street, "territory": "LV-RIX", "territory_title": "Rīga"}
        entry = {"accredited": True, "operating": True, "registered_on": "2015-03-01"}
        licence = {
            "number": "P-1",
            "title": "Programmēšana",
            "family": "vocational",
            "qualification": "Programmēšanas tehniķis",
            "lqf_level": 4,
            "study_form": "in_person",
            "licensed_on": "2018-09-01",
            "running_since": "2018-09-01",
            "accredited": True,
        }
        self.registers.told |= {
            ("viis_addresses", number): {"number": number, "addresses": [address]},
            ("viis_institutions", number): entry | told.get("institution", {}),
            ("programme_licences", number): {"licences": [licence | told.get("licence", {})]},
        }

    def content(self, call: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Return what an institution writes about a module that meets every rule."""
        part = {"title": "Programmēšana", "title_en": "Programming", "hours": 167, "digital_hours": 160}
        return {
            "kind": "module",
            "title_lv": "Sistēmu programmēšana",
            "title_en": "Systems programming",
            "description_lv": "Apgūst programmēšanu.",
            "description_en": "Teaches programming.",
            "parts": [part],
            "licence_number": "P-1",
            "digcomp": [{"area": 3, "level": 5}],
            "learning_outcomes": [{"lv": "Raksta programmu.", "en": "Writes a program."}],
            "learning_need_id": next((one["id"] for one in call["learning_needs"][2:]), None),
            "mode": "in_person",
            "language": "lv",
            "places": 20,
            "starts_on": "2027-01-10",
            "ends_on": "2027-03-10",
        } | changes


@pytest.fixture
def offering(client: ApiClient, deps: Deps, registers: ToldRegisters) -> Offering:
    """Call 1 is loaded with its own dates; copies of it take offers, from institutions that are invented."""
    with deps.units.read(SYSTEM) as unit:
        known = unit.calls.has_code("call-1")
    if not known:
        run_load(deps, "call-1", demonstration=False)
    return Offering(client, deps, registers)
