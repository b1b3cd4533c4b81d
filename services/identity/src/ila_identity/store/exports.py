"""Exports of people's data."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.exports import COLLECTING, Export
from ila_identity.ports import Listed
from ila_identity.store import my_data_tables as t
from ila_identity.store import rows

_C = t.person_export.c
LISTING = Listing(
    t.person_export,
    id=_C.id,
    sorts={"requested_at": _C.id},
    default="-requested_at",
    filters={"state": _C.state},
)


class SqlExportStore:
    """Exports of all persons; each person has one under way at most."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, export: Export) -> bool:
        """Store a new export; False while another one of the person is collected."""
        return rows.add_once(self._connection, t.person_export, _row(export))

    def save(self, export: Export) -> None:
        """Store the next version of an export. Raises Stale when somebody stored one since."""
        rows.save(self._connection, t.person_export, export.id, _row(export))

    def get(self, export_id: UUID, person_id: UUID) -> Export:
        """Return an export of a person. Raises Missing."""
        return self._one(sa.select(t.person_export).where(_C.id == export_id, _C.person_id == person_id))

    def page(self, person_id: UUID, request: PageRequest) -> Listed[Export]:
        """Return a page of the exports of a person, newest first."""
        page = LISTING.page(self._connection, request, [_C.person_id == person_id])
        return Listed([_export(row) for row in page.rows], page.next)

    def locked(self, export_id: UUID) -> Export:
        """Return, locked, an export of anybody. Raises Missing."""
        return self._one(sa.select(t.person_export).where(_C.id == export_id).with_for_update())

    def due(self, now: datetime, limit: int) -> list[Export]:
        """Return exports that are to be collected, longest waiting first."""
        due = sa.select(t.person_export).where(_C.state == COLLECTING, _C.next_at <= now)
        found = self._connection.execute(due.order_by(_C.next_at).limit(limit)).mappings()
        return [_export(row) for row in found]

    def forget(self, person_id: UUID) -> None:
        """Forget all exports of a person; the store of files removes their files."""
        self._connection.execute(t.person_export.delete().where(_C.person_id == person_id))

    def _one(self, query: sa.Select[Any]) -> Export:
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise Missing()
        return _export(row)


def _row(export: Export) -> dict[str, Any]:
    return asdict(export) | {"waiting_for": list(export.waiting_for)}


def _export(row: Any) -> Export:
    return Export(**dict(row) | {"waiting_for": tuple(row["waiting_for"])})
