"""What budget lines and their limits need from outside; `ports` joins them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from ila_funding.domain.budget import BudgetLine
from ila_funding.domain.line_change import LineChange
from ila_funding.domain.line_rules import LineRules


class BudgetLineStore(Protocol):
    """Budget lines."""

    def of_call(self, call_id: UUID, funding_source: str, activity: str, stratum: str) -> BudgetLine | None:
        """Return the line of exactly this place, be it open or only proposed."""

    def paying(
        self, call_id: UUID, funding_source: str, activity: str, strata: Sequence[str]
    ) -> BudgetLine | None:
        """Return the open line that pays for a training in these strata, the first of them that has one.

        A training that none of its strata has a line for is paid by the line for every one.
        """

    def lock(self, line_id: UUID) -> BudgetLine | None:
        """Return a line that nobody else changes until this transaction ends; None for an unknown id."""

    def add(self, line: BudgetLine) -> bool:
        """Store a new line; False when its place is taken."""

    def set_limit(self, line_id: UUID, limit: Decimal, now: datetime) -> bool:
        """Change what a line may spend, and open it; False when more than that is promised already."""

    def set_rules(self, line_id: UUID, rules: LineRules, now: datetime) -> None:
        """Change the alarms and pauses of a line."""

    def set_alarm(self, line_id: UUID, alarm: int) -> None:
        """Note the highest share whose alarm was given."""

    def save_pause(self, line: BudgetLine) -> None:
        """Store that a line was paused by hand, or goes on."""


class LineChangeStore(Protocol):
    """Proposed changes of budget lines, and what became of them."""

    def add(self, change: LineChange) -> None:
        """Store a new proposal; a line has one at a time."""

    def save(self, change: LineChange) -> None:
        """Store a proposal that was decided."""

    def lock(self, change_id: UUID) -> LineChange | None:
        """Return a proposal that nobody else changes until this transaction ends."""

    def pending(self, line_id: UUID) -> LineChange | None:
        """Return the proposal of a line that waits for its approval."""
