"""Applications on a real database, with a stand-in for identity."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from ila_applications.app import create_app
from ila_applications.consumers import HANDLERS, FactsJob
from ila_applications.domain.eligibility import PersonFacts
from ila_applications.ports import Deps
from ila_applications.settings import Settings
from ila_applications.store.unit import ApplicationsUnit
from ila_kit.actor import process_actor
from ila_kit.cli import offline_environment
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.store.database import only_one
from ila_kit.store.tables import outbox
from ila_kit.store.unit import Units
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import service_database

OPENS = "2024-11-13T22:00:00.000000Z"
CLOSES = "2024-12-06T22:00:00.000000Z"
PATH = "/api/applications/v1/applications"


@dataclass
class AdultPeople:
    """Identity that knows everybody as an adult, unless somebody's birth date is given."""

    births: dict[UUID, date] = field(default_factory=dict)
    state: str = "register"
    calls: int = 0

    def facts(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonFacts]:
        self.calls += 1
        return {one: self._fact(one) for one in person_ids}

    def _fact(self, person: UUID) -> PersonFacts:
        return PersonFacts(
            person_id=person,
            birth_date=self.births.get(person, date(1984, 3, 12)),
            source="population-register" if self.state == "register" else "e-identity",
            state=self.state,
            alive=True if self.state == "register" else None,
            observed_at=datetime(2024, 11, 1, tzinfo=UTC),
            legal_basis="the regulation",
        )


@dataclass
class Service:
    """The service at a moment that tests choose, and what it is told and tells."""

    engine: sa.Engine
    now: datetime = datetime(2024, 11, 20, 10, 0, tzinfo=UTC)
    people: AdultPeople = field(default_factory=AdultPeople)

    @property
    def deps(self) -> Deps:
        units = Units(self.engine, "applications", ApplicationsUnit, lambda: self.now)
        return Deps(units=units, people=self.people, alone=partial(only_one, self.engine))

    def job(self, **options: int) -> FactsJob:
        return FactsJob(self.deps, **options)

    def tell(self, type_: str, sequence: int = 1, **data: object) -> None:
        """Have the handler of an event called in a unit of work of its own."""
        envelope = Envelope(
            id=uuid7(), source="test", type=type_, subject="x", time=self.now, sequence=sequence, data=data
        )
        with self.deps.units.open(process_actor("applications")) as unit:
            HANDLERS[type_](unit, envelope)
            unit.commit()

    def publish(self, places: int = 200, **changes: object) -> str:
        """Have the catalogue tell of a call and a programme; give the programme's id."""
        call, programme = str(uuid7()), str(uuid7())
        window = {"applications_open_at": OPENS, "applications_close_at": CLOSES, "version": 1}
        rules = {"minimum_age": 18, "opening_mode": "first_come", "offered_place_hours": 48}
        rules |= {"group_minimum": 1, "completion_attendance_percent": 70, "completion_needs_test": True}
        rules |= {"learning_hour_minutes_vocational": 40, "learning_hour_minutes_studies": 45}
        self.tell("catalog.call_published.v1", call_id=call, **rules, **window)
        told = {"programme_id": programme, "call_id": call, "kind": "module_set", "places": places}
        told |= {"title_lv": "Algoritmi", "title_en": "Algorithms", "starts_on": "2024-12-20"}
        told |= {"ends_on": "2025-03-20", "provider_id": str(uuid7())}
        told |= {"parts": [{"title": "Algoritmi", "hours": 34}, {"title": "Tīkli", "hours": 136}]}
        self.tell("catalog.programme_published.v1", **told | window | changes)
        return programme

    def told(self, type_: str, programme: str) -> list[dict]:
        """Return the bodies of what was published about a programme's applications."""
        with self.engine.connect() as connection:
            query = sa.select(outbox.c.body).where(outbox.c.type == f"applications.{type_}.v1")
            bodies = [body["data"] for body in connection.scalars(query.order_by(outbox.c.id))]
        return [body for body in bodies if body["programme_id"] == programme]


@pytest.fixture(scope="module")
def database(admin_url: str) -> Iterator[sa.Engine]:
    with service_database(admin_url, "ila_applications") as engine:
        yield engine


@pytest.fixture
def service(database: sa.Engine) -> Service:
    return Service(database)


@pytest.fixture
def app(service: Service) -> Flask:
    made = create_app(Settings(**offline_environment()), service.deps)
    trusted = replace(made.extensions["ila"], verifier=verifier("applications"), check_answers=True)
    made.extensions["ila"] = trusted
    return made


@pytest.fixture
def as_person(app: Flask) -> Callable[..., ApiClient]:
    def client(person: UUID | None = None, *roles: str, acr: str = "high") -> ApiClient:
        anonymous = ApiClient(app.test_client(), "applications")
        return anonymous.as_(person or uuid7(), *(roles or ("learner",)), acr=acr)

    return client
