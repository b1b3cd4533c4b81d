"""Versions of the methodology: the approved ones, kept in memory, and all of them with their lives."""

import threading
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.events import from_json, to_json
from ila_kit.money import ZERO
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_funding.domain.cost_kind import CostKind
from ila_funding.domain.errors import VersionTaken
from ila_funding.domain.hold import LIVE
from ila_funding.domain.impact import Pinned
from ila_funding.domain.methodology import ContinuingProgramme, Methodologies, Methodology
from ila_funding.domain.methodology_record import APPROVED, MethodologyContent, MethodologyRecord
from ila_funding.store.methodology_tables import methodology, methodology_count
from ila_funding.store.tables import hold, hold_request
from ila_funding.store.told_tables import agreement, published_programme

LISTING = Listing(
    sa.select(methodology),
    id=methodology.c.id,
    sorts={"valid_from": methodology.c.valid_from, "updated_at": methodology.c.updated_at},
    default="-valid_from",
    filters={"version": methodology.c.version, "state": methodology.c.state},
    updated=methodology.c.updated_at,
)
_CONTENT = ("version", "title", "document", "valid_from", "corrects")


@dataclass
class MethodologyCache:
    """The approved versions as this process read them last, and how many there were.

    Approved versions never change and never go, so their number tells whether any is missing here.
    """

    count: int = -1
    versions: Methodologies = field(default_factory=lambda: Methodologies(()))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self, connection: sa.Connection) -> Methodologies:
        """Return the approved versions as a transaction sees them: one small read, more after an approval."""
        count: int = connection.scalar(sa.select(methodology_count.c.approved)) or 0
        with self.lock:
            if count == self.count:
                return self.versions
        versions = _approved(connection)
        with self.lock:
            if count > self.count:
                self.count, self.versions = count, versions
        return versions


class SqlMethodologyStore:
    """The versions, asked for and listed like everything else."""

    def __init__(self, connection: sa.Connection, cache: MethodologyCache):
        self._connection, self._cache = connection, cache

    def deciding(self, as_of: date, known_at: datetime) -> Methodology:
        """Return the version valid on a day, as known at an instant. Raises NoMethodology."""
        return self.approved.deciding(as_of, known_at)

    def by_version(self, version: str) -> Methodology:
        """Return the version a decision was pinned to. Raises KeyError for one that never was."""
        return self.approved.by_version(version)

    @cached_property
    def approved(self) -> Methodologies:
        """Every approved version, as this transaction saw them first."""
        return self._cache.current(self._connection)

    def page(self, request: PageRequest, drafts: bool) -> Page:
        """Return a page of versions, each row with its `record`; without drafts only approved ones."""
        where = [] if drafts else [methodology.c.state == APPROVED]
        page = LISTING.page(self._connection, request, where)
        return Page([{"record": _record(dict(row))} for row in page.rows], page.next)

    def get(self, methodology_id: UUID) -> MethodologyRecord | None:
        """Return one with its life."""
        return self._one(sa.select(methodology).where(methodology.c.id == methodology_id))

    def lock(self, methodology_id: UUID) -> MethodologyRecord | None:
        """Return one that nobody else changes until this transaction ends."""
        return self._one(sa.select(methodology).where(methodology.c.id == methodology_id).with_for_update())

    def lock_approvals(self) -> Methodologies:
        """Return the approved versions, while no other approval goes on: one decides after the other."""
        self._lock_writers()
        return _approved(self._connection)

    def add(self, record: MethodologyRecord) -> None:
        """Store a new one. Raises VersionTaken."""
        self._require_free(record)
        self._connection.execute(sa.insert(methodology).values(_row(record)))

    def save(self, record: MethodologyRecord) -> None:
        """Store a changed one; an approved one is counted, so every process reads it. Raises VersionTaken."""
        self._require_free(record)
        mine = methodology.c.id == record.id
        self._connection.execute(sa.update(methodology).where(mine).values(_row(record)))
        if record.state == APPROVED:
            more = {"approved": methodology_count.c.approved + 1}
            self._connection.execute(sa.update(methodology_count).values(more))

    def waiting_unpinned(self) -> int:
        """Return how many applications wait for money in programmes that no agreement pins."""
        programme = published_programme.c
        query = (
            sa.select(sa.func.count())
            .select_from(hold_request)
            .join(published_programme, programme.programme_id == hold_request.c.programme_id)
            .where(hold_request.c.state == "waiting", programme.agreement_id.is_(None))
        )
        return self._connection.scalar(query) or 0

    def pinned(self) -> list[Pinned]:
        """Return what names each version and stays as it is: agreements in force, and live holds."""
        holds = (
            sa.select(hold.c.methodology_version, sa.func.count(), sa.func.sum(hold.c.amount))
            .where(hold.c.state.in_(LIVE))
            .group_by(hold.c.methodology_version)
        )
        agreements = (
            sa.select(agreement.c.methodology_version, sa.func.count())
            .where(agreement.c.in_force_at.is_not(None), agreement.c.ended_at.is_(None))
            .group_by(agreement.c.methodology_version)
        )
        held = {row[0]: (row[1], row[2]) for row in self._connection.execute(holds)}
        agreed = {row[0]: row[1] for row in self._connection.execute(agreements) if row[0] is not None}
        return [
            Pinned(version, agreed.get(version, 0), *held.get(version, (0, ZERO)))
            for version in sorted(held.keys() | agreed.keys())
        ]

    def _require_free(self, record: MethodologyRecord) -> None:
        self._lock_writers()
        version = record.content.version
        query = sa.select(methodology.c.id).where(methodology.c.version == version)
        if self._connection.scalar(query.where(methodology.c.id != record.id)) is not None:
            raise VersionTaken(version=version)

    def _lock_writers(self) -> None:
        """Let writers of methodologies pass one after the other; each locks its own row before."""
        self._connection.execute(sa.select(methodology_count).with_for_update())

    def _one(self, query: sa.Select[Any]) -> MethodologyRecord | None:
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else _record(dict(row))


def _approved(connection: sa.Connection) -> Methodologies:
    query = sa.select(methodology).where(methodology.c.state == APPROVED).order_by(methodology.c.known_from)
    records = [_record(dict(row)) for row in connection.execute(query).mappings()]
    return Methodologies(tuple(one.as_of(one.known_from) for one in records if one.known_from is not None))


def _record(row: dict[str, Any]) -> MethodologyRecord:
    content = MethodologyContent(
        **{name: row.pop(name) for name in _CONTENT},
        kinds=tuple(from_json(CostKind, one) for one in row.pop("kinds")),
        continuing_programmes=tuple(
            from_json(ContinuingProgramme, one) for one in row.pop("continuing_programmes")
        ),
    )
    return MethodologyRecord(content=content, **row | {"edited_by": tuple(row["edited_by"])})


def _row(record: MethodologyRecord) -> dict[str, Any]:
    content = record.content
    names = [name for name in MethodologyRecord.__dataclass_fields__ if name != "content"]
    return (
        {name: getattr(record, name) for name in names}
        | {name: getattr(content, name) for name in _CONTENT}
        | {
            "edited_by": list(record.edited_by),
            "kinds": to_json(content.kinds),
            "continuing_programmes": to_json(content.continuing_programmes),
        }
    )
