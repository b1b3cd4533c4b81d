"""A migrated database of this service, its units of work, and clients of its routes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from ila_funding.api import BLUEPRINTS
from ila_funding.app import SERVICE
from ila_funding.clients.bank_file import Pain001, Payer
from ila_funding.clients.statements import StatementPdf
from ila_funding.consumers import HANDLERS
from ila_funding.consumers.support_checks import SupportJob
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.payee import BankAccount
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.request import Ending
from ila_funding.domain.support_check import OtherSupport, SupportAnswer
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.parameters import load_targets
from ila_funding.ports import Deps
from ila_funding.settings import DEVELOPMENT_KEY, Settings
from ila_funding.store.methodologies import MethodologyCache
from ila_funding.store.unit import FundingUnit
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.endings import EndRequest, end_request
from ila_funding.usecases.holds import RequestHold, request_hold
from ila_funding.usecases.programmes import register_programme
from ila_kit.actor import process_actor
from ila_kit.cli import offline_environment
from ila_kit.clock import riga_date, utc_now
from ila_kit.errors import Unavailable
from ila_kit.events import Envelope, to_json
from ila_kit.ids import uuid7
from ila_kit.store.unit import Units
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import service_database
from ila_kit.web.app import service_app

PRICE = Decimal("608.99")
IBAN = "LV78PARA0000000000001"
SOURCE = "RRF 2.3.1.4.i"
CONTINUING = "Datorsistēmas, datubāzes un datortīkli"
EXAMPLE = Training(
    kind=Kind.MODULE_SET,
    parts=(Part("Vienkāršu algoritmu izstrāde", 34), Part("Lokālo tīklu ierīkošana un uzturēšana", 136)),
    continuing_programme=CONTINUING,
)


class FakeAccounts:
    """Bank accounts of organisations, as identity would tell of them; `asked` counts how often."""

    def __init__(self):
        self.told: list[BankAccount] = []
        self.asked = 0

    def of(self, organisation_ids: Sequence[UUID], purpose: str) -> list[BankAccount]:
        self.asked += 1
        return [one for one in self.told if one.organisation_id in organisation_ids]

    def add(self, organisation_id: UUID, state: str = "confirmed", hours: int = -1) -> None:
        """Tell of an account that money may go to since (or only in) some hours."""
        account = BankAccount(
            organisation_id=organisation_id,
            title="Paraugu koledža 01",
            account_id=uuid7(),
            iban=IBAN,
            holder="SIA “Paraugu koledža 01” (Ķekava)",
            state=state,
            payable_from=None if state == "entered" else utc_now() + timedelta(hours=hours),
        )
        self.told.append(account)


class FakeRegister:
    """The register of earlier support: `supports` by person, nothing of all others; `answers` or is down.

    `asked` is how many persons each question was about.
    """

    def __init__(self):
        self.supports: dict[UUID, list[OtherSupport]] = {}
        self.answers, self.clock = True, utc_now
        self.asked: list[int] = []

    def of(self, since: Mapping[UUID, datetime], purpose: str) -> dict[UUID, SupportAnswer]:
        self.asked.append(len(since))
        if not self.answers:
            raise Unavailable(neighbour="earlier-support")
        return {
            one: SupportAnswer(
                person_id=one,
                answer_id=uuid7(),
                observed_at=self.clock(),
                supports=self.supports.get(one, []),
            )
            for one in since
        }


def ending(request: RequestHold) -> EndRequest:
    """Return the withdrawal of an application that was found eligible."""
    return EndRequest(
        application_id=request.application_id, reason=Ending.WITHDRAWN, sequence=request.sequence + 1
    )


class World:
    """A call with a budget line and a programme for 608.99, and what may happen in it."""

    def __init__(self, engine: sa.Engine):
        self.engine = engine
        self.units = Units(
            engine, SERVICE, FundingUnit.deciding_by(MethodologyCache(), DEVELOPMENT_KEY), utc_now
        )
        self.call_id, self.programme_id = uuid7(), uuid7()
        self.organisation_id, self.agreement_id = uuid7(), uuid7()
        self.began = utc_now() - timedelta(days=30)
        self.accounts = FakeAccounts()
        self.register = FakeRegister()

    def do(self, use_case: Callable[..., Any], *what: Any) -> Any:
        """Run a use case in a transaction of its own, as the worker does."""
        with self.units.open(process_actor(SERVICE)) as unit:
            result = use_case(unit, *what)
            unit.commit()
        if self.register.answers:
            self.check_support()
        return result

    def check_support(self) -> int:
        """Ask the register about every hold that waits for it, as the job does."""
        return SupportJob(self.units, self.register).run()

    def publish(self, limit: Decimal = Decimal("2132000.00"), sequence: int = 1) -> "World":
        """Have the call published, or published again with another limit."""
        call = PublishedCall(
            call_id=self.call_id,
            code="call-1",
            title_lv="1. uzaicinājums",
            title_en="First call",
            funding_source=SOURCE,
            activity="training",
            hold_days=30,
            opening_mode="first_come",
            drop_out_rule="completion_only",
            sequence=sequence,
        )
        self.do(register_call, RegisterCall(call=call, budget_limit=limit))
        programme = PublishedProgramme(
            programme_id=self.programme_id,
            call_id=self.call_id,
            title_lv="Algoritmi un lokālie tīkli",
            title_en="Algorithms and local networks",
            funding_source=SOURCE,
            training=EXAMPLE,
            sequence=sequence,
        )
        self.do(register_programme, programme)
        return self

    def teach(self, name: str, **changes: Any) -> UUID:
        """Have a programme of another content published at the same price; returns its id."""
        parts = tuple(Part(f"{name} {part.title}", part.hours) for part in EXAMPLE.parts)
        programme = PublishedProgramme(
            programme_id=uuid7(),
            call_id=self.call_id,
            title_lv=name,
            funding_source=SOURCE,
            training=replace(EXAMPLE, parts=parts),
            sequence=1,
        )
        programme = replace(programme, **changes)
        self.do(register_programme, programme)
        return programme.programme_id

    def asked(self, place: int = 1, person_id: UUID | None = None) -> RequestHold:
        """Return the request of a new application."""
        return RequestHold(
            application_id=uuid7(),
            person_id=person_id or uuid7(),
            call_id=self.call_id,
            programme_id=self.programme_id,
            applied_on=date(2024, 11, 20),
            receipt_sequence=place,
            provisional=False,
            sequence=3,
        )

    def hold(self, place: int = 1, person_id: UUID | None = None, **changes: Any) -> RequestHold:
        """Have a new application found eligible."""
        request = replace(self.asked(place, person_id), **changes)
        self.do(request_hold, request)
        return request

    def tell(self, kind: str, sequence: int = 1, **data: Any) -> None:
        """Have an event worked off, as the inbox does."""
        now = utc_now()
        envelope = Envelope(
            id=uuid7(),
            source=kind.split(".")[0],
            type=f"{kind}.v1",
            subject="x",
            time=now,
            sequence=sequence,
            data=to_json(data),
        )
        self.do(HANDLERS[envelope.type], envelope)

    def admit(self, approved_by: Sequence[UUID] = ()) -> None:
        """Have the provider approved and its agreement come into force a month ago."""
        self.tell(
            "identity.provider_approved",
            organisation_id=self.organisation_id,
            viis_number="9900000001",
            title="Paraugu koledža 01",
            approved_by=list(approved_by),
            approved_at=utc_now(),
        )
        self.tell("catalog.agreement_in_force", **self.of_agreement, number="1", in_force_at=self.began)

    @property
    def of_agreement(self) -> dict[str, Any]:
        """What every event of the agreement names."""
        return {
            "agreement_id": self.agreement_id,
            "organisation_id": self.organisation_id,
            "call_id": self.call_id,
            "programme_ids": [self.programme_id],
        }

    def enrol(self, request: RequestHold) -> None:
        """Have a learner enrol."""
        self.tell(
            "applications.learner_enrolled", request.sequence + 3, application_id=request.application_id
        )

    def complete(self, place: int = 1, **changes: Any) -> RequestHold:
        """Have a new application held, enrolled and its result verified; `changes` are of its eligibility."""
        request = replace(self.asked(place), **changes)
        self.do(request_hold, request)
        self.enrol(request)
        self.tell(
            "applications.result_verified",
            request.sequence + 6,
            application_id=request.application_id,
            person_id=request.person_id,
            call_id=request.call_id,
            programme_id=request.programme_id,
            organisation_id=self.organisation_id,
            completed_on=riga_date(utc_now()),
            verified_at=utc_now(),
        )
        return request

    def withdraw(self, request: RequestHold) -> None:
        """Have an application withdrawn."""
        self.do(end_request, ending(request))

    def sql(self, statement: str) -> list[Any]:
        """Return the rows of a query."""
        with self.engine.connect() as connection:
            return list(connection.exec_driver_sql(statement))

    def sql_do(self, statement: str) -> None:
        """Change something around the service."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    @property
    def line(self) -> tuple[Decimal, Decimal]:
        """What is held and what is free on the only line."""
        ((held, free),) = self.sql("SELECT held, limit_amount - held - committed - consumed FROM budget_line")
        return held, free

    def reconciliation(self) -> dict[str, Any]:
        """Return what the facts told by others do not explain."""
        with self.units.read(process_actor(SERVICE)) as unit:
            return unit.reconcile()

    def verification(self) -> dict[str, Any]:
        """Return what the ledger's own verification finds."""
        with self.units.read(process_actor(SERVICE)) as unit:
            return unit.verify_ledger()


@pytest.fixture(scope="session")
def migrated(admin_url: str) -> Iterator[sa.Engine]:
    """An engine on a database migrated like in production, for all tests."""
    with service_database(admin_url, "ila_funding") as engine:
        yield engine


@pytest.fixture
def engine(migrated: sa.Engine) -> sa.Engine:
    """The same database, empty again but for the methodology that every database starts with."""
    tables = sa.inspect(migrated).get_table_names()
    with migrated.begin() as connection:
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for table in set(tables) - {"alembic_version", "methodology", "methodology_count"}:
            connection.exec_driver_sql(f"DELETE FROM {table}")
        connection.exec_driver_sql("DELETE FROM methodology WHERE edited_by <> '{}'")
        connection.exec_driver_sql("UPDATE methodology_count SET approved = 1")
    return migrated


@pytest.fixture
def world(engine: sa.Engine) -> World:
    return World(engine)


@pytest.fixture
def visitor(world: World, visitor_of: Callable[[World], ApiClient]) -> ApiClient:
    """A client of the routes who is nobody; every answer is checked against its schema."""
    return visitor_of(world)


@pytest.fixture(scope="session")
def visitor_of() -> Callable[[World], ApiClient]:
    """Makes such a client of another world."""
    return _visitor


def _visitor(world: World) -> ApiClient:
    app = service_app(
        SERVICE,
        "Funding",
        BLUEPRINTS,
        Deps(
            units=world.units,
            accounts=world.accounts,
            register=world.register,
            bank_file=Pain001(Payer("Valsts izglītības attīstības aģentūra", IBAN, "PARALV22")),
            statements=StatementPdf("Valsts izglītības attīstības aģentūra"),
            targets=load_targets(),
        ),
        Settings(**offline_environment()),
        package="ila_funding",
        verifier=verifier(SERVICE),
        check_answers=True,
    )
    return ApiClient(app.test_client(), SERVICE)
