"""Budget lines: the money of one funding source for one activity of one call."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from ila_funding.domain.entitlement import Terms
from ila_funding.domain.line_rules import ALARM_SHARES, LineRules, Pause, reached


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """What a line may spend and what is promised from it.

    At every instant held + committed + consumed ≤ limit_amount; the database refuses anything else.
    `stratum` is the part of the trainings it pays for, empty for all that no line of its own pays for.
    `opened_at` is None until its first limit was approved: it pays for nothing. `alarm` is the highest
    share whose alarm was given, and 0 for none. The rules stand as `LineRules` says; `paused_…` is a pause
    by hand.

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
    alarm: int = 0
    alarm_shares: Sequence[int] = ALARM_SHARES
    pause_share: int | None = None
    pause_from: datetime | None = None
    pause_until: datetime | None = None
    exempt: Sequence[str] = ()
    paused_at: datetime | None = None
    paused_by: str | None = None
    pause_reason: str | None = None
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

    @property
    def rules(self) -> LineRules:
        """Its alarms and pauses."""
        return LineRules(
            alarm_shares=tuple(self.alarm_shares),
            pause_share=self.pause_share,
            pause_from=self.pause_from,
            pause_until=self.pause_until,
            exempt=tuple(self.exempt),
        )

    def pause(self, now: datetime) -> Pause | None:
        """Return why it lets new holds wait; None when it does not."""
        if self.paused_at is not None:
            return Pause.BY_HAND
        if self.rules.within_dates(now):
            return Pause.DATES
        full = self.pause_share is not None and reached(self.pause_share, self.used, self.limit_amount)
        return Pause.SHARE if full else None

    def lets_wait(self, strata: Sequence[str], now: datetime) -> bool:
        """Tell whether the hold of a training in these strata waits for the end of a pause."""
        return self.pause(now) is not None and not self.rules.exempts(strata)


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
