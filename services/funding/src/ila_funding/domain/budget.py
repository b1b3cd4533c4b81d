"""Budget lines: the money of one funding source for one activity of one call."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ila_funding.domain.entitlement import Terms


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """What a line may spend and what is promised from it.

    At every instant held + committed + consumed ≤ limit_amount; the database refuses anything else.
    `stratum` is the part of the trainings it pays for, empty for all that no line of its own pays for.
    `opened_at` is None until its first limit was approved: it pays for nothing.

    Source: BR-709.
    """

    id: UUID
    call_id: UUID
    funding_source: str
    activity: str
    stratum: str = ""
    limit_amount: Decimal
    held: Decimal
    committed: Decimal
    consumed: Decimal
    opened_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def used(self) -> Decimal:
        """What is promised or paid."""
        return self.held + self.committed + self.consumed

    @property
    def free(self) -> Decimal:
        """What nobody is promised yet."""
        return self.limit_amount - self.used


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCall:
    """What this service keeps of a call; `sequence` is the version it was told of last.

    `budget_limit` is what the call says; None when nobody told it since that is kept. What a line may
    spend is its own limit.
    """

    call_id: UUID
    code: str
    title_lv: str
    title_en: str
    funding_source: str
    activity: str
    hold_days: int
    opening_mode: str
    drop_out_rule: str
    sequence: int
    budget_limit: Decimal | None = None
    co_payment_percent: int = 0
    entitlement_amount: Decimal | None = None
    entitlement_months: int | None = None

    @property
    def terms(self) -> Terms:
        """What a learner is entitled to in this call."""
        return Terms(self.co_payment_percent, self.entitlement_amount, self.entitlement_months)


FIRST_COME = "first_come"
COMPLETION_ONLY = "completion_only"
