"""What the catalogue needs from outside: its stores, the files of calls, and the wiring that brings them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from ila_kit.ports import UnitOfWork
from ila_kit.store.listing import Page, PageRequest
from ila_kit.store.unit import Units

from ila_catalog.domain.calls import Call
from ila_catalog.domain.digcomp import Area
from ila_catalog.domain.programmes import Programme, Provider
from ila_catalog.domain.search import ProgrammeSearch

Row = Mapping[str, Any]


class CallStore(Protocol):
    """Calls with everything that belongs to them."""

    def lock(self) -> None:
        """Wait until nobody else loads a call, and keep others out until this transaction ends."""

    def get(self, call_id: UUID, states: Collection[str] | None = None) -> Call | None:
        """Return a call, or None when there is none (in one of these states)."""

    def add(self, call: Call) -> None:
        """Store a new call."""

    def save(self, call: Call) -> None:
        """Store the next version of a call. Raises Stale when somebody stored one since."""

    def page(self, request: PageRequest, states: Collection[str] | None = None) -> Page:
        """Return a page of calls without their needs and documents, in one query."""


class ProgrammeStore(Protocol):
    """Programmes; the public reads see published ones only."""

    def of_call(self, call_id: UUID) -> list[Programme]:
        """Return every programme of a call."""

    def add(self, programme: Programme) -> None:
        """Store a new programme."""

    def save(self, programme: Programme) -> None:
        """Store the next version of a programme. Raises Stale when somebody stored one since."""

    def public(self, programme_id: UUID) -> Row | None:
        """Return a published programme in full, in one query; None when there is none."""

    def public_page(self, request: PageRequest, search: ProgrammeSearch) -> Page:
        """Return a page of published programmes that match, in one query."""


class ProviderStore(Protocol):
    """Institutions that give programmes."""

    def put(self, provider: Provider) -> None:
        """Store an institution, or its newer facts."""

    def public_page(self, request: PageRequest) -> Page:
        """Return a page of institutions with at least one published programme, in one query."""


class Unit(UnitOfWork, Protocol):
    """One transaction of the catalogue."""

    @property
    def calls(self) -> CallStore:
        """Calls."""

    @property
    def programmes(self) -> ProgrammeStore:
        """Programmes."""

    @property
    def providers(self) -> ProviderStore:
        """Institutions."""


class CallFiles(Protocol):
    """The files of calls, as people wrote them."""

    def call(self, code: str) -> dict[str, Any]:
        """Return the file of a call. Raises Missing when there is none."""

    def demonstration(self, code: str) -> dict[str, Any]:
        """Return the demonstration programmes of a call. Raises Missing when there are none."""

    def institutions(self) -> dict[str, dict[str, str]]:
        """Return rows of the register of institutions by VIIS number."""


@dataclass(frozen=True)
class Deps:
    """Everything the doors need: units of work, and what was read once at the start."""

    units: Units[Any]
    areas: Mapping[int, Area]
    files: CallFiles
