"""Fakes of this service's stores, and things to try."""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.hold import EarlyWithdrawal, HoldRequest, PublishedProgramme
from ila_funding.domain.ledger import Account, Reason
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.parameters import load_methodologies
from ila_funding.ports import AccountState
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.holds import RequestHold
from ila_funding.usecases.programmes import register_programme
from ila_kit.actor import process_actor
from ila_kit.ids import uuid7
from ila_kit.testing.fakes import NOON, FakeUnit

CONTINUING = "Datorsistēmas, datubāzes un datortīkli"
SOURCE = "RRF 2.3.1.4.i"


class FakeTold:
    """Calls or programmes by id: the newest sequence."""

    def __init__(self, key: str):
        self.key, self.rows = key, {}

    def get(self, one: UUID):
        return self.rows.get(one)

    def save(self, new) -> bool:
        old = self.rows.get(getattr(new, self.key))
        if old and old.sequence >= new.sequence:
            return False
        self.rows[getattr(new, self.key)] = new
        return True


class FakeLines:
    def __init__(self):
        self.rows = {}

    def of_call(self, call_id, funding_source, activity):
        place = (call_id, funding_source, activity)
        return next(
            (one for one in self.rows.values() if (one.call_id, one.funding_source, one.activity) == place),
            None,
        )

    def lock(self, line_id):
        return self.rows[line_id]

    def add(self, line):
        self.rows[line.id] = line

    def set_limit(self, line_id, limit, now):
        line = self.rows[line_id]
        if limit < line.limit_amount - line.free:
            return False
        self.rows[line_id] = replace(line, limit_amount=limit)
        return True


class FakeRequests:
    def __init__(self):
        self.rows: dict[UUID, HoldRequest | EarlyWithdrawal] = {}

    def claim(self, request):
        old = self.rows.get(request.application_id)
        if old is None:
            self.rows[request.application_id] = request
        return old

    def claim_withdrawal(self, withdrawal):
        old = self.rows.setdefault(withdrawal.application_id, withdrawal)
        return old if isinstance(old, HoldRequest) else None

    def save(self, request):
        self.rows[request.application_id] = request

    def waiting(self, line_id):
        mine = [one for one in self.rows.values() if isinstance(one, HoldRequest) and one.line_id == line_id]
        return sorted((one for one in mine if one.state == "waiting"), key=lambda one: one.receipt_sequence)

    def next_waiting(self, line_id):
        return next(iter(self.waiting(line_id)), None)


class FakeHolds:
    def __init__(self):
        self.rows = {}

    def add(self, hold):
        assert hold.application_id not in {one.application_id for one in self.rows.values()}
        self.rows[hold.id] = hold

    def save(self, hold):
        self.rows[hold.id] = hold

    def lock(self, hold_id):
        return self.rows.get(hold_id)

    def of_application(self, application_id):
        return next((one for one in self.rows.values() if one.application_id == application_id), None)


class FakeLedger:
    def __init__(self, lines: FakeLines, requests: FakeRequests):
        self.lines, self.requests = lines, requests
        self.movements, self.granted = [], {}

    def record(self, movement):
        self.movements.append(movement)

    def post(self, movement, turn=None):
        line = self.lines.rows[movement.line_id]
        kept = {
            account.value: getattr(line, account.value) + movement.change(account)
            for account in (Account.HELD, Account.COMMITTED, Account.CONSUMED)
        }
        ahead = [one for one in self.requests.waiting(line.id) if turn and one.receipt_sequence < turn]
        if sum(kept.values()) > line.limit_amount or ahead:
            return None
        assert min(kept.values()) >= 0
        self.lines.rows[line.id] = replace(line, **kept)
        self.record(movement)
        key = (movement.person_id, movement.call_id)
        new = movement.amount if movement.reason is Reason.HOLD else Decimal(0)
        state = self.granted.get(key, AccountState(uuid7(), Decimal(0), 0))
        self.granted[key] = AccountState(state.id, state.granted + new, state.version + 1)
        return self.granted[key]


class FakeFunding(FakeUnit):
    """A unit of work of this service in memory."""

    def __init__(self):
        super().__init__(process_actor("funding"), NOON)
        self.methodologies = load_methodologies()
        self.calls, self.programmes = FakeTold("call_id"), FakeTold("programme_id")
        self.lines, self.requests, self.holds = FakeLines(), FakeRequests(), FakeHolds()
        self.ledger = FakeLedger(self.lines, self.requests)

    def commit(self):
        """Nothing is undone here."""

    @property
    def line(self):
        """The only budget line."""
        (line,) = self.lines.rows.values()
        return line

    def told(self, kind: type) -> list[Any]:
        """Return the published events of a kind."""
        return [event for event in self.events if isinstance(event, kind)]


class FakeUnits:
    """Gives the same unit to every request."""

    engine = None

    def __init__(self, unit: FakeFunding):
        self.unit = unit

    @contextmanager
    def read(self, actor):
        self.unit.actor = actor
        yield self.unit


@pytest.fixture
def unit() -> FakeFunding:
    return FakeFunding()


@pytest.fixture
def methodology():
    return load_methodologies().versions[0]


@pytest.fixture
def units(unit) -> FakeUnits:
    return FakeUnits(unit)


@pytest.fixture
def call_id() -> UUID:
    return uuid7()


@pytest.fixture
def programme_id() -> UUID:
    return uuid7()


def example_set() -> Training:
    """The seed's set of 34 h + 136 h."""
    parts = (Part("Vienkāršu algoritmu izstrāde", 34), Part("Lokālo tīklu ierīkošana un uzturēšana", 136))
    return Training(kind=Kind.MODULE_SET, parts=parts, continuing_programme=CONTINUING)


@pytest.fixture
def publish_call(unit, call_id) -> Callable[..., None]:
    def publish(
        limit: str = "2132000.00", sequence: int = 1, mode: str = "first_come", days: int = 30
    ) -> None:
        call = PublishedCall(
            call_id=call_id,
            code="call-1",
            title_lv="1. uzaicinājums",
            title_en="First call",
            funding_source=SOURCE,
            activity="training",
            hold_days=days,
            opening_mode=mode,
            sequence=sequence,
        )
        register_call(unit, RegisterCall(call=call, budget_limit=Decimal(limit)))

    return publish


@pytest.fixture
def publish_programme(unit, call_id, programme_id) -> Callable[..., None]:
    def publish(training: Training | None = None, sequence: int = 1, **changes: Any) -> None:
        programme = PublishedProgramme(
            programme_id=programme_id,
            call_id=call_id,
            title_lv="Algoritmi un lokālie tīkli",
            funding_source=SOURCE,
            training=training or example_set(),
            sequence=sequence,
        )
        register_programme(unit, replace(programme, **changes))

    return publish


@pytest.fixture
def asked(call_id, programme_id) -> Callable[..., RequestHold]:
    def ask(place: int = 1, **changes: Any) -> RequestHold:
        request = RequestHold(
            application_id=uuid7(),
            person_id=uuid7(),
            call_id=call_id,
            programme_id=programme_id,
            applied_on=date(2024, 11, 20),
            receipt_sequence=place,
            provisional=False,
        )
        return replace(request, **changes)

    return ask
