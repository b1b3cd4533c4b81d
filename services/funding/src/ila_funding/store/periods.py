"""Accounting periods, and what each account gained in the closed ones."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.period import Period, month_of, next_month
from ila_funding.store.ledger_tables import accounting_period, period_balance
from ila_funding.store.rows import made, values
from ila_funding.store.tables import ledger_entry

MOST_SHOWN = 500
_SHOWN = tuple(column for column in accounting_period.c if column.name != "digest")
LISTING = Listing(
    sa.select(*_SHOWN),
    id=accounting_period.c.id,
    sorts={"period": accounting_period.c.period},
    default="-period",
    filters={"state": accounting_period.c.state},
)
# Whose account an entry is on: each is counted under every owner it names.
OWNERS = {
    "line": "line_id",
    "learner": "person_id",
    "provider": "organisation_id",
    "funder": "funder_id",
}
GAINED = " UNION ALL ".join(
    f"SELECT period, '{kind}' AS kind, {owner} AS owner_id, account, sum(amount) AS amount,"  # noqa: S608
    f" count(*) AS entries FROM ledger_entry WHERE {owner} IS NOT NULL AND {{which}}"
    f" GROUP BY period, {owner}, account"
    for kind, owner in OWNERS.items()
)
_FREEZE = sa.text(
    "INSERT INTO period_balance (period, kind, owner_id, account, amount, entries) "
    + GAINED.format(which="period = :month")
)
# A number of each entry's every word, summed: whatever order they are read in, without keeping any.
DIGEST = """
SELECT period, sum(CAST('x' || left(md5(concat_ws('|', id, transaction_id, extract(epoch FROM at), reason,
  account, amount, coalesce(line_id::text, '-'), call_id, coalesce(person_id::text, '-'),
  coalesce(hold_id::text, '-'), coalesce(reverses::text, '-'), coalesce(top_up_id::text, '-'),
  coalesce(funder_id::text, '-'), coalesce(organisation_id::text, '-'),
  coalesce(effective_on - DATE '2000-01-01', -1),
  coalesce(belongs_to - DATE '2000-01-01', -1))), 15) AS bit(60))::bigint) AS digest
FROM ledger_entry WHERE {which} GROUP BY period
"""
_SAID = DIGEST.format(which="period = :month")
_SEAL = sa.text(
    f"UPDATE accounting_period SET digest = coalesce((SELECT digest FROM ({_SAID}) AS said), 0)"  # noqa: S608
    " WHERE id = :id"
)
_SHARED = sa.text(
    "SELECT pg_advisory_xact_lock_shared(8108, CAST(to_char(CAST(:month AS date), 'YYYYMM') AS integer))"
)
_ALONE = sa.text(
    "SELECT pg_advisory_xact_lock(8108, CAST(to_char(CAST(:month AS date), 'YYYYMM') AS integer))"
)


class SqlPeriodStore:
    """Accounting periods, and what each account gained in the closed ones."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def first_open(self) -> date | None:
        """Return the first month with entries that is not closed; None without any entry."""
        closed = sa.select(sa.func.max(accounting_period.c.period)).where(
            accounting_period.c.state == "closed"
        )
        last: date | None = self._connection.execute(closed).scalar_one()
        if last is not None:
            return next_month(last)
        first = sa.select(ledger_entry.c.period).order_by(ledger_entry.c.id).limit(1)
        month: date | None = self._connection.execute(first).scalar_one_or_none()
        return None if month is None else month_of(month)

    def add(self, period: Period) -> bool:
        """Store a proposal; False when the month has one."""
        new = insert(accounting_period).values(values(period)).on_conflict_do_nothing()
        return self._connection.execute(new.returning(accounting_period.c.id)).first() is not None

    def lock(self, period_id: UUID) -> Period | None:
        """Return a period that nobody else changes until this transaction ends."""
        query = sa.select(*_SHOWN).where(accounting_period.c.id == period_id).with_for_update()
        return made(Period, self._connection.execute(query).mappings().one_or_none())

    def close(self, closed: Period) -> int:
        """Store that a period is closed, with what each account gained in it; returns how many did."""
        self._connection.execute(_ALONE, {"month": closed.period})
        self._connection.execute(_SEAL, {"month": closed.period, "id": closed.id})
        change = sa.update(accounting_period).where(accounting_period.c.id == closed.id)
        self._connection.execute(change.values(values(closed)))
        return self._connection.execute(_FREEZE, {"month": closed.period}).rowcount

    def keep_open(self, month: date) -> bool:
        """Tell whether a month is open; if so it stays open until this transaction ends."""
        self._connection.execute(_SHARED, {"month": month})
        mine = (accounting_period.c.period == month, accounting_period.c.state == "closed")
        return self._connection.execute(sa.select(accounting_period.c.id).where(*mine)).first() is None

    def page(self, request: PageRequest) -> Page:
        """Return a page of the periods that are closed or proposed to be."""
        return LISTING.page(self._connection, request)

    def row(self, period_id: UUID) -> dict[str, Any] | None:
        """Return a period with what its lines, providers and funders gained in it; None for an unknown id."""
        query = sa.select(*_SHOWN).where(accounting_period.c.id == period_id)
        found = self._connection.execute(query).mappings().one_or_none()
        if found is None:
            return None
        columns = period_balance.c
        balances = (
            sa.select(columns.kind, columns.owner_id, columns.account, columns.amount, columns.entries)
            .where(columns.period == found["period"], columns.kind != "learner")
            .order_by(columns.kind, columns.owner_id, columns.account)
            .limit(MOST_SHOWN)
        )
        rows = [dict(row) for row in self._connection.execute(balances).mappings()]
        return {str(name): value for name, value in found.items()} | {"balances": rows}
