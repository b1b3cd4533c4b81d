"""Everything that a service keeps about one person, as rows of its tables."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

Parts = Mapping[str, Callable[[UUID], sa.Select[Any]]]


class PersonalRows:
    """The parts of what is kept about a person: name of the part -> the query of its rows."""

    def __init__(self, connection: sa.Connection, parts: Parts):
        self.connection, self._parts = connection, parts

    def of(self, person_id: UUID) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of every part; an empty list where nothing is kept."""
        return {
            name: [_plain(row) for row in self.connection.execute(query(person_id)).mappings()]
            for name, query in self._parts.items()
        }


def all_of(table: sa.Table, *but: str, by: str = "person_id") -> Callable[[UUID], sa.Select[Any]]:
    """Return the query of a person's rows in a table, without the columns named and without bytes."""
    hidden = {column.name for column in table.c if isinstance(column.type, sa.LargeBinary)} | set(but)
    shown = [column for column in table.c if column.name not in hidden]
    return lambda person_id: sa.select(*shown).where(table.c[by] == person_id).order_by(*table.primary_key)


def _plain(row: sa.RowMapping) -> dict[str, Any]:
    """Return a row whose names are plain texts, as JSON wants them."""
    return {str(name): value for name, value in row.items()}
