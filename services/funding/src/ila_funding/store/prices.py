"""What was told of the price of each programme last, and why some have none."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.programme import Price
from ila_funding.store.rows import made, values
from ila_funding.store.tables import agreement, programme_price, published_programme

_TOLD = [column for column in programme_price.c if column.name != "refusal"]


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
        row = values(price) | {"refusal": None}
        new = insert(programme_price).values(row)
        query = new.on_conflict_do_update(
            index_elements=["programme_id"],
            set_=row,
            where=programme_price.c.version == new.excluded.version - 1,
        )
        return self._connection.execute(query.returning(programme_price.c.version)).first() is not None

    def note_refusal(self, programme_id: UUID, code: str) -> None:
        """Store why a programme cannot be priced; a price that was told stays told."""
        row = {"programme_id": programme_id, "refusal": code, "version": 0}
        new = insert(programme_price).values(row)
        self._connection.execute(
            new.on_conflict_do_update(index_elements=["programme_id"], set_={"refusal": code})
        )

    def missing(self, limit: int) -> list[UUID]:
        """Return programmes that could be priced and never were: told of before prices were, or at once
        with their agreement."""
        query = (
            sa.select(published_programme.c.programme_id)
            .outerjoin(programme_price, programme_price.c.programme_id == published_programme.c.programme_id)
            .outerjoin(agreement, agreement.c.id == published_programme.c.agreement_id)
            .where(programme_price.c.programme_id.is_(None))
            .where(published_programme.c.agreement_id.is_(None) | agreement.c.in_force_at.is_not(None))
            .order_by(published_programme.c.programme_id)
            .limit(limit)
        )
        return list(self._connection.scalars(query))
