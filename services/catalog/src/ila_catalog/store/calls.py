"""Calls in the database: rows stay in here, callers give and get domain calls."""

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale
from ila_kit.events import from_json, to_json
from ila_kit.money import from_money
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from ila_catalog.domain.calls import (
    Call,
    CallData,
    Criterion,
    Document,
    Kind,
    LearningNeed,
    NeedArea,
    Paper,
    Requirement,
)
from ila_catalog.domain.errors import FaultyData
from ila_catalog.domain.parameters import Parameter
from ila_catalog.domain.phases import Phase
from ila_catalog.domain.states import (
    BINDING,
    DRAFT,
    FINAL,
    OFFER,
    PREPARED,
    PUBLISHED,
    SIGNED_BY_PROVIDER,
    WITHDRAWN,
)
from ila_catalog.store.tables import agreement, call_document, learning_need, offer, programme
from ila_catalog.store.tables import call as table

LISTING = Listing(
    table,
    id=table.c.id,
    sorts={"applications_open_at": table.c.applications_open_at, "created_at": table.c.created_at},
    default="-applications_open_at",
    filters={"code": table.c.code, "funding_source": table.c.funding_source, "state": table.c.state},
    updated=table.c.updated_at,
)
_OWN = ("learning_needs", "documents")
_RUNNING = (
    ("offers", offer, sorted(OFFER.states - {DRAFT, WITHDRAWN, FINAL})),
    ("agreements", agreement, sorted({PREPARED, SIGNED_BY_PROVIDER} | BINDING)),
    ("programmes", programme, [PUBLISHED]),
)
_PLAIN = (
    "id",
    "code",
    "edition",
    "content_hash",
    "title_lv",
    "title_en",
    "project_number",
    "project_title_lv",
    "project_title_en",
    "funding_source",
    "activity",
    "source",
)
_JSON = ("phases", "kinds", "requirements", "parameters", "attachments", "checklist")


class SqlCallStore:
    """Calls with their learning needs and documents."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def lock(self) -> None:
        """Wait until nobody else loads a call; the lock goes with the transaction."""
        key = sa.func.hashtextextended(sa.func.current_schema() + ":load", 0)
        self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def hold(self, call_id: UUID) -> None:
        """Keep a call as it is until this transaction ends; many may hold it at a time."""
        query = sa.select(table.c.id).where(table.c.id == call_id)
        self._connection.execute(query.with_for_update(read=True))

    def has_code(self, code: str) -> bool:
        """Tell whether a call has this code."""
        return bool(self._connection.scalar(sa.select(sa.exists().where(table.c.code == code))))

    def get(self, call_id: UUID, states: Collection[str] | None = None, lock: bool = False) -> Call | None:
        """Return a call with all that belongs to it, in one query; `lock` keeps others from changing it.

        It is locked first and read then: a query that waited for its lock would show needs and documents as
        they were before it waited.
        """
        if lock:
            mine = sa.select(table.c.id).where(table.c.id == call_id)
            self._connection.execute(mine.with_for_update())
        query = sa.select(
            table, _rows_of(learning_need, "learning_needs"), _rows_of(call_document, "documents")
        )
        query = query.where(table.c.id == call_id, *_in_states(states))
        row = self._connection.execute(query).mappings().one_or_none()
        return _call(dict(row)) if row else None

    def add(self, call: Call) -> None:
        """Store a new call with its needs and documents."""
        values = _values(call) | {"created_at": self._now, "updated_at": self._now}
        self._connection.execute(sa.insert(table).values(values))
        self._put_rows(call)

    def save(self, call: Call) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == call.id) & (table.c.version == call.version - 1)
        change = sa.update(table).where(before).values(_values(call) | {"updated_at": self._now})
        if self._connection.execute(change).rowcount != 1:
            raise Stale()
        self._put_rows(call)

    def running(self, call_id: UUID) -> list[str]:
        """Return what of a call still runs: offers, agreements, programmes."""
        found = self._connection.execute(
            sa.select(
                *(
                    sa.exists().where(thing.c.call_id == call_id, thing.c.state.in_(states)).label(name)
                    for name, thing, states in _RUNNING
                )
            )
        ).mappings()
        return [name for name, runs in found.one().items() if runs]

    def page(self, request: PageRequest, states: Collection[str] | None = None) -> Page:
        """Return a page of calls without their needs and documents."""
        page = LISTING.page(self._connection, request, where=_in_states(states))
        bare: dict[str, Any] = dict.fromkeys(_OWN, ())
        return Page([{"call": _call(dict(row) | bare)} for row in page.rows], page.next)

    def _put_rows(self, call: Call) -> None:
        self._put(learning_need, call.id, [_need_values(need) for need in call.data.learning_needs])
        self._put(call_document, call.id, [_shallow(document) for document in call.data.documents])

    def _put(self, child: sa.Table, call_id: UUID, things: list[dict[str, Any]]) -> None:
        """Store the rows of a call in their order, and remove those it no longer has. Raises FaultyData."""
        rows = [thing | {"call_id": call_id, "position": position} for position, thing in enumerate(things)]
        kept = [row["id"] for row in rows]
        self._connection.execute(sa.delete(child).where(child.c.call_id == call_id, child.c.id.not_in(kept)))
        if rows and self._upserted(child, call_id, rows) != len(rows):
            raise FaultyData([f"{child.name} has an id that belongs to another call"])

    def _upserted(self, child: sa.Table, call_id: UUID, rows: list[dict[str, Any]]) -> int:
        """Store rows, new or changed, and return how many: one of another call stays as it is."""
        new = insert(child).values(rows)
        changes = {name: new.excluded[name] for name in rows[0] if name != "id"}
        mine = new.on_conflict_do_update(
            index_elements=["id"], set_=changes, where=child.c.call_id == call_id
        )
        return len(self._connection.execute(mine.returning(child.c.id)).all())


def _in_states(states: Collection[str] | None) -> list[sa.ColumnElement[bool]]:
    return [] if states is None else [table.c.state.in_(states)]


def _rows_of(child: sa.Table, name: str) -> sa.Label[Any]:
    """Return the rows of a call in another table as one JSON column."""
    rows = aggregate_order_by(sa.func.to_jsonb(sa.literal_column(child.name)), child.c.position)
    every = sa.func.coalesce(sa.func.jsonb_agg(rows), sa.literal_column("'[]'::jsonb"), type_=JSONB)
    return sa.select(every).where(child.c.call_id == table.c.id).scalar_subquery().label(name)


def _values(call: Call) -> dict[str, Any]:
    data = call.data
    plain = {name: getattr(data, name) for name in _PLAIN}
    content = {name: to_json(getattr(data, name)) for name in _JSON}
    return (
        plain
        | content
        | {
            "state": call.state,
            "version": call.version,
            "shifted_by_days": call.shifted_by_days,
            "published_at": call.published_at,
            "phase_states": dict(call.phase_states),
            "writers": sorted(call.writers),
            "published_by": call.published_by,
            "applications_open_at": call.applications.opens_at,
            "applications_close_at": call.applications.closes_at,
        }
    )


def _shallow(thing: LearningNeed | Document) -> dict[str, Any]:
    return {one.name: getattr(thing, one.name) for one in fields(thing)}


def _need_values(need: LearningNeed) -> dict[str, Any]:
    """Return a need as its row: the first area apart, for whoever knows of one only."""
    areas = to_json(need.areas)
    return {**_shallow(need), **areas[0], "areas": areas}


def _need(row: Mapping[str, Any]) -> LearningNeed:
    """Return a need of a row; one that was written with one area has no others."""
    first = {name: row[name] for name in ("area", "lowest_level", "highest_level")}
    areas = [from_json(NeedArea, one) for one in row["areas"] or [first]]
    return from_json(LearningNeed, {**row, "areas": to_json(areas)})


def _call(row: Mapping[str, Any]) -> Call:
    data = CallData(
        **{name: row[name] for name in _PLAIN},
        phases=[from_json(Phase, one) for one in row["phases"]],
        kinds=[from_json(Kind, one) for one in row["kinds"]],
        requirements=[from_json(Requirement, one) for one in row["requirements"]],
        learning_needs=[_need(one) for one in row["learning_needs"]],
        documents=[from_json(Document, one) for one in row["documents"]],
        attachments=[from_json(Paper, one) for one in row["attachments"]],
        checklist=[from_json(Criterion, one) for one in row["checklist"]],
        parameters={name: _parameter(one) for name, one in row["parameters"].items()},
    )
    return Call(
        data=data,
        state=row["state"],
        version=row["version"],
        shifted_by_days=row["shifted_by_days"],
        published_at=row["published_at"],
        phase_states=row["phase_states"],
        writers=frozenset(row["writers"]),
        published_by=row["published_by"],
    )


def _parameter(stored: Mapping[str, Any]) -> Parameter:
    value = stored["value"]
    return Parameter(value=from_money(value) if isinstance(value, dict) else value, source=stored["source"])
