"""Published programmes as the search of each process follows them.

Every change of a row of `programme` notes its transaction in `changed` (a trigger does it, so nobody can
forget). Who remembers the snapshot of an earlier look asks for the rows whose transaction that snapshot
did not see: nothing committed is missed, however late it was committed, and nobody waits for anybody.
A number above the newest transaction comes from another cluster, whose backup this is: not a change.
"""

from collections.abc import Mapping, Sequence
from sys import intern
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from ila_catalog.domain.listed import Changes, Listed
from ila_catalog.domain.search import tokens
from ila_catalog.domain.states import PUBLISHED
from ila_catalog.store.programmes import SUMMARIES
from ila_catalog.store.tables import programme as table

_LOOK = """SELECT look.snapshot, p.id, p.call_id, p.provider_id, p.kind, p.mode, p.territory,
  p.territory_name, p.funding_source, p.language, p.starts_on, p.total_hours, p.sort_title, p.places_free,
  p.published_at, p.updated_at, p.state, p.digcomp, p.search_text, p.price_amount AS price,
  p.content_fingerprint AS fingerprint, p.title_lv,
  jsonb_path_query_array(p.parts, '$[*].title')::text AS part_titles
FROM (SELECT pg_current_snapshot()::text AS snapshot) AS look LEFT JOIN programme AS p ON """
_ALL = sa.text(_LOOK + "p.state = :published")
_SINCE = sa.text(
    _LOOK
    + """p.changed >= pg_snapshot_xmin(CAST(:seen AS pg_snapshot))::text::bigint
  AND p.changed < pg_snapshot_xmax(pg_current_snapshot())::text::bigint
  AND NOT pg_visible_in_snapshot(p.changed::text::xid8, CAST(:seen AS pg_snapshot))"""
)
_SHOWN_OF_PROVIDER = ("provider_id", "provider_viis_number", "provider_name")
_ROWS = SUMMARIES.with_only_columns(
    *(
        column
        for column in SUMMARIES.selected_columns
        if not column.name.startswith("provider_") or column.name in _SHOWN_OF_PROVIDER
    )
).where(table.c.id == sa.any_(sa.bindparam("ids", type_=ARRAY(sa.Uuid))))
_PLAIN = tuple(name for name in Listed.__dataclass_fields__ if name not in ("aims", "words", "titles"))


class SqlPublishedStore:
    """Published programmes, for the search of everybody."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def changes(self, seen: str | None) -> Changes:
        """Return what was committed since a snapshot, or everything, in one statement.

        Everything too when the database went back: to a backup, or to a standby that lacked the last of it.
        """
        query = (_ALL, {"published": PUBLISHED}) if seen is None else (_SINCE, {"seen": seen})
        found = self._connection.execute(*query).mappings().all()
        if seen is not None and _end(found[0]["snapshot"]) < _end(seen):
            return self.changes(None)
        rows = [row for row in found if row["id"] is not None]
        return Changes(
            since=seen,
            snapshot=found[0]["snapshot"],
            listed=[_listed(row) for row in rows if row["state"] == PUBLISHED],
            gone=[_id(row) for row in rows if row["state"] != PUBLISHED],
        )

    def rows(self, ids: Sequence[UUID]) -> list[Mapping[str, Any]]:
        """Return these programmes in this order, as lists show them, without those no longer published."""
        answered = self._connection.execute(_ROWS, {"ids": list(ids)}).mappings()
        found = {row["id"]: dict(row) for row in answered}
        return [found[one] for one in ids if one in found]


def _end(snapshot: str) -> int:
    """Return the number that no transaction had when a snapshot was taken."""
    return int(snapshot.split(":")[1])


def _id(row: Mapping[Any, Any]) -> UUID:
    found: UUID = row["id"]
    return found


def _listed(row: Mapping[Any, Any]) -> Listed:
    # The same words stand in many programmes: each is held once.
    words = tuple({intern(word) for word in tokens(row["search_text"])})
    return Listed(
        **{name: row[name] for name in _PLAIN},
        aims=frozenset((aim["area"], aim["level"]) for aim in row["digcomp"]),
        words=words,
        titles=f"{row['title_lv']} {row['part_titles']}",
    )
