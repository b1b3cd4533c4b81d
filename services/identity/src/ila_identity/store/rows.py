"""What the stores of identity share."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Generic, Protocol, TypeVar
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing, Stale
from ila_kit.store.listing import Listing, PageRequest
from sqlalchemy.dialects import postgresql

from ila_identity.ports import Listed


class Versioned(Protocol):
    """A thing that is stored in versions."""

    @property
    def id(self) -> UUID:
        """Which one it is."""


T = TypeVar("T", bound=Versioned)


class VersionedRows(ABC, Generic[T]):
    """A table of things with versions: rows stay in here, callers give and get things.

    A store names its `table` and `listing`, and how a thing is a row and a row a thing.
    """

    table: ClassVar[sa.Table]
    listing: ClassVar[Listing]

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    @abstractmethod
    def row_of(self, thing: T) -> dict[str, Any]:
        """Return a thing as a row."""

    @abstractmethod
    def thing_of(self, row: Any) -> T:
        """Return a row as a thing."""

    def add_once(self, thing: T) -> bool:
        """Store a new thing; False when a unique index says that it is there already."""
        return add_once(self._connection, self.table, self.row_of(thing))

    def put_next(self, thing: T) -> None:
        """Store the next version of a thing. Raises Stale when somebody stored one since."""
        save(self._connection, self.table, thing.id, self.row_of(thing))

    def some(self, query: sa.Select[Any]) -> list[T]:
        """Return what a query over the table finds."""
        return self.things_of(self._connection.execute(query).mappings().all())

    def things_of(self, found: Sequence[Any]) -> list[T]:
        """Return rows as things; a store whose things have parts elsewhere fetches them here."""
        return [self.thing_of(row) for row in found]

    def locked(self, *where: sa.ColumnElement[bool]) -> list[T]:
        """Return, locked, the things of which all this is true, oldest first."""
        query = sa.select(self.table).where(*where).order_by(self.table.c.id)
        return self.some(query.with_for_update())

    def the_locked(self, *where: sa.ColumnElement[bool]) -> T:
        """Return, locked, the one thing of which all this is true. Raises Missing."""
        return only(self.locked(*where))

    def listed(self, request: PageRequest, where: Sequence[sa.ColumnElement[bool]] = ()) -> Listed[T]:
        """Return a page of the things of which all this is true."""
        page = self.listing.page(self._connection, request, where)
        return Listed(self.things_of(page.rows), page.next)


def only(found: Sequence[T]) -> T:
    """Return the one thing that was found. Raises Missing."""
    if not found:
        raise Missing()
    return found[0]


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
