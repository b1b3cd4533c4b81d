"""What the stores of identity share."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale
from sqlalchemy.dialects import postgresql


def save(connection: sa.Connection, table: sa.Table, row_id: UUID, values: Mapping[str, Any]) -> None:
    """Store the next version of a row. Raises Stale when somebody stored one since it was read."""
    mine = (table.c.id == row_id) & (table.c.version == values["version"] - 1)
    if connection.execute(table.update().where(mine).values(values)).rowcount != 1:
        raise Stale()


def add_once(connection: sa.Connection, table: sa.Table, values: Mapping[str, Any]) -> bool:
    """Store a new row; False when a unique index says that it is there already."""
    insert = postgresql.insert(table).values(dict(values)).on_conflict_do_nothing()
    # What came back counts: the row count after DO NOTHING does not tell.
    return connection.execute(insert.returning(table.c.id)).scalar() is not None
