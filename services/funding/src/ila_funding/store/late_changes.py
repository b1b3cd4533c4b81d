"""What happened in closed months, until somebody books it."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.late_change import LateChange
from ila_funding.store.ledger_tables import late_change
from ila_funding.store.rows import made, values

LISTING = Listing(
    late_change,
    id=late_change.c.id,
    sorts={"queued_at": late_change.c.id},
    default="-queued_at",
    filters={name: late_change.c[name] for name in ("state", "belongs_to", "booked_in", "run_id")},
)


class SqlLateChangeStore:
    """What happened in closed months, until somebody books it."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, change: LateChange) -> bool:
        """Store a new one; False when one of the same run waits already."""
        new = insert(late_change).values(values(change)).on_conflict_do_nothing()
        return self._connection.execute(new.returning(late_change.c.id)).first() is not None

    def waits_for(self, run_id: UUID) -> bool:
        """Tell whether a settlement of a run waits to be booked."""
        mine = (late_change.c.run_id == run_id, late_change.c.state == "queued")
        return bool(self._connection.scalar(sa.select(sa.exists().where(*mine))))

    def save(self, change: LateChange) -> None:
        """Store a changed one."""
        query = sa.update(late_change).where(late_change.c.id == change.id)
        self._connection.execute(query.values(values(change)))

    def lock(self, change_id: UUID) -> LateChange | None:
        """Return one that nobody else changes until this transaction ends."""
        query = sa.select(late_change).where(late_change.c.id == change_id).with_for_update()
        return made(LateChange, self._connection.execute(query).mappings().one_or_none())

    def page(self, request: PageRequest) -> Page:
        """Return a page of them."""
        return LISTING.page(self._connection, request)

    def row(self, change_id: UUID) -> dict[str, Any] | None:
        """Return one, or None for an unknown id."""
        query = sa.select(late_change).where(late_change.c.id == change_id)
        found = self._connection.execute(query).mappings().one_or_none()
        return None if found is None else {str(name): value for name, value in found.items()}
