"""What catalog told of calls and programmes: the newest version of each."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.programme import PinnedMethodology, PublishedProgramme
from ila_funding.domain.training import Part, Training
from ila_funding.store.rows import made, values
from ila_funding.store.told_tables import agreement, published_call, published_programme


class SqlCallStore:
    """Calls, as catalog told of them."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def get(self, call_id: UUID) -> PublishedCall | None:
        """Return a call, or None when nobody told of it yet."""
        query = sa.select(published_call).where(published_call.c.call_id == call_id)
        return made(PublishedCall, self._connection.execute(query).mappings().one_or_none())

    def save(self, call: PublishedCall) -> bool:
        """Store a call; False when what is stored is not older."""
        return _save_newer(self._connection, published_call, "call_id", values(call))


class SqlProgrammeStore:
    """Programmes, as catalog told of them."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def get(self, programme_id: UUID) -> PublishedProgramme | None:
        """Return a programme with what its agreement pinned, or None when nobody told of it yet."""
        query = (
            sa.select(published_programme, agreement.c.in_force_at, agreement.c.methodology_version)
            .outerjoin(agreement, agreement.c.id == published_programme.c.agreement_id)
            .where(published_programme.c.programme_id == programme_id)
        )
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _programme(dict(row))

    def unpinned(self) -> list[PublishedProgramme]:
        """Return the programmes whose methodology no agreement pins."""
        columns = (
            *published_programme.c,
            sa.null().label("in_force_at"),
            sa.null().label("methodology_version"),
        )
        query = sa.select(*columns).where(published_programme.c.agreement_id.is_(None))
        rows = self._connection.execute(query.order_by(published_programme.c.programme_id)).mappings()
        return [_programme(dict(row)) for row in rows]

    def save(self, programme: PublishedProgramme) -> bool:
        """Store a programme; False when what is stored is not older."""
        row = values(programme)
        del row["pinned"]
        training: Training = row.pop("training")
        row |= {
            "kind": str(training.kind),
            "parts": [values(part) for part in training.parts],
            "continuing_programme": training.continuing_programme,
        }
        return _save_newer(self._connection, published_programme, "programme_id", row)


def _programme(row: dict[str, Any]) -> PublishedProgramme:
    training = Training(
        kind=row.pop("kind"),
        parts=tuple(Part(**part) for part in row.pop("parts")),
        continuing_programme=row.pop("continuing_programme"),
    )
    version = row.pop("methodology_version")
    in_force_at = row.pop("in_force_at")
    pinned = None if in_force_at is None else PinnedMethodology(version, in_force_at)
    return PublishedProgramme(training=training, pinned=pinned, **row)


def _save_newer(connection: sa.Connection, table: sa.Table, key: str, row: dict[str, Any]) -> bool:
    """Store a snapshot unless the stored one has the same or a higher sequence."""
    new = insert(table).values(row)
    query = new.on_conflict_do_update(
        index_elements=[key], set_=row, where=table.c.sequence < new.excluded.sequence
    )
    return connection.execute(query.returning(table.c.sequence)).first() is not None
