"""Draws of calls, their sealed secrets, and the entries as drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing
from ila_kit.vault import Vault
from sqlalchemy.dialects.postgresql import insert

from ila_applications.domain.draws import PLACE, SECRET_BYTES, Candidate, Draw, Entry, Secret
from ila_applications.domain.offerings import Stratum
from ila_applications.store.draw_tables import draw, draw_entry
from ila_applications.store.tables import call

# Whoever reads the database must not know who will win.
SEALING = b"ila draw sealing"
_PLACES = """
SELECT programme_id, total - taken FROM places
WHERE programme_id IN (SELECT id FROM programme WHERE call_id = %s AND closed_at IS NULL)
ORDER BY programme_id FOR UPDATE
"""
# Out for good: over, and no contest brings it back.
_CANDIDATES = """
SELECT one.id, one.programme_id, one.state,
  (jsonb_path_query_first(one.checks, '$[*] ? (@.rule == "minimum_age").value') #>> '{}')::int
FROM application AS one
WHERE one.programme_id IN (SELECT id FROM programme WHERE call_id = %s)
  AND one.receipt_sequence IS NOT NULL
  AND one.state NOT IN ('withdrawn', 'expired', 'ineligible_final', 'completed', 'not_completed',
                        'transferred', 'no_show')
  AND (one.state <> 'ineligible' OR NOT EXISTS (
    SELECT FROM application AS anew
    WHERE anew.person_id = one.person_id AND anew.programme_id = one.programme_id AND anew.id > one.id))
"""
_COPY = """
COPY draw_entry (application_id, call_id, programme_id, pseudonym, stratum, lot, outcome,
  position, rank, behind) FROM STDIN
"""
_ENTRY = tuple(name for name in Entry.__dataclass_fields__)
_READ_AT_ONCE = 2_000
_WRITTEN_AT_ONCE = 1_000
_NULL = "\\N"
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


class SqlDrawStore:
    """Secrets are sealed in the vault; entries are added and never changed."""

    def __init__(self, connection: sa.Connection, vault: Vault):
        self._connection, self._vault = connection, vault

    def add(self, one: Draw, secret: Secret) -> bool:
        """Store a committed draw with its secret, sealed; False when the call has one."""
        sealed = self._vault.seal(secret.seed + secret.pseudonym_key, one.call_id)
        statement = insert(draw).values(**_values(one), sealed=sealed).on_conflict_do_nothing()
        return self._connection.scalar(statement.returning(draw.c.call_id)) is not None

    def get(self, call_id: UUID, lock: bool = False) -> Draw:
        """Return the draw of a call. Raises Missing. `lock`: nobody else changes it meanwhile."""
        query = sa.select(*(column for column in draw.c if column.name != "sealed"))
        query = query.where(draw.c.call_id == call_id)
        found = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        if found is None:
            raise Missing()
        strata = tuple(Stratum(**one) for one in found["strata"])
        places = {UUID(name): number for name, number in found["places"].items()}
        return Draw(**dict(found) | {"strata": strata, "places": places})

    def secret(self, call_id: UUID) -> Secret:
        """Return the secret of a call's draw. Raises Missing."""
        sealed = self._connection.scalar(sa.select(draw.c.sealed).where(draw.c.call_id == call_id))
        if sealed is None:
            raise Missing()
        opened = self._vault.open(sealed, call_id)
        return Secret(opened[:SECRET_BYTES], opened[SECRET_BYTES:])

    def lock_places(self, call_id: UUID) -> dict[UUID, int]:
        """Return how many places of each programme of a call are not taken. Locks them."""
        rows = self._connection.exec_driver_sql(_PLACES, (call_id,))
        return dict(rows.all())

    def candidates(self, call_id: UUID) -> list[Candidate]:
        """Return who takes part: whoever submitted, and is not out for good; one entry of each."""
        return [Candidate(*row) for row in self._connection.exec_driver_sql(_CANDIDATES, (call_id,))]

    def keep(self, call_id: UUID, entries: Sequence[Entry]) -> None:
        """Store entries as drawn, in one stream; nobody can change them."""
        cursor = self._connection.connection.cursor()
        with cursor.copy(_COPY) as copy:
            for start in range(0, len(entries), _WRITTEN_AT_ONCE):
                batch = entries[start : start + _WRITTEN_AT_ONCE]
                copy.write("".join(_line(call_id, one) for one in batch))

    def finish(self, one: Draw) -> None:
        """Store a draw as drawn; from now on places go out by it."""
        self._connection.execute(draw.update().where(draw.c.call_id == one.call_id).values(**_values(one)))
        self._connection.execute(call.update().where(call.c.id == one.call_id).values(drawn_at=one.drawn_at))

    def entries(self, application_ids: Sequence[UUID]) -> dict[UUID, Entry]:
        """Return those of these applications that are on a list, by id."""
        query = _entries().where(draw_entry.c.application_id.in_(application_ids))
        return {row.application_id: Entry(**row._mapping) for row in self._connection.execute(query)}

    def listed(self, call_id: UUID) -> Iterator[Entry]:
        """Give every entry of a call by programme and rank; the late ones last in each, by lot."""
        for programme_id in sorted(self.counts(call_id)):
            yield from self._drawn(call_id, programme_id)
            yield from self._late(call_id, programme_id)

    def _drawn(self, call_id: UUID, programme_id: UUID) -> Iterator[Entry]:
        c, rank = draw_entry.c, 0
        query = _entries().where(c.call_id == call_id, c.programme_id == programme_id)
        while True:
            batch = query.where(c.rank > rank).order_by(c.rank).limit(_READ_AT_ONCE)
            rows = self._connection.execute(batch).all()
            yield from (Entry(**row._mapping) for row in rows)
            if len(rows) < _READ_AT_ONCE:
                return
            rank = rows[-1].rank

    def _late(self, call_id: UUID, programme_id: UUID) -> Iterator[Entry]:
        c = draw_entry.c
        query = _entries().where(c.call_id == call_id, c.programme_id == programme_id, c.rank.is_(None))
        return (Entry(**row._mapping) for row in self._connection.execute(query.order_by(c.lot)))

    def counts(self, call_id: UUID) -> dict[UUID, int]:
        """Return how many entries of each programme were drawn."""
        c = draw_entry.c
        query = sa.select(c.programme_id, sa.func.count(c.rank)).where(c.call_id == call_id)
        return dict(self._connection.execute(query.group_by(c.programme_id)).all())


def _line(call_id: UUID, one: Entry) -> str:
    """Return an entry as COPY reads it: written by hand, because 100,000 rows are written in a second."""
    stratum = one.stratum.translate(_ESCAPED) if one.stratum is not None else _NULL
    position, rank = (_NULL if number is None else number for number in (one.position, one.rank))
    named = f"{one.application_id}\t{call_id}\t{one.programme_id}\t{one.pseudonym}\t{stratum}\t{one.lot}"
    return f"{named}\t{one.outcome}\t{position}\t{rank}\t{one.outcome != PLACE}\n"


def _entries() -> sa.Select[Any]:
    return sa.select(*(draw_entry.c[name] for name in _ENTRY))


def _values(one: Draw) -> dict[str, Any]:
    places = {str(programme_id): number for programme_id, number in one.places.items()}
    return asdict(one) | {"places": places}
