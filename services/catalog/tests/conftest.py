"""What tests of the catalogue share: the files as read, and stores that live in memory."""

import copy
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.call_data import read_call
from ila_catalog.domain.calls import Call, CallData
from ila_catalog.domain.programme_data import read_programmes
from ila_catalog.domain.programmes import Programme, Provider
from ila_kit.actor import process_actor
from ila_kit.errors import Stale
from ila_kit.store.listing import Page, PageRequest
from ila_kit.testing.fakes import FakeUnit

FILES = PackagedFiles()
RAW_CALL = FILES.call("call-1")
RAW_PROGRAMMES = FILES.demonstration("call-1")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class FakeCalls:
    """Calls in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Call] = {}
        self.locked = False

    def lock(self) -> None:
        self.locked = True

    def get(self, call_id: UUID, states: Collection[str] | None = None) -> Call | None:
        found = self.rows.get(call_id)
        return found if found and (states is None or found.state in states) else None

    def add(self, call: Call) -> None:
        assert call.id not in self.rows
        self.rows[call.id] = call

    def save(self, call: Call) -> None:
        if self.rows[call.id].version != call.version - 1:
            raise Stale
        self.rows[call.id] = call

    def page(self, request: PageRequest, states: Collection[str] | None = None) -> Page:
        kept = [call for call in self.rows.values() if states is None or call.state in states]
        return Page([{"call": call} for call in kept[: request.limit]], None)


class FakeProgrammes:
    """Programmes in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Programme] = {}

    def of_call(self, call_id: UUID) -> list[Programme]:
        return [programme for programme in self.rows.values() if programme.call_id == call_id]

    def add(self, programme: Programme) -> None:
        assert programme.id not in self.rows
        self.rows[programme.id] = programme

    def save(self, programme: Programme) -> None:
        if self.rows[programme.id].version != programme.version - 1:
            raise Stale
        self.rows[programme.id] = programme

    def public(self, programme_id: UUID) -> dict[str, Any] | None:
        found = self.rows.get(programme_id)
        return {"id": found.id} if found and found.state == "published" else None


class FakeProviders:
    """Institutions in memory."""

    def __init__(self) -> None:
        self.rows: dict[UUID, Provider] = {}

    def put(self, provider: Provider) -> None:
        self.rows[provider.id] = provider


class FakeCatalogUnit(FakeUnit):
    """A unit of work of the catalogue whose stores live in memory."""

    def __init__(self) -> None:
        super().__init__(process_actor("catalog"), NOW)
        self.calls, self.programmes, self.providers = FakeCalls(), FakeProgrammes(), FakeProviders()


@pytest.fixture
def unit() -> FakeCatalogUnit:
    """A unit of work of the catalogue, acting as its own process."""
    return FakeCatalogUnit()


@pytest.fixture
def raw_call() -> dict[str, Any]:
    """The file of call 1, to be spoilt."""
    return copy.deepcopy(RAW_CALL)


@pytest.fixture
def raw_programmes() -> dict[str, Any]:
    """The file of its demonstration programmes, to be spoilt."""
    return copy.deepcopy(RAW_PROGRAMMES)


@pytest.fixture
def call_data() -> CallData:
    """Call 1."""
    return read_call(RAW_CALL)


@pytest.fixture
def institutions() -> dict[str, dict[str, str]]:
    """Rows of the register of institutions."""
    return FILES.institutions()


@pytest.fixture
def demonstration(call_data: CallData, institutions: dict[str, dict[str, str]]) -> tuple[Programme, ...]:
    """The three demonstration programmes."""
    return tuple(read_programmes(RAW_PROGRAMMES, call_data, institutions))
