"""What the use cases need from outside, and what the doors are given."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol
from uuid import UUID

from ila_kit.ports import UnitOfWork
from ila_kit.store.unit import Units

from ila_funding.domain.budget import BudgetLine, PublishedCall
from ila_funding.domain.hold import EarlyWithdrawal, Hold, HoldRequest, PublishedProgramme
from ila_funding.domain.ledger import Movement
from ila_funding.domain.methodology import Methodology


@dataclass(frozen=True, slots=True)
class AccountState:
    """A learner's account in one call, after a movement: what was ever granted, and its version."""

    id: UUID
    granted: Decimal
    version: int


class MethodologyStore(Protocol):
    """Versions of the methodology."""

    def deciding(self, as_of: date, known_at: datetime) -> Methodology:
        """Return the version valid on a day, as known at an instant. Raises NoMethodology."""


class CallStore(Protocol):
    """Calls, as catalog told of them."""

    def get(self, call_id: UUID) -> PublishedCall | None:
        """Return a call, or None when nobody told of it yet."""

    def save(self, call: PublishedCall) -> bool:
        """Store a call; False when what is stored is not older."""


class ProgrammeStore(Protocol):
    """Programmes, as catalog told of them."""

    def get(self, programme_id: UUID) -> PublishedProgramme | None:
        """Return a programme, or None when nobody told of it yet."""

    def save(self, programme: PublishedProgramme) -> bool:
        """Store a programme; False when what is stored is not older."""


class BudgetLineStore(Protocol):
    """Budget lines."""

    def of_call(self, call_id: UUID, funding_source: str, activity: str) -> BudgetLine | None:
        """Return the line that pays an activity of a call from a source."""

    def lock(self, line_id: UUID) -> BudgetLine:
        """Return a line that nobody else changes until this transaction ends."""

    def add(self, line: BudgetLine) -> None:
        """Store a new line."""

    def set_limit(self, line_id: UUID, limit: Decimal, now: datetime) -> bool:
        """Change what a line may spend; False when more than that is promised already."""


class RequestStore(Protocol):
    """Hold requests, one per application."""

    def claim(self, request: HoldRequest) -> HoldRequest | EarlyWithdrawal | None:
        """Store a request unless its application has one; return what was there, locked, if so."""

    def claim_withdrawal(self, withdrawal: EarlyWithdrawal) -> HoldRequest | None:
        """Return the request of an application, locked; store the withdrawal when there is none."""

    def save(self, request: HoldRequest) -> None:
        """Store a changed request."""

    def next_waiting(self, line_id: UUID) -> HoldRequest | None:
        """Return, locked, the request received first of those that wait for a line's money."""


class HoldStore(Protocol):
    """Holds."""

    def add(self, hold: Hold) -> None:
        """Store a new hold."""

    def save(self, hold: Hold) -> None:
        """Store a changed hold."""

    def lock(self, hold_id: UUID) -> Hold | None:
        """Return a hold that nobody else changes until this transaction ends."""

    def of_application(self, application_id: UUID) -> Hold | None:
        """Return the hold of an application, locked the same way."""


class LedgerStore(Protocol):
    """The ledger, and the balances that follow from it."""

    def post(self, movement: Movement, turn: int | None = None) -> AccountState | None:
        """Move a learner's money: line, account and entries change together or not at all.

        None when the line does not carry it, or when an application received before `turn`
        waits for the line's money. This takes the hot row, so it comes late.
        """

    def record(self, movement: Movement) -> None:
        """Write the entries of a movement of the line itself."""


class Unit(UnitOfWork, Protocol):
    """One transaction of this service."""

    @property
    def methodologies(self) -> MethodologyStore: ...
    @property
    def calls(self) -> CallStore: ...
    @property
    def programmes(self) -> ProgrammeStore: ...
    @property
    def lines(self) -> BudgetLineStore: ...
    @property
    def requests(self) -> RequestStore: ...
    @property
    def holds(self) -> HoldStore: ...
    @property
    def ledger(self) -> LedgerStore: ...


@dataclass(frozen=True)
class Deps:
    """What the doors are given."""

    units: Units[Any]
