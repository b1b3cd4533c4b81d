"""The audit chain: entries get their place and hash after they were written, so writers never wait."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from ila_kit.canonical import canonical
from ila_kit.clock import as_instant
from ila_kit.ids import first_id_at
from ila_kit.store.database import only_one_transaction

START = bytes(32)
LATE = timedelta(minutes=5)
_EXACT = 2**53
_COLUMNS = """
e.id, e.at, e.actor, e.roles, e.acting_for, e.action, e.subject_kind, e.subject_id, e.details, e.request_id
"""

_HEAD = "SELECT sequence, hash FROM audit_seal ORDER BY sequence DESC LIMIT 1"
_UNSEALED = f"""
SELECT {_COLUMNS} FROM audit_entry e WHERE e.id >= %s
AND NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id) ORDER BY e.id LIMIT %s
"""  # noqa: S608 - fixed text
_SEAL = "INSERT INTO audit_seal SELECT * FROM unnest(%s::bigint[], %s::uuid[], %s::bytea[])"
_CHAIN = f"""
SELECT s.sequence, s.entry_id, s.hash, {_COLUMNS} FROM audit_seal s
LEFT JOIN audit_entry e ON e.id = s.entry_id ORDER BY s.sequence
"""  # noqa: S608 - fixed text
_COUNT_UNSEALED = """
SELECT count(*) FROM audit_entry e WHERE NOT EXISTS (SELECT FROM audit_seal s WHERE s.entry_id = e.id)
"""


def seal(engine: sa.Engine, limit: int = 1_000, since: datetime | None = None) -> int:
    """Give unsealed entries (made since an instant, or all) their sequence and hash; returns how many.

    One process seals at a time; another that tries meanwhile seals nothing.
    """
    floor = UUID(int=0) if since is None else first_id_at(since)
    with only_one_transaction(engine, "audit") as connection:
        if connection is None:
            return 0
        head = connection.exec_driver_sql(_HEAD).one_or_none()
        sequence, chained = (head.sequence, bytes(head.hash)) if head else (0, START)
        rows = connection.exec_driver_sql(_UNSEALED, (floor, limit)).all()
        hashes = []
        for place, row in enumerate(rows, sequence + 1):
            chained = link(chained, place, row)
            hashes.append(chained)
        places = list(range(sequence + 1, sequence + 1 + len(rows)))
        if rows:
            connection.exec_driver_sql(_SEAL, (places, [row.id for row in rows], hashes))
        return len(rows)


class Sealer:
    """Seals again and again, looking at all entries first, an hour each minute, else a minute."""

    def __init__(self, engine: sa.Engine, limit: int = 1_000):
        self.engine, self.limit = engine, limit
        self._caught_up, self._looked_back = False, datetime.min.replace(tzinfo=UTC)

    def step(self) -> float:
        """Seal what is there; returns how many seconds to rest."""
        now, since = datetime.now(UTC), None
        if self._caught_up:
            far = now - self._looked_back > timedelta(minutes=1)
            self._looked_back = now if far else self._looked_back
            since = now - (timedelta(hours=1) if far else timedelta(minutes=1))
        sealed = seal(self.engine, self.limit, since)
        self._caught_up = self._caught_up or sealed < self.limit
        return 0.5 if sealed < self.limit else 0.0


@dataclass(frozen=True, slots=True)
class AuditFault:
    """One break of the chain.

    `kind`: `altered` (the entry is not what was sealed there: changed, or put at another place),
    `missing` (entry or seal removed), `unlinked` (cannot be judged, its predecessor's seal is gone),
    `backdated` (inserted later than its own time says).
    """

    sequence: int
    entry_id: str | None
    kind: str


@dataclass(slots=True)
class Verification:
    """What a look at the whole chain found; `faults` in its order, the first first, at most 1,000 of them."""

    entries: int = 0
    unsealed: int = 0
    head: str = START.hex()
    fault_count: int = 0
    faults: list[AuditFault] = field(default_factory=list)

    @property
    def intact(self) -> bool:
        """Whether nothing is wrong."""
        return not self.fault_count


def verify(connection: sa.Connection) -> Verification:
    """Check every sealed entry against the chain, reading it as a stream; names each fault.

    Compare `head` with one noted earlier elsewhere: a chain made anew from some point on, or cut
    at its end, is consistent in itself.
    """
    result = Verification()
    for fault in _faults(connection, result):
        result.fault_count += 1
        if len(result.faults) < 1_000:
            result.faults.append(fault)
    result.unsealed = connection.exec_driver_sql(_COUNT_UNSEALED).scalar_one()
    return result


def _faults(connection: sa.Connection, result: Verification) -> Iterator[AuditFault]:
    expected, chained, latest = 1, START, datetime.min.replace(tzinfo=UTC)
    options = {"stream_results": True, "yield_per": 1_000}
    for row in connection.execution_options(**options).exec_driver_sql(_CHAIN):
        gap = row.sequence != expected
        for lost in range(expected, row.sequence):
            yield AuditFault(lost, None, "missing")
        if row.id is None:
            yield AuditFault(row.sequence, str(row.entry_id), "missing")
        elif link(chained, row.sequence, row) != bytes(row.hash):
            yield AuditFault(row.sequence, str(row.entry_id), "unlinked" if gap else "altered")
        elif row.at + LATE < latest:
            yield AuditFault(row.sequence, str(row.entry_id), "backdated")
        latest = max(latest, row.at or latest)
        # Going on from the stored hash names every fault by itself, not all that follow one.
        expected, chained = row.sequence + 1, bytes(row.hash)
        result.entries, result.head = result.entries + 1, chained.hex()


def link(previous: bytes, sequence: int, row: Any) -> bytes:
    """Return the SHA-256 over the previous hash and the RFC 8785 spelling of an entry at its place."""
    entry = {
        "sequence": sequence,
        "id": str(row.id),
        "at": as_instant(row.at),
        "actor": row.actor,
        "roles": row.roles,
        "acting_for": row.acting_for,
        "action": row.action,
        "subject_kind": row.subject_kind,
        "subject_id": row.subject_id,
        "details": _exact(row.details),
        "request_id": row.request_id,
    }
    return hashlib.sha256(previous + canonical(entry)).digest()


def _exact(value: Any) -> Any:
    """Return a JSON value with integers that RFC 8785 cannot spell as text."""
    if isinstance(value, dict):
        return {key: _exact(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_exact(one) for one in value]
    return str(value) if type(value) is int and abs(value) >= _EXACT else value
