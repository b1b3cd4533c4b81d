"""Proposals to move phases of calls, in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale
from ila_kit.events import from_json, to_json
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.domain.schedule import ScheduleChange, Window
from ila_catalog.domain.states import PROPOSED
from ila_catalog.store.tables import schedule_change as table

LISTING = Listing(
    table,
    id=table.c.id,
    sorts={"created_at": table.c.id},
    default="-created_at",
    filters={"state": table.c.state},
    updated=table.c.updated_at,
)


class SqlScheduleChangeStore:
    """Changes of schedules of all calls."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def pending(self, call_id: UUID) -> bool:
        """Tell whether a proposal of a call waits for its second person."""
        waiting = (table.c.call_id == call_id) & (table.c.state == PROPOSED)
        return bool(self._connection.scalar(sa.select(sa.exists().where(waiting))))

    def get(self, change_id: UUID) -> ScheduleChange | None:
        """Return a proposal, locked, or None when there is none."""
        query = sa.select(table).where(table.c.id == change_id).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return _change(row) if row else None

    def add(self, change: ScheduleChange) -> None:
        """Store a new proposal."""
        self._connection.execute(sa.insert(table).values(_values(change)))

    def save(self, change: ScheduleChange) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == change.id) & (table.c.version == change.version - 1)
        if self._connection.execute(sa.update(table).where(before).values(_values(change))).rowcount != 1:
            raise Stale()

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the proposals of a call."""
        page = LISTING.page(self._connection, request, where=[table.c.call_id == call_id])
        return Page([{"change": _change(row)} for row in page.rows], page.next)


def _values(change: ScheduleChange) -> dict[str, Any]:
    return {name: getattr(change, name) for name in table.c.keys()} | {"phases": to_json(change.phases)}  # noqa: SIM118


def _change(row: Any) -> ScheduleChange:
    return ScheduleChange(**dict(row) | {"phases": [from_json(Window, one) for one in row["phases"]]})
