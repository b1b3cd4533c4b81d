"""Applications on a real database, with a stand-in for identity."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask
from ila_applications.app import create_app
from ila_applications.consumers import HANDLERS, FactsJob
from ila_applications.domain.eligibility import PersonFacts
from ila_applications.ports import Deps, PersonName
from ila_applications.settings import DEVELOPMENT_KEY, Settings
from ila_applications.store.unit import ApplicationsUnit
from ila_kit.actor import process_actor
from ila_kit.cli import offline_environment
from ila_kit.clock import as_instant
from ila_kit.errors import Unavailable
from ila_kit.events import Envelope
from ila_kit.files.kept import KeptFiles
from ila_kit.ids import uuid7
from ila_kit.store.database import only_one
from ila_kit.store.tables import outbox
from ila_kit.store.unit import Units
from ila_kit.testing.files import memory_files
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import service_database

OPENS = "2024-11-13T22:00:00.000000Z"
CLOSES = "2024-12-06T22:00:00.000000Z"
UNIT = ApplicationsUnit.sealing_by(DEVELOPMENT_KEY)
PATH = "/api/applications/v1/applications"
GROUPS = "/api/applications/v1/groups"
SESSIONS = "/api/applications/v1/sessions"
PRICE = {"amount": "608.99", "currency": "EUR"}
NAME = {"given_name": "Anna", "family_name": "Bērziņa", "masked_code": "32****-***17"}


@dataclass
class AdultPeople:
    """Identity that knows everybody as an adult, unless somebody's birth date is given."""

    births: dict[UUID, date] = field(default_factory=dict)
    state: str = "register"
    calls: int = 0

    def facts(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonFacts]:
        self.calls += 1
        return {one: self._fact(one) for one in person_ids}

    def names(self, person_ids: Sequence[UUID], purpose: str) -> dict[UUID, PersonName]:
        self.calls += 1
        if self.state == "away":
            raise Unavailable(neighbour="identity")
        return {one: PersonName(person_id=one, **NAME) for one in person_ids}

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
    kept_files: KeptFiles = field(default_factory=memory_files)

    @property
    def deps(self) -> Deps:
        units = Units(self.engine, "applications", UNIT, lambda: self.now)
        return Deps(
            units=units,
            people=self.people,
            alone=partial(only_one, self.engine),
            kept_files=self.kept_files,
        )

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

    def publish(self, places: int = 200, rules: dict[str, object] | None = None, **changes: object) -> str:
        """Have the catalogue tell of a call, with other rules if given, and a programme; give its id."""
        call, programme = str(uuid7()), str(uuid7())
        window = {"applications_open_at": OPENS, "applications_close_at": CLOSES, "version": 1}
        told = {"minimum_age": 18, "opening_mode": "first_come", "offered_place_hours": 48}
        told |= {"group_minimum": 1, "completion_attendance_percent": 70, "completion_needs_test": True}
        told |= {"learning_hour_minutes_vocational": 40, "learning_hour_minutes_studies": 45}
        self.tell("catalog.call_published.v1", call_id=call, **told | (rules or {}) | window)
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


class Institution:
    """An institution with its people, one programme, and learners who are enrolled in it."""

    def __init__(self, service: Service, as_person: Callable[..., ApiClient], **programme: object) -> None:
        self.service, self.as_person = service, as_person
        self.id, self.trainer_id = uuid7(), uuid7()
        self.programme = service.publish(provider_id=str(self.id), **programme)
        self.admin, self.editor = self.staff("provider_admin"), self.staff("provider_editor")
        self.trainer = self.staff("provider_trainer", self.trainer_id)

    def staff(self, role: str, person: UUID | None = None) -> ApiClient:
        return self.as_person(person or uuid7(), (role, self.id))

    def terms(self, **changes: object) -> dict[str, object]:
        terms = {"title": "1. grupa", "maximum": 12, "starts_on": "2024-12-20", "ends_on": "2025-03-20"}
        return terms | {"trainer_ids": [str(self.trainer_id)]} | changes

    def plan(self, **changes: object) -> str:
        """Plan a group; give its path."""
        body = self.terms(programme_id=self.programme) | changes
        answer = self.editor.post(GROUPS, body)
        assert answer.status_code == 201, answer.text
        return f"{GROUPS}/{answer.json['id']}"

    def do(self, path: str, client: ApiClient | None = None, body: object = None) -> dict:
        answer = (client or self.editor).post(path, body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json

    def offered(self, person: UUID | None = None) -> tuple[ApiClient, str]:
        """Have a learner apply until the place is offered; give their client and the application."""
        client = self.as_person(person)
        application = client.post(PATH, {"programme_id": self.programme}).json["id"]
        body = {"confirmed": True, "programme_version": 1, "quoted_amount": PRICE}
        assert client.post(f"{PATH}/{application}/submission", body).status_code == 201
        self.service.job().run()
        hold = str(uuid7())
        self.service.tell("funding.funds_held.v1", application_id=application, hold_id=hold, amount=PRICE)
        return client, application

    def accept(self, client: ApiClient, application: str) -> object:
        body = {"confirmed": True, "programme_version": 1, "amount": PRICE}
        return client.post(f"{PATH}/{application}/acceptance", body)

    def enrol(self, person: UUID | None = None) -> tuple[ApiClient, str]:
        client, application = self.offered(person)
        answer = self.accept(client, application)
        assert answer.status_code == 201, answer.text
        return client, application

    def started(self, learners: int = 1, **changes: object) -> tuple[str, list[tuple[ApiClient, str]]]:
        """Give a group that has started, and its learners; it is its first day at noon."""
        group = self.plan(**changes)
        self.do(f"{group}/opening")
        enrolled = [self.enrol() for _ in range(learners)]
        self.do(f"{group}/formation")
        self.service.now = datetime(2024, 12, 20, 10, 0, tzinfo=UTC)
        self.do(f"{group}/start", self.trainer)
        return group, enrolled

    def session(self, group: str, part: str, hours: int, **changes: object) -> str:
        """Plan a session that begins now and lasts its hours; give its path."""
        start = self.service.now
        body = {"title": part, "part": part, "learning_hours": hours, "starts_at": as_instant(start)}
        body |= {"ends_at": as_instant(start + timedelta(minutes=40 * hours))}
        return f"{SESSIONS}/{self.do(f'{group}/sessions', self.trainer, body | changes)['id']}"

    def hold(self, group: str, part: str, hours: int, attending: Sequence[tuple[ApiClient, str]]) -> str:
        """Hold a session to its end, attended by these learners by the word of both sides."""
        path = self.session(group, part, hours)
        code = self.do(f"{path}/code", self.trainer)["code"]
        self.do(
            f"{path}/attendance", self.trainer, {"present": [application for _, application in attending]}
        )
        for client, _ in attending:
            self.do(f"{path}/confirmation", client, {"code": code})
        self.service.now += timedelta(minutes=40 * hours)
        return path

    def state(self, group: str) -> dict:
        return self.admin.get(group).json


@pytest.fixture
def institution(service: Service, as_person: Callable[..., ApiClient]) -> Institution:
    return Institution(service, as_person)
