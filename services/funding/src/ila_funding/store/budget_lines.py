"""Budget lines."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_funding.domain.budget import BudgetLine
from ila_funding.store.rows import made, values
from ila_funding.store.tables import budget_line, published_call

USED = budget_line.c.held + budget_line.c.committed + budget_line.c.consumed
SHOWN = sa.select(
    budget_line,
    (budget_line.c.limit_amount - USED).label("free"),
    published_call.c.code.label("call_code"),
    published_call.c.title_lv.label("call_title_lv"),
    published_call.c.title_en.label("call_title_en"),
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

    def of_call(self, call_id: UUID, funding_source: str, activity: str) -> BudgetLine | None:
        """Return the line that pays an activity of a call from a source."""
        columns = budget_line.c
        query = sa.select(budget_line).where(
            columns.call_id == call_id,
            columns.funding_source == funding_source,
            columns.activity == activity,
        )
        return made(BudgetLine, self._connection.execute(query).mappings().one_or_none())

    def row(self, line_id: UUID) -> dict[str, Any] | None:
        """Return a line as lists show it: with its call's title and what is free; None for an unknown id."""
        row = self._connection.execute(SHOWN.where(budget_line.c.id == line_id)).mappings().one_or_none()
        return {str(name): value for name, value in row.items()} if row else None

    def lock(self, line_id: UUID) -> BudgetLine:
        """Return a line that nobody else changes until this transaction ends.

        The weaker lock: rows that refer to the line may still be added beside it.
        """
        query = sa.select(budget_line).where(budget_line.c.id == line_id).with_for_update(key_share=True)
        return BudgetLine(**self._connection.execute(query).mappings().one())

    def add(self, line: BudgetLine) -> None:
        """Store a new line."""
        self._connection.execute(sa.insert(budget_line).values(values(line)))

    def set_limit(self, line_id: UUID, limit: Decimal, now: datetime) -> bool:
        """Change what a line may spend; False when more than that is promised already."""
        query = (
            sa.update(budget_line)
            .where(budget_line.c.id == line_id, limit >= USED)
            .values(limit_amount=limit, version=budget_line.c.version + 1, updated_at=now)
        )
        return self._connection.execute(query).rowcount == 1

    def page(self, request: PageRequest) -> Page:
        """Return a page of lines with what is free on each."""
        return LISTING.page(self._connection, request)
