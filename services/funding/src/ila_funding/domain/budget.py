"""Budget lines: the money of one funding source for one activity of one call."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """What a line may spend and what is promised from it.

    At every instant held + committed + consumed ≤ limit_amount; the database refuses anything else.

    Source: BR-709.
    """

    id: UUID
    call_id: UUID
    funding_source: str
    activity: str
    limit_amount: Decimal
    held: Decimal
    committed: Decimal
    consumed: Decimal
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def free(self) -> Decimal:
        """What nobody is promised yet."""
        return self.limit_amount - self.held - self.committed - self.consumed


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCall:
    """What this service keeps of a call; `sequence` is the version it was told of last."""

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


FIRST_COME = "first_come"
COMPLETION_ONLY = "completion_only"
