"""The ledger: every amount moves from one account to another, and nothing is ever taken back."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.money import ZERO


class Account(StrEnum):
    """The accounts of a budget line; the last three are kept per learner too."""

    SOURCE = "source"
    FREE = "free"
    HELD = "held"
    COMMITTED = "committed"
    CONSUMED = "consumed"


class Reason(StrEnum):
    """Why an amount moved."""

    BUDGET = "budget"
    HOLD = "hold"
    COMMITMENT = "commitment"
    SETTLEMENT = "settlement"
    RELEASE = "release"
    EXPIRY = "expiry"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One transaction of the ledger: an amount leaves an account of a budget line for another.

    `person_id` and `hold_id` are None for movements of the line itself. `reverses` is the
    transaction whose effect this one takes back; each is reversed at most once.
    """

    id: UUID
    at: datetime
    reason: Reason
    source: Account
    target: Account
    amount: Decimal
    line_id: UUID
    call_id: UUID
    person_id: UUID | None = None
    hold_id: UUID | None = None
    reverses: UUID | None = None

    def entries(self) -> tuple[tuple[Account, Decimal], tuple[Account, Decimal]]:
        """Return the two entries: what the one account loses the other one gains, so they sum to zero."""
        return (self.source, -self.amount), (self.target, self.amount)

    def change(self, account: Account) -> Decimal:
        """Return by how much this changes an account."""
        return sum((amount for name, amount in self.entries() if name is account), ZERO)


@dataclass(frozen=True, slots=True)
class AccountState:
    """A learner's account in one call, after a movement: what was ever granted, and its version."""

    id: UUID
    granted: Decimal
    version: int


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
