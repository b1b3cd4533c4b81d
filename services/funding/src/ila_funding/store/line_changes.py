"""Changes of budget lines."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.events import from_json, to_json
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_funding.domain.line_change import LineChange
from ila_funding.domain.line_rules import LineRules
from ila_funding.store.limit_tables import line_change
from ila_funding.store.rows import values

LISTING = Listing(
    line_change,
    id=line_change.c.id,
    sorts={"created_at": line_change.c.created_at, "updated_at": line_change.c.updated_at},
    default="-created_at",
    filters={"state": line_change.c.state, "line_id": line_change.c.line_id},
    updated=line_change.c.updated_at,
)


class SqlLineChangeStore:
    """Proposed changes of budget lines, and what became of them."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, change: LineChange) -> None:
        """Store a new proposal; a line has one at a time."""
        self._connection.execute(sa.insert(line_change).values(_row(change)))

    def save(self, change: LineChange) -> None:
        """Store a proposal that was decided."""
        query = sa.update(line_change).where(line_change.c.id == change.id)
        self._connection.execute(query.values(_row(change)))

    def lock(self, change_id: UUID) -> LineChange | None:
        """Return a proposal that nobody else changes until this transaction ends."""
        return self._one(line_change.c.id == change_id, lock=True)

    def pending(self, line_id: UUID) -> LineChange | None:
        """Return the proposal of a line that waits for its approval."""
        return self._one(line_change.c.line_id == line_id, line_change.c.state == "proposed")

    def page(self, request: PageRequest) -> Page:
        """Return a page of proposals."""
        return LISTING.page(self._connection, request)

    def _one(self, *which: sa.ColumnElement[bool], lock: bool = False) -> LineChange | None:
        query: sa.Select[Any] = sa.select(line_change).where(*which)
        if lock:
            query = query.with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _change(dict(row))


def _row(change: LineChange) -> dict[str, Any]:
    return values(change) | {"rules": to_json(change.rules)}


def _change(row: dict[str, Any]) -> LineChange:
    rules = row.pop("rules")
    return LineChange(**row, rules=None if rules is None else from_json(LineRules, rules))
