"""Draws of calls, their sealed secrets, and the entries as pinned and as drawn."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing
from ila_kit.vault import Vault
from sqlalchemy.dialects.postgresql import insert

from ila_applications.domain.draws import SECRET_BYTES, Draw, Secret
from ila_applications.domain.lots import PLACE, Candidate, Entry, Pin
from ila_applications.domain.offerings import Stratum
from ila_applications.store.draw_tables import draw, draw_entry, draw_pin
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
_COPY_PINS = """
COPY draw_pin (application_id, call_id, programme_id, pseudonym, stratum, standing) FROM STDIN
"""
_COPY = """
COPY draw_entry (application_id, call_id, programme_id, pseudonym, stratum, standing, lot, outcome,
  position, rank, behind) FROM STDIN
"""
_ENTRY = Entry._fields
_READ_AT_ONCE = 10_000
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
        return [Candidate._make(row) for row in self._connection.exec_driver_sql(_CANDIDATES, (call_id,))]

    def keep_pins(self, call_id: UUID, pins: Sequence[Pin]) -> None:
        """Store entries as pinned, in one stream; nobody can change them."""
        self._copy(_COPY_PINS, [_pin_line(call_id, one) for one in pins])

    def pins(self, call_id: UUID) -> Iterator[Pin]:
        """Give every pinned entry of a call, sorted as published."""
        c = draw_pin.c
        query = sa.select(*(c[name] for name in Pin._fields)).where(c.call_id == call_id)
        return (Pin._make(row) for row in self._read(query, c.programme_id, c.pseudonym))

    def pinned(self, application_id: UUID) -> bool:
        """Tell whether an application is on the pinned list of its call."""
        query = sa.select(sa.exists().where(draw_pin.c.application_id == application_id))
        return bool(self._connection.scalar(query))

    def keep(self, call_id: UUID, entries: Sequence[Entry]) -> None:
        """Store entries as drawn, in one stream; nobody can change them."""
        self._copy(_COPY, [_line(call_id, one) for one in entries])

    def save(self, one: Draw) -> None:
        """Store a draw after a step; once it is drawn, places go out by it."""
        self._connection.execute(draw.update().where(draw.c.call_id == one.call_id).values(**_values(one)))
        times = {"pinned_at": one.pinned_at, "drawn_at": one.drawn_at}
        self._connection.execute(call.update().where(call.c.id == one.call_id).values(**times))

    def entries(self, application_ids: Sequence[UUID]) -> dict[UUID, Entry]:
        """Return those of these applications that are on a list, by id."""
        query = _entries().where(draw_entry.c.application_id.in_(application_ids))
        return {row.application_id: Entry._make(row) for row in self._connection.execute(query)}

    def listed(self, call_id: UUID) -> Iterator[Entry]:
        """Give every entry of a call by programme and rank; after them those that came late."""
        c = draw_entry.c
        query = _entries().where(c.call_id == call_id)
        drawn = self._read(query.where(c.rank.is_not(None)), c.programme_id, c.rank)
        late = self._read(query.where(c.rank.is_(None)), c.programme_id, c.application_id)
        return (Entry._make(row) for row in chain(drawn, late))

    def counts(self, call_id: UUID) -> dict[UUID, int]:
        """Return how many entries of each programme are pinned."""
        c = draw_pin.c
        query = sa.select(c.programme_id, sa.func.count()).where(c.call_id == call_id)
        return dict(self._connection.execute(query.group_by(c.programme_id)).all())

    def _read(self, query: sa.Select[Any], *keys: sa.ColumnElement[Any]) -> Iterator[sa.Row[Any]]:
        """Give the rows of a query in the order of keys, some at a time: who only reads has no cursor."""
        batch = query.order_by(*keys).limit(_READ_AT_ONCE)
        rows = self._connection.execute(batch).all()
        while rows:
            yield from rows
            last = tuple(rows[-1]._mapping[key] for key in keys)
            rows = self._connection.execute(batch.where(sa.tuple_(*keys) > last)).all()

    def _copy(self, statement: str, lines: Sequence[str]) -> None:
        with self._connection.connection.cursor().copy(statement) as copy:
            for start in range(0, len(lines), _WRITTEN_AT_ONCE):
                copy.write("".join(lines[start : start + _WRITTEN_AT_ONCE]))


def _pin_line(call_id: UUID, one: Pin) -> str:
    stratum = one.stratum.translate(_ESCAPED) if one.stratum is not None else _NULL
    named = f"{one.application_id}\t{call_id}\t{one.programme_id}\t{one.pseudonym}\t{stratum}"
    return f"{named}\t{one.standing}\n"


def _line(call_id: UUID, one: Entry) -> str:
    """Return an entry as COPY reads it: written by hand, because 100,000 rows are written in a second."""
    stratum = one.stratum.translate(_ESCAPED) if one.stratum is not None else _NULL
    position, rank = (_NULL if number is None else number for number in (one.position, one.rank))
    named = f"{one.application_id}\t{call_id}\t{one.programme_id}\t{one.pseudonym}\t{stratum}\t{one.standing}"
    return f"{named}\t{one.lot or _NULL}\t{one.outcome}\t{position}\t{rank}\t{one.outcome != PLACE}\n"


def _entries() -> sa.Select[Any]:
    return sa.select(*(draw_entry.c[name] for name in _ENTRY))


def _values(one: Draw) -> dict[str, Any]:
    places = {str(programme_id): number for programme_id, number in one.places.items()}
    return asdict(one) | {"places": places}
