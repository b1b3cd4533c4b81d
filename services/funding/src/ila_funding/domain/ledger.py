"""The ledger: every amount moves from one account to another, and nothing is ever taken back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.money import ZERO


class Account(StrEnum):
    """The accounts of a budget line, of which held to consumed are kept per learner too.

    The next ones are those of a top-up: what its funder gave, what of it is there, and its way to a provider.
    The last two are a learner's: the ceiling of an entitlement, and what of it was not used in time.
    """

    SOURCE = "source"
    FREE = "free"
    HELD = "held"
    COMMITTED = "committed"
    CONSUMED = "consumed"
    FUNDER = "funder"
    TOPPED_UP = "topped_up"
    TOPPED_HELD = "topped_held"
    TOPPED_COMMITTED = "topped_committed"
    TOPPED_CONSUMED = "topped_consumed"
    CEILING = "ceiling"
    LAPSED = "lapsed"


class Reason(StrEnum):
    """Why an amount moved."""

    BUDGET = "budget"
    HOLD = "hold"
    COMMITMENT = "commitment"
    SETTLEMENT = "settlement"
    RELEASE = "release"
    EXPIRY = "expiry"
    RECOVERY = "recovery"
    TOP_UP = "top_up"
    TOP_UP_REVERSAL = "top_up_reversal"
    TOP_UP_EXPIRY = "top_up_expiry"
    ENTITLEMENT_EXPIRY = "entitlement_expiry"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction of the ledger: an amount leaves one account of its owner for another.

    The owner is a budget line, a top-up or a learner's entitlement. `person_id` and `hold_id` are None for
    movements of the line itself, `line_id` for those of a top-up or an entitlement.
    `organisation_id` is the provider that was paid. `reverses` is the transaction whose effect this one
    takes back; each is reversed at most once. `effective_on` is the day in Riga it is booked on, when that
    is not the day of `at`; `belongs_to` is the first day of the closed month that a late change is about.
    """

    id: UUID
    at: datetime
    reason: Reason
    source: Account
    target: Account
    amount: Decimal
    line_id: UUID | None
    call_id: UUID
    person_id: UUID | None = None
    hold_id: UUID | None = None
    reverses: UUID | None = None
    top_up_id: UUID | None = None
    funder_id: UUID | None = None
    organisation_id: UUID | None = None
    effective_on: date | None = None
    belongs_to: date | None = None

    def entries(self) -> tuple[tuple[Account, Decimal], tuple[Account, Decimal]]:
        """Return the two entries: what the one account loses the other one gains, so they sum to zero."""
        return (self.source, -self.amount), (self.target, self.amount)

    def change(self, account: Account) -> Decimal:
        """Return by how much this changes an account."""
        return sum((amount for name, amount in self.entries() if name is account), ZERO)


@dataclass(frozen=True, slots=True)
class AccountState:
    """A learner's account in one call, as others are told of it: what was ever granted, and its version."""

    id: UUID
    granted: Decimal
    version: int


@dataclass(frozen=True, slots=True)
class LineUse:
    """How a line stands after a movement: what of it is used, and the alarm that was given last."""

    line_id: UUID
    call_id: UUID
    version: int
    used: Decimal
    limit_amount: Decimal
    alarm: int
    alarm_shares: Sequence[int]


def budget_movement(line_id: UUID, call_id: UUID, difference: Decimal, at: datetime) -> Movement:
    """Return how a line gets its limit from its funding source, or gives a part of it back."""
    source, target = (Account.SOURCE, Account.FREE) if difference > 0 else (Account.FREE, Account.SOURCE)
    return Movement(
        id=uuid7(),
        at=at,
        reason=Reason.BUDGET,
        source=source,
        target=target,
        amount=abs(difference),
        line_id=line_id,
        call_id=call_id,
    )


def lapse_movement(person_id: UUID, call_id: UUID, amount: Decimal, at: datetime) -> Movement:
    """Return how what is left of a learner's entitlement in a call is written off."""
    return Movement(
        id=uuid7(),
        at=at,
        reason=Reason.ENTITLEMENT_EXPIRY,
        source=Account.CEILING,
        target=Account.LAPSED,
        amount=amount,
        line_id=None,
        call_id=call_id,
        person_id=person_id,
    )
