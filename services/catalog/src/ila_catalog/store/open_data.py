"""What is given away whole: the feed of changes, and every published programme in batches."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.domain.states import DRAFT
from ila_catalog.store.columns import UTC
from ila_catalog.store.programmes import FULL
from ila_catalog.store.tables import call, programme, provider

BATCH = 500
# Who began to write so long ago has committed, or is seen writing; and what clocks may differ by.
_SETTLED, _SLACK = timedelta(seconds=60), timedelta(seconds=5)


def _changes(table: sa.Table, kind: str) -> sa.Select[Any]:
    """Return what became public of a kind, and when it changed last."""
    c = table.c
    return sa.select(
        sa.literal(kind, sa.Text).label("kind"), c.id, c.state, c.version, c.published_at, c.updated_at
    ).where(c.published_at.is_not(None), c.state != DRAFT)


_FEED = sa.union_all(_changes(programme, "programme"), _changes(call, "call")).subquery("feed")
LISTING = Listing(_FEED, id=_FEED.c.id, sorts={"changed_at": _FEED.c.updated_at}, default="changed_at")


class SqlOpenData:
    """What everybody may have whole."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def changes(self, request: PageRequest) -> Page:
        """Return what changed, oldest change first, as far as nothing older can come any more.

        A change is dated when its transaction begins and seen when it ends. So the feed ends a minute
        ago, and before the beginning of any transaction that is still writing.
        """
        writing = (
            "SELECT min(xact_start) FROM pg_stat_activity"
            " WHERE datname = current_database() AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
        begun = sa.text(writing).columns(sa.column("begun", UTC)).scalar_subquery()
        settled = sa.func.least(sa.literal(self._now - _SETTLED, UTC), begun - sa.literal(_SLACK))
        return LISTING.page(self._connection, request, where=[_FEED.c.updated_at <= settled])

    def batches(self) -> Iterator[list[Mapping[str, Any]]]:
        """Give every published programme with its provider and call, as rows, some hundred at a time."""
        after: UUID | None = None
        while True:
            query = FULL.order_by(programme.c.id).limit(BATCH)
            query = query if after is None else query.where(programme.c.id > after)
            rows = [dict(row) for row in self._connection.execute(query).mappings()]
            if rows:
                yield list(rows)
            if len(rows) < BATCH:
                return
            after = rows[-1]["id"]

    def state(self) -> tuple[str, datetime | None]:
        """Return a text that changes with anything that is given away, and when that changed last.

        Summed up and not only the latest: who commits late with an earlier date changes it too.
        """
        sums = [_sum(table) for table in (programme, provider, call)]
        row = self._connection.execute(sa.select(*(one for pair in sums for one in pair))).one()
        dates = [value for value in row if isinstance(value, datetime)]
        counted = [str(value) for value in row if not isinstance(value, datetime)]
        return " ".join(counted), max(dates, default=None)


def _sum(table: sa.Table) -> tuple[sa.ColumnElement[Any], sa.ColumnElement[Any]]:
    seconds = sa.func.sum(sa.extract("epoch", table.c.updated_at))
    told = sa.func.count().cast(sa.Text) + ":" + sa.func.coalesce(seconds, 0).cast(sa.Text)
    return (
        sa.select(told).select_from(table).scalar_subquery(),
        sa.select(sa.func.max(table.c.updated_at)).scalar_subquery(),
    )
