"""What was told of the price of each programme last, and why some have none."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.programme import Price
from ila_funding.store.rows import made, values
from ila_funding.store.tables import programme_price
from ila_funding.store.told_tables import agreement, published_programme

_TOLD = [column for column in programme_price.c if column.name not in ("refusal", "tried_by")]


class SqlPriceStore:
    """Prices of programmes."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def get(self, programme_id: UUID) -> Price | None:
        """Return the price told last; None when none was told."""
        mine = (programme_price.c.programme_id == programme_id) & (programme_price.c.version > 0)
        query = sa.select(*_TOLD).where(mine)
        return made(Price, self._connection.execute(query).mappings().one_or_none())

    def put(self, price: Price) -> bool:
        """Store the next price of a programme; False when somebody stored one since."""
        row = values(price) | {"refusal": None, "tried_by": price.methodology_id}
        new = insert(programme_price).values(row)
        query = new.on_conflict_do_update(
            index_elements=["programme_id"],
            set_=row,
            where=programme_price.c.version == new.excluded.version - 1,
        )
        return self._connection.execute(query.returning(programme_price.c.version)).first() is not None

    def note_refusal(self, programme_id: UUID, code: str, tried_by: UUID | None) -> None:
        """Store why a programme cannot be priced, and by which methodology; a told price stays told."""
        found = {"refusal": code, "tried_by": tried_by}
        new = insert(programme_price).values({"programme_id": programme_id, "version": 0} | found)
        self._connection.execute(new.on_conflict_do_update(index_elements=["programme_id"], set_=found))

    def missing(self, limit: int, decides_today: UUID | None) -> list[UUID]:
        """Return programmes that have no price yet or not that of today.

        The first were told of before prices were, or at once with their agreement. The others have no
        agreement that pins a methodology, and another one decides today than when they were tried last.
        """
        columns = published_programme.c
        pinned = columns.agreement_id.is_not(None)
        outdated: sa.ColumnElement[bool] = sa.false()
        if decides_today is not None:
            outdated = ~pinned & programme_price.c.tried_by.is_distinct_from(decides_today)
        query = (
            sa.select(columns.programme_id)
            .outerjoin(programme_price, programme_price.c.programme_id == columns.programme_id)
            .outerjoin(agreement, agreement.c.id == columns.agreement_id)
            .where(programme_price.c.programme_id.is_(None) | outdated)
            .where(~pinned | agreement.c.in_force_at.is_not(None))
            .order_by(columns.programme_id)
            .limit(limit)
        )
        return list(self._connection.scalars(query))
