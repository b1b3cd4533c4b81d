"""What entitlements and the books need from outside; `ports` joins them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from ila_funding.domain.entitlement import Entitlement, Lapsed, Terms
from ila_funding.domain.late_change import LateChange
from ila_funding.domain.ledger import AccountState, LineUse, Movement
from ila_funding.domain.period import Period
from ila_funding.domain.top_up import TopUp, Use


class LedgerStore(Protocol):
    """The ledger, and the balances that follow from it."""

    def post(self, movement: Movement, turn: int | None = None, strata: Sequence[str] = ()) -> LineUse | None:
        """Move a learner's money: line, account and entries change together or not at all.

        None when the line does not carry it, when it is paused for all but other strata, or when an
        application received before `turn` waits for its money. This takes the hot row, so it comes late.
        """

    def post_all(self, movements: Sequence[Movement]) -> None:
        """Move the money of many learners, all for one reason between the same two accounts, at once."""

    def lock_accounts(self, accounts: Iterable[tuple[UUID, UUID]]) -> None:
        """Lock the accounts of learners in calls, both by id, in one order for everybody.

        Whoever then changes them in another order waits for nobody who waits for them.
        """

    def record(self, movement: Movement) -> None:
        """Write the entries of a movement of the line itself."""


class PeriodStore(Protocol):
    """Accounting periods, and what each account gained in the closed ones."""

    def first_open(self) -> date | None:
        """Return the first month with entries that is not closed; None without any entry."""

    def add(self, period: Period) -> bool:
        """Store a proposal; False when the month has one."""

    def lock(self, period_id: UUID) -> Period | None:
        """Return a period that nobody else changes until this transaction ends."""

    def close(self, closed: Period) -> int:
        """Store that a period is closed, with what each account gained in it; returns how many did."""

    def keep_open(self, month: date) -> bool:
        """Tell whether a month is open; if so it stays open until this transaction ends."""


class LateChangeStore(Protocol):
    """What happened in closed months, until somebody books it."""

    def add(self, change: LateChange) -> bool:
        """Store a new one; False when one of the same run waits already."""

    def waits_for(self, run_id: UUID) -> bool:
        """Tell whether a settlement of a run waits to be booked."""

    def save(self, change: LateChange) -> None:
        """Store a changed one."""

    def lock(self, change_id: UUID) -> LateChange | None:
        """Return one that nobody else changes until this transaction ends."""


class EntitlementStore(Protocol):
    """Learners' entitlements in calls; what is used of them changes by the ledger only."""

    def open(self, person_id: UUID, call_id: UUID, now: datetime) -> Entitlement:
        """Return a learner's entitlement, locked; a new one has no bounds."""

    def lock_unbounded(self, call_id: UUID, terms: Terms) -> list[Entitlement]:
        """Return the entitlements of a call that lack a bound of its terms, in order of id, locked."""

    def bound(self, entitlement: Entitlement, now: datetime) -> None:
        """Store the bounds of an entitlement."""

    def granted(self, person_id: UUID, call_id: UUID) -> AccountState:
        """Return a learner's account, locked, in a new version, with all that was told of as held on it."""

    def lapse(self, account_id: UUID, now: datetime) -> Lapsed | None:
        """Note that an entitlement is over, with what was left; None when it is not, or was noted before."""


class TopUpStore(Protocol):
    """Top-ups, and what holds take from them."""

    def add(self, top_up: TopUp) -> None:
        """Store a new top-up."""

    def save(self, top_up: TopUp) -> None:
        """Store a changed top-up."""

    def lock(self, top_up_id: UUID) -> TopUp | None:
        """Return a top-up that nobody else changes until this transaction ends."""

    def lock_all(self, top_up_ids: Sequence[UUID]) -> list[TopUp]:
        """Return top-ups in the order of their ids, locked the same way."""

    def lock_of(self, person_id: UUID, call_id: UUID) -> list[TopUp]:
        """Return the active top-ups of a learner in a call, locked the same way."""

    def add_use(self, use: Use) -> None:
        """Store what a hold takes from a top-up."""

    def save_use(self, use: Use) -> None:
        """Store where that is now."""

    def uses(self, hold_ids: Sequence[UUID]) -> list[Use]:
        """Return what holds took from top-ups, in the order of the top-ups."""
