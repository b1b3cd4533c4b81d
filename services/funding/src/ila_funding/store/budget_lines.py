"""Budget lines."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.money import ZERO
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.budget import BudgetLine
from ila_funding.domain.line_rules import LineRules
from ila_funding.domain.stratum import EVERY
from ila_funding.store.rows import made, values
from ila_funding.store.tables import budget_line, hold_request
from ila_funding.store.told_tables import published_call

USED = budget_line.c.held + budget_line.c.committed + budget_line.c.consumed
SHOWN = sa.select(
    budget_line,
    (budget_line.c.limit_amount - USED).label("free"),
    published_call.c.code.label("call_code"),
    published_call.c.title_lv.label("call_title_lv"),
    published_call.c.title_en.label("call_title_en"),
    published_call.c.budget_limit.label("call_limit"),
).join(published_call, published_call.c.call_id == budget_line.c.call_id)
LISTING = Listing(
    SHOWN,
    id=budget_line.c.id,
    sorts={"created_at": budget_line.c.created_at, "updated_at": budget_line.c.updated_at},
    default="created_at",
    filters={"call_id": budget_line.c.call_id, "funding_source": budget_line.c.funding_source},
    updated=budget_line.c.updated_at,
)


class SqlBudgetLineStore:
    """Budget lines; their balances change by the ledger only."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def of_call(self, call_id: UUID, funding_source: str, activity: str, stratum: str) -> BudgetLine | None:
        """Return the line of exactly this place, be it open or only proposed."""
        query = _of(call_id, funding_source, activity).where(budget_line.c.stratum == stratum)
        return made(BudgetLine, self._connection.execute(query).mappings().one_or_none())

    def paying(
        self, call_id: UUID, funding_source: str, activity: str, strata: Sequence[str]
    ) -> BudgetLine | None:
        """Return the open line that pays for a training in these strata, the first of them that has one.

        A training that none of its strata has a line for is paid by the line for every one.
        """
        served, columns = [*strata, EVERY], budget_line.c
        query = (
            _of(call_id, funding_source, activity)
            .where(columns.opened_at.is_not(None), columns.stratum.in_(served))
            .order_by(sa.func.array_position(sa.cast(served, sa.ARRAY(sa.Text)), columns.stratum))
            .limit(1)
        )
        return made(BudgetLine, self._connection.execute(query).mappings().one_or_none())

    def get(self, line_id: UUID) -> BudgetLine | None:
        """Return a line as it is now; None for an unknown id."""
        query = sa.select(budget_line).where(budget_line.c.id == line_id)
        return made(BudgetLine, self._connection.execute(query).mappings().one_or_none())

    def row(self, line_id: UUID) -> dict[str, Any] | None:
        """Return a line as lists show it: with its call's title and what is free; None for an unknown id."""
        row = self._connection.execute(SHOWN.where(budget_line.c.id == line_id)).mappings().one_or_none()
        return {str(name): value for name, value in row.items()} if row else None

    def lock(self, line_id: UUID) -> BudgetLine | None:
        """Return a line that nobody else changes until this transaction ends; None for an unknown id.

        The weaker lock: rows that refer to the line may still be added beside it.
        """
        query = sa.select(budget_line).where(budget_line.c.id == line_id).with_for_update(key_share=True)
        return made(BudgetLine, self._connection.execute(query).mappings().one_or_none())

    def add(self, line: BudgetLine) -> bool:
        """Store a new line; False when its place is taken."""
        new = insert(budget_line).values(values(line)).on_conflict_do_nothing(constraint="budget_line_place")
        return self._connection.execute(new.returning(budget_line.c.id)).first() is not None

    def set_limit(self, line_id: UUID, limit: Decimal, now: datetime) -> bool:
        """Change what a line may spend, and open it; False when more than that is promised already."""
        query = (
            sa.update(budget_line)
            .where(budget_line.c.id == line_id, limit >= USED)
            .values(
                limit_amount=limit,
                opened_at=sa.func.coalesce(budget_line.c.opened_at, now),
                version=budget_line.c.version + 1,
                updated_at=now,
            )
        )
        return self._connection.execute(query).rowcount == 1

    def set_rules(self, line_id: UUID, rules: LineRules, now: datetime) -> None:
        """Change the alarms and pauses of a line."""
        self._change(line_id, values(rules) | {"updated_at": now, "version": budget_line.c.version + 1})

    def set_alarm(self, line_id: UUID, alarm: int) -> None:
        """Note the highest share whose alarm was given."""
        self._change(line_id, {"alarm": alarm})

    def save_pause(self, line: BudgetLine) -> None:
        """Store that a line was paused by hand, or goes on."""
        changed = ("paused_at", "paused_by", "pause_reason", "updated_at", "version")
        self._change(line.id, {name: getattr(line, name) for name in changed})

    def waiting(self, line_id: UUID) -> tuple[int, Decimal]:
        """Return how many requests wait for a line's money, and for how much of it together."""
        columns = hold_request.c
        query = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(columns.amount), ZERO)).where(
            columns.line_id == line_id, columns.state == "waiting"
        )
        count, amount = self._connection.execute(query).one()
        return count, amount

    def page(self, request: PageRequest) -> Page:
        """Return a page of lines with what is free on each."""
        return LISTING.page(self._connection, request)

    def _change(self, line_id: UUID, changes: dict[str, Any]) -> None:
        query = sa.update(budget_line).where(budget_line.c.id == line_id)
        self._connection.execute(query.values(changes))


def _of(call_id: UUID, funding_source: str, activity: str) -> sa.Select[Any]:
    columns = budget_line.c
    return sa.select(budget_line).where(
        columns.call_id == call_id,
        columns.funding_source == funding_source,
        columns.activity == activity,
    )
