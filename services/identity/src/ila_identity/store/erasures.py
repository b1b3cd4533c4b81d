"""Erasures that people asked for."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_identity.domain.erasures import Erasure
from ila_identity.store import my_data_tables as t

_C = t.person_erasure.c


class SqlErasureStore:
    """One erasure for each person at most."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def get(self, person_id: UUID) -> Erasure | None:
        """Return, locked, the erasure of a person."""
        query = sa.select(t.person_erasure).where(_C.person_id == person_id).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Erasure(**dict(row) | {"answered": frozenset(row["answered"])})

    def save(self, erasure: Erasure) -> None:
        """Store an erasure, new or changed; the caller holds its lock."""
        values = {
            "person_id": erasure.person_id,
            "requested_at": erasure.requested_at,
            "answered": sorted(erasure.answered),
            "erased_at": erasure.erased_at,
        }
        new = insert(t.person_erasure).values(values)
        self._connection.execute(new.on_conflict_do_update(index_elements=["person_id"], set_=values))
