"""Lists in pages whose cursor stays right while rows are added (keyset paging)."""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from ila_kit.errors import DomainError

Column = sa.ColumnElement[Any]
_DECIMAL = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")


class BadList(DomainError):
    """A sort or cursor that this list does not have."""

    code = "invalid-request"


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is asked for."""

    limit: int = 50
    after: str | None = None
    sort: str | None = None
    updated_since: datetime | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows, and the cursor of the next one; None at the end.

    `last` is the cursor of its last row, also at the end: for who asks later what came since.
    """

    rows: list[dict[str, Any]]
    next: str | None
    last: str | None = None


@dataclass(frozen=True)
class Listing:
    """A list over a table or select: what it may be sorted and filtered by.

    `sorts` are columns that are never null; each needs an index together with `id`. A sort name
    with a leading minus runs downwards. `default` is the order nobody has to ask for.
    """

    source: Any
    id: Column
    sorts: Mapping[str, Column]
    default: str
    filters: Mapping[str, Column] = field(default_factory=dict)
    updated: Column | None = None

    def page(self, connection: sa.Connection, request: PageRequest, where: Sequence[Column] = ()) -> Page:
        """Return a page in one statement. Raises BadList for an unknown sort or a foreign cursor."""
        sort = request.sort or self.default
        column, down = self._column(sort), sort.startswith("-")
        query = self._select().where(*where, *self._filters(request))
        if request.after:
            query = query.where(self._beyond(column, down, self._cursor(request.after, sort, column)))
        order = (column.desc(), self.id.desc()) if down else (column, self.id)
        key = column.label("_sort_key")
        query = query.add_columns(key, self.id.label("_sort_id")).order_by(*order).limit(request.limit + 1)
        rows = connection.execute(query).mappings().all()
        more = len(rows) > request.limit
        kept = rows[: request.limit]
        last = _encode(sort, kept[-1]) if kept else None
        return Page([_without_key(row) for row in kept], last if more else None, last)

    def _select(self) -> sa.Select[Any]:
        return self.source if isinstance(self.source, sa.Select) else sa.select(self.source)

    def _column(self, sort: str) -> Column:
        column = self.sorts.get(sort.removeprefix("-"))
        if column is None:
            raise BadList(errors={"/sort": ["one of: " + ", ".join(sorted(self.sorts))]})
        return column

    def _filters(self, request: PageRequest) -> list[Column]:
        clauses = [
            self.filters[name] == value for name, value in request.filters.items() if name in self.filters
        ]
        if request.updated_since is not None:
            if self.updated is None:
                raise BadList(errors={"/updated_since": ["this list does not know when its rows changed"]})
            clauses.append(self.updated >= request.updated_since)
        return clauses

    def _beyond(self, column: Column, down: bool, cursor: tuple[Any, UUID]) -> Column:
        here, there = sa.tuple_(column, self.id), sa.tuple_(*map(sa.literal, cursor))
        return here < there if down else here > there

    def _cursor(self, text: str, sort: str, column: Column) -> tuple[Any, UUID]:
        try:
            asked, value, row_id = orjson.loads(base64.urlsafe_b64decode(text.encode() + b"=="))
            if asked != sort:
                raise ValueError("the cursor belongs to another order")
            return _typed(value, column.type.python_type), UUID(row_id)
        except (ValueError, TypeError, AttributeError, binascii.Error, UnicodeError):
            raise BadList(errors={"/after": ["not a cursor of this list in this order"]}) from None


def _typed(value: Any, kind: type) -> Any:
    """Return the value of a cursor as its column has it. Raises ValueError or TypeError."""
    if kind is int:
        if type(value) is not int or abs(value) >= 2**63:
            raise TypeError("not a whole number that a column holds")
        return value
    if not isinstance(value, str) or "\0" in value:
        raise TypeError("not a text that a column holds")
    if kind in (datetime, date):
        return kind.fromisoformat(value)
    if kind is Decimal and not _DECIMAL.fullmatch(value):
        raise ValueError("not a number that a column holds")
    return kind(value)


def _encode(sort: str, row: sa.RowMapping) -> str:
    cursor = orjson.dumps([sort, _shown(row["_sort_key"]), str(row["_sort_id"])])
    return base64.urlsafe_b64encode(cursor).decode().rstrip("=")


def _shown(value: Any) -> int | str:
    if isinstance(value, int | str):
        return value
    if isinstance(value, date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _without_key(row: sa.RowMapping) -> dict[str, Any]:
    return {str(name): value for name, value in row.items() if name not in ("_sort_key", "_sort_id")}
