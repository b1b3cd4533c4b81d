"""Identity on a real database."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask import Flask
from ila_identity.app import create_app, live_deps, read_personas
from ila_identity.consumers import TIMERS, EmployersJob, FactsJob, InstitutionsJob, SeedsJob, SupportsJob
from ila_identity.domain.attestations import Check, Signature, Signer, Verification
from ila_identity.ports import Deps
from ila_identity.settings import Settings
from ila_kit.actor import process_actor
from ila_kit.cli import offline_environment
from ila_kit.clock import utc_now
from ila_kit.errors import Unavailable
from ila_kit.events import to_json
from ila_kit.registers import RegisterAnswer
from ila_kit.store import migrate
from ila_kit.store.database import create_engine
from ila_kit.store.timers import run_due
from ila_kit.testing.files import memory_files
from ila_kit.testing.http import ApiClient, verifier
from ila_kit.testing.stores import empty_database

PERSONAS = Path(__file__).parents[4] / "deploy" / "local" / "personas.toml"


@pytest.fixture(scope="module")
def database_url(admin_url: str) -> Iterator[str]:
    with empty_database(admin_url) as url:
        migrate.upgrade(create_engine(url, pooled=False), "ila_identity")
        yield url


@pytest.fixture
def settings(database_url: str) -> Settings:
    return Settings(**offline_environment() | {"database_url": database_url, "pool_size": 20})


@dataclass
class StandInCollector:
    """Services that tell what they keep about a person; `away` are those that do not answer."""

    deps: Any
    away: set[str] = field(default_factory=set)

    def part(self, service: str, person_id: UUID) -> Any:
        if service in self.away:
            raise Unavailable(neighbour=service)
        if service != "identity":
            return {"service": service, "person_id": str(person_id), "parts": {}}
        with self.deps.units.read(process_actor("identity")) as unit:
            return to_json({"parts": unit.personal_data.of(person_id)})


@dataclass
class StandInRegisters:
    """State registers that know what a test tells them, with a fault to order.

    `fault`: away (the gateway), unavailable (the register), another (answers about somebody else),
    garbage (answers without what they must hold).
    """

    persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    institutions: dict[str, dict[str, Any]] = field(default_factory=dict)
    legal_persons: dict[str, dict[str, Any]] = field(default_factory=dict)
    supports: dict[str, dict[str, Any]] = field(default_factory=dict)
    fault: str | None = None
    calls: int = 0

    def institution(self, number: str | None = None) -> tuple[str, str]:
        """Make up an institution with its legal person; give both numbers."""
        number = number or f"98{random.randrange(10**8):08}"
        legal = _legal_person_number()
        self.institutions[number] = {
            "number": number,
            "title": f"Paraugu koledža {number}",
            "type": "Koledža",
            "seat": "Paraugu iela 1, Rīga, LV-1001",
            "territory": "LV-RIX",
            "territory_title": "Rīga",
            "accredited": True,
            "operating": True,
            "legal_person_number": legal,
        }
        self.legal_persons[legal] = {"number": legal, "status": "registered", "viis_numbers": [number]}
        return number, legal

    def company(self, *representatives: str, needed: int = 1, status: str = "registered") -> str:
        """Make up a company that is no institution, represented by these codes; give its number."""
        legal = _legal_person_number()
        self.legal_persons[legal] = {
            "number": legal,
            "title": f"SIA Paraugs {legal}",
            "status": status,
            "seat": "Paraugu laukums 1, Rīga, LV-1002",
            "viis_numbers": [],
            "representatives": [
                {"personal_code": code, "given_name": "Guntars", "family_name": "Liepa"}
                | {"position": "Valdes loceklis", "signatures_needed": needed}
                for code in representatives
            ],
        }
        return legal

    @property
    def administrator(self) -> dict[str, str]:
        """A person nobody knows yet, as a form names them; always the same one of a test."""
        named = {"given_name": "Ilona", "family_name": "Priede", "email": "ilona@personas.example"}
        return named | {"personal_code": self._code}

    def __post_init__(self) -> None:
        self._code = f"33{random.randrange(10**4):04}-{random.randrange(10**5):05}"

    def ask(
        self, register: str, keys: Sequence[str], purpose: str, legal_basis: str
    ) -> dict[str, RegisterAnswer]:
        self.calls += 1
        if self.fault == "away":
            raise Unavailable(neighbour="registers")
        return {key: self._answer(register, key) for key in keys}

    def _answer(self, register: str, key: str) -> RegisterAnswer:
        if self.fault == "unavailable":
            return RegisterAnswer(key=key, state="unavailable", fault="down")
        told = self._told(register, key)
        return RegisterAnswer(
            key=key,
            state="fresh",
            found=told is not None,
            answer=told,
            observed_at=utc_now(),
            legal_basis="law",
            hash="ab" * 32,
            snapshot=f"signed over {key}",
        )

    def _told(self, register: str, key: str) -> dict[str, Any] | None:
        if self.fault == "garbage":
            return {"what": "?"}
        rows = {
            "population": self.persons,
            "viis_institutions": self.institutions,
            "legal_persons": self.legal_persons,
            "earlier_support": self.supports,
        }
        told = rows[register].get(key)
        if self.fault == "another":
            somebody = {"given_name": "Cits", "family_name": "Cilvēks", "birth_date": "1950-01-01"}
            return (told or {}) | somebody | {"number": "9999999999", "status": "alive"}
        if told is not None and register == "population":
            return {"given_name": "Zane", "family_name": "Apsīte"} | told
        return told


def _legal_person_number() -> str:
    while True:
        digits = [4, *(random.randrange(10) for _ in range(9))]
        check = (
            3
            - sum(weight * one for weight, one in zip((9, 1, 4, 8, 3, 10, 2, 5, 7, 6), digits, strict=True))
            % 11
        )
        if check == -1:
            continue
        check = check + 11 if check < -1 else check
        return "".join(map(str, digits)) + str(check)


@pytest.fixture
def registers() -> StandInRegisters:
    return StandInRegisters()


@dataclass
class StandInVerifier:
    """Finds the verdict and the signers that a test names."""

    verdict: str = "indeterminate"
    signers: list[str] = field(default_factory=list)

    def verify(self, content: bytes, now: datetime) -> Verification:
        sentences = {"sentence_lv": "Parakstītājs", "sentence_en": "Signer"}
        check = Check(name="signer", verdict=self.verdict, reason=None, signature="S0", **sentences)
        signatures = [
            Signature(
                place="S0",
                verdict=self.verdict,
                level="XAdES-LT",
                signer=Signer(name="ILONA PRIEDE", identifier=one, country="LV", issuer="Izdevējs"),
                signed_at=now,
                time_stamp_at=now,
            )
            for one in self.signers
        ]
        return Verification(verdict=self.verdict, checks=(check,), signatures=tuple(signatures))

    def alarms(self, now: datetime) -> list[str]:
        return []


@pytest.fixture
def verifier_of_files(registers: StandInRegisters) -> StandInVerifier:
    own, always = registers.administrator["personal_code"], "327291-09472"
    return StandInVerifier(signers=[f"PNOLV-{own}", f"PNOLV-{always}"])


@pytest.fixture
def deps(
    settings: Settings, registers: StandInRegisters, verifier_of_files: StandInVerifier
) -> Iterator[Deps]:
    made = live_deps(settings)
    yield replace(
        made,
        personas=read_personas(str(PERSONAS)),
        registers=registers,
        kept_files=memory_files(),
        collector=StandInCollector(made),
        verifier=verifier_of_files,
    )
    made.units.engine.dispose()


@dataclass
class Jobs:
    """The periodic work of the worker; `later`: so many seconds from now."""

    deps: Deps

    def facts(self, later: int = 0) -> int:
        return FactsJob(self._at(later)).run()

    def supports(self, later: int = 0) -> int:
        return SupportsJob(self._at(later)).run()

    def institutions(self, later: int = 0) -> int:
        return InstitutionsJob(self._at(later)).run()

    def employers(self, later: int = 0) -> int:
        return EmployersJob(self._at(later)).run()

    def seeds(self) -> int:
        return SeedsJob(self.deps).run()

    def timers(self, later: int = 0) -> int:
        return run_due(self._at(later).units, TIMERS)

    def _at(self, later: int) -> Deps:
        moved = replace(self.deps.units, clock=lambda: datetime.now(UTC) + timedelta(seconds=later))
        return replace(self.deps, units=moved)


@pytest.fixture
def jobs(deps: Deps) -> Jobs:
    return Jobs(deps)


@pytest.fixture
def engine(deps: Deps) -> sa.Engine:
    return deps.units.engine


@pytest.fixture
def app(settings: Settings, deps: Deps) -> Flask:
    made = create_app(settings, deps)
    trusted = replace(made.extensions["ila"], verifier=verifier("identity"), check_answers=True)
    made.extensions["ila"] = trusted
    return made


@pytest.fixture
def api(app: Flask) -> ApiClient:
    return ApiClient(app.test_client(), "identity")


@pytest.fixture
def gateway(api: ApiClient) -> ApiClient:
    return api.as_("svc:gateway", "identity.sign_in")


@pytest.fixture
def new_code() -> Callable[[], str]:
    return lambda: f"34{random.randrange(10**4):04}-{random.randrange(10**5):05}"


@pytest.fixture
def statement(new_code: Callable[[], str]) -> Callable[..., dict[str, Any]]:
    """What the e-identity states about somebody who signs in."""

    def statement(**changes: Any) -> dict[str, Any]:
        return {
            "issuer": "https://eid.example",
            "subject": uuid4().hex,
            "personal_code": new_code(),
            "given_name": "Zane",
            "family_name": "Apsīte",
            "birth_date": "1998-02-06",
            "email": "zane@personas.example",
            "acr": "high",
        } | changes

    return statement


@pytest.fixture
def sign_in(gateway: ApiClient, statement: Callable[..., dict[str, Any]]) -> Callable[..., str]:
    """Sign somebody in; give the person's id."""

    def sign_in(**changes: Any) -> str:
        answer = gateway.post("/api/identity/v1/sign-ins", statement(**changes))
        assert answer.status_code == 200, answer.text
        return str(answer.json["person_id"])

    return sign_in
