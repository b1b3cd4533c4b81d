"""Programmes and calls as told, and the places that are taken."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_applications.domain.offerings import Call, Offering, Programme
from ila_applications.store import tables as t
from ila_applications.store.rows import (
    CALL_COLUMNS,
    OFFERING_COLUMNS,
    OFFERINGS,
    PROGRAMME_COLUMNS,
    as_call,
    as_offering,
    as_programme,
)

# A programme that shrinks below what is taken keeps those places until they are given back.
_RESIZE = """
INSERT INTO places (programme_id, total) VALUES (%(id)s, %(places)s)
ON CONFLICT (programme_id) DO UPDATE SET total = greatest(excluded.total, places.taken)
"""
_CLOSE = "UPDATE programme SET closed_at = %s WHERE id = %s AND closed_at IS NULL"
_FREE = """
SELECT CASE WHEN provider_standing.barred THEN 0 ELSE total - taken END
FROM places
JOIN programme ON programme.id = programme_id
LEFT JOIN provider_standing ON provider_standing.provider_id = programme.provider_id
WHERE programme_id = %s FOR UPDATE OF places
"""
_TAKE = "UPDATE places SET taken = taken + %(got)s WHERE programme_id = %(id)s"
_GIVE_BACK = """
UPDATE places SET taken = taken - 1, total = greatest(taken - 1, programme.places)
FROM programme WHERE programme.id = programme_id AND programme_id = %s
"""
_CALL = sa.select(*(t.call.c[name] for name in CALL_COLUMNS))
_OF_CALL = sa.select(*(t.programme.c[name] for name in PROGRAMME_COLUMNS))
_OFFERING = (
    sa.select(*OFFERING_COLUMNS)
    .select_from(OFFERINGS)
    .where(t.programme.c.id == sa.bindparam("id", type_=sa.Uuid))
)


class SqlOfferingStore:
    """Snapshots of the catalogue; an older `sequence` never replaces a newer one."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def get(self, programme_id: UUID) -> Offering | None:
        """Return a published programme with its call."""
        row = self._connection.execute(_OFFERING, {"id": programme_id}).mappings().one_or_none()
        return as_offering(row) if row else None

    def learn_programme(self, programme: Programme, sequence: int) -> bool:
        """Keep a programme as told; False when something newer is known."""
        newer = self._learn(t.programme, asdict(programme), sequence)
        if newer:
            self._connection.exec_driver_sql(_RESIZE, {"id": programme.id, "places": programme.places})
        return newer

    def learn_call(self, call: Call, sequence: int) -> bool:
        """Keep a call as told; False when something newer is known."""
        return self._learn(t.call, asdict(call), sequence)

    def call(self, call_id: UUID) -> Call | None:
        """Return a call as told last."""
        row = self._connection.execute(_CALL.where(t.call.c.id == call_id)).mappings().one_or_none()
        return as_call(dict(row)) if row else None

    def of_call(self, call_id: UUID) -> list[Programme]:
        """Return the programmes of a call that are not closed, in the order of ids."""
        c = t.programme.c
        query = _OF_CALL.where(c.call_id == call_id, c.closed_at.is_(None)).order_by(c.id)
        return [as_programme(dict(row)) for row in self._connection.execute(query).mappings()]

    def close(self, programme_id: UUID, closed_at: datetime) -> bool:
        """Note that a programme ended for good; False when that, or the programme, is not news."""
        return self._connection.exec_driver_sql(_CLOSE, (closed_at, programme_id)).rowcount == 1

    def set_standing(self, provider_id: UUID, barred: bool, sequence: int) -> bool:
        """Note whether anybody new is let in at an institution; False when something newer is known."""
        row = {"barred": barred, "sequence": sequence}
        statement = insert(t.provider_standing).values(row | {"provider_id": provider_id})
        statement = statement.on_conflict_do_update(
            index_elements=["provider_id"], set_=row, where=t.provider_standing.c.sequence < sequence
        )
        return self._connection.scalar(statement.returning(t.provider_standing.c.provider_id)) is not None

    def of_provider(self, provider_id: UUID) -> list[UUID]:
        """Return the programmes of an institution, in the order of ids."""
        c = t.programme.c
        query = sa.select(c.id).where(c.provider_id == provider_id).order_by(c.id)
        return list(self._connection.scalars(query))

    def take_places(self, programme_id: UUID, wanted: int) -> int:
        """Take up to so many places of a programme; return how many were free. Locks its places."""
        got = min(wanted, self.free_places(programme_id))
        if got:
            self._connection.exec_driver_sql(_TAKE, {"got": got, "id": programme_id})
        return got

    def give_back_place(self, programme_id: UUID) -> None:
        """Give one place of a programme back. Locks its places."""
        self._connection.exec_driver_sql(_GIVE_BACK, (programme_id,))

    def free_places(self, programme_id: UUID) -> int:
        """Return how many places of a programme are free; none while nobody new is let in. Locks them."""
        return int(self._connection.exec_driver_sql(_FREE, (programme_id,)).scalar_one())

    def _learn(self, table: sa.Table, values: dict[str, Any], sequence: int) -> bool:
        row = {name: value for name, value in values.items() if name in table.c} | {"sequence": sequence}
        statement = insert(table).values(row)
        statement = statement.on_conflict_do_update(
            index_elements=["id"], set_=row, where=table.c.sequence < sequence
        )
        return self._connection.execute(statement.returning(table.c.id)).scalar() is not None
