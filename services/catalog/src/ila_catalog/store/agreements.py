"""Agreements in the database, each with what it covers and who signed it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import EVERYTHING, Scope
from ila_kit.errors import Missing, Stale
from ila_kit.events import from_json
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by, insert

from ila_catalog.domain.agreements import Agreement, Covered, Signature
from ila_catalog.store.agreement_tables import agreement as table
from ila_catalog.store.agreement_tables import agreement_number, agreement_programme, agreement_signature
from ila_catalog.store.programme_tables import provider

_PLAIN = (
    "id",
    "number",
    "organisation_id",
    "call_id",
    "state",
    "version",
    "prepared_by",
    "prepared_at",
    "document",
    "document_sha256",
    "due_at",
    "in_force_at",
    "over_at",
    "over_reason",
    "demonstration",
)
_LIVE = sa.text("agreement.state <> 'lapsed'")


def _children(child: sa.Table, name: str, order: str) -> sa.Label[Any]:
    """Return the rows of an agreement in another table as one JSON column."""
    rows = aggregate_order_by(sa.func.to_jsonb(sa.literal_column(child.name)), child.c[order])
    every = sa.func.coalesce(sa.func.jsonb_agg(rows), sa.literal_column("'[]'::jsonb"), type_=JSONB)
    return sa.select(every).where(child.c.agreement_id == table.c.id).scalar_subquery().label(name)


_ROWS = sa.select(
    table,
    provider.c.name.label("organisation_title"),
    _children(agreement_programme, "covered", "programme_id"),
    _children(agreement_signature, "signatures", "signed_at"),
).select_from(table.join(provider, provider.c.id == table.c.organisation_id))
LISTING = Listing(
    _ROWS,
    id=table.c.id,
    sorts={"prepared_at": table.c.id, "updated_at": table.c.updated_at},
    default="-prepared_at",
    filters={name: table.c[name] for name in ("organisation_id", "call_id", "state")},
    updated=table.c.updated_at,
)


class SqlAgreementStore:
    """Agreements of all calls."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def next_number(self) -> int:
        """Return the next number of agreements; numbers may be left out, never given twice."""
        return int(self._connection.execute(agreement_number.next_value()).scalar_one())

    def add(self, agreement: Agreement) -> bool:
        """Store a new agreement; False when the institution has a live one in the call."""
        new = insert(table).values(_values(agreement) | {"updated_at": self._now})
        new = new.on_conflict_do_nothing(
            index_elements=["organisation_id", "call_id"], index_where=sa.text("state <> 'lapsed'")
        )
        if self._connection.execute(new.returning(table.c.id)).scalar() is None:
            return False
        self._put_children(agreement)
        return True

    def save(self, agreement: Agreement) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == agreement.id) & (table.c.version == agreement.version - 1)
        change = sa.update(table).where(before).values(_values(agreement) | {"updated_at": self._now})
        if self._connection.execute(change).rowcount != 1:
            raise Stale()
        self._put_children(agreement)

    def get(self, agreement_id: UUID, scope: Scope, lock: bool = False) -> Agreement:
        """Return an agreement in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""
        found: Agreement = self.row(agreement_id, scope, lock)["agreement"]
        return found

    def find(self, agreement_id: UUID) -> Agreement | None:
        """Return an agreement, or None when there is none."""
        row = self._one(_ROWS.where(table.c.id == agreement_id))
        return _agreement(row) if row else None

    def row(self, agreement_id: UUID, scope: Scope, lock: bool = False) -> dict[str, Any]:
        """Return an agreement in scope beside the title of its institution. Raises Missing."""
        query = _ROWS.where(table.c.id == agreement_id, *_within(scope))
        row = self._one(query.with_for_update(of=table) if lock else query)
        if row is None:
            raise Missing()
        return _shown(row)

    def live(self, call_id: UUID, organisation_id: UUID) -> Agreement | None:
        """Return the agreement of an institution in a call that has not lapsed."""
        row = self._one(
            _ROWS.where(table.c.call_id == call_id, table.c.organisation_id == organisation_id, _LIVE)
        )
        return _agreement(row) if row else None

    def page(self, request: PageRequest, scope: Scope = EVERYTHING) -> Page:
        """Return a page of agreements in scope, the newest first, as `row` gives each."""
        page = LISTING.page(self._connection, request, where=_within(scope))
        return Page([_shown(row) for row in page.rows], page.next)

    def _one(self, query: sa.Select[Any]) -> Mapping[str, Any] | None:
        row = self._connection.execute(query).mappings().one_or_none()
        return dict(row) if row else None

    def _put_children(self, agreement: Agreement) -> None:
        """Store what is covered and signed; rows that are stored already stay as they are."""
        covered = [_child(agreement, one, ("programme_id", "offer_id")) for one in agreement.covered]
        signed = [
            _child(agreement, one, ("id", "party", "person_id", "document_sha256", "signed_at"))
            for one in agreement.signatures
        ]
        for child, rows in ((agreement_programme, covered), (agreement_signature, signed)):
            if rows:
                self._connection.execute(insert(child).values(rows).on_conflict_do_nothing())


def _within(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Return the condition that keeps a query to the rows of a scope."""
    return [] if scope.everything else [table.c.organisation_id.in_(scope.organisations)]


def _child(agreement: Agreement, one: Covered | Signature, names: tuple[str, ...]) -> dict[str, Any]:
    return {"agreement_id": agreement.id} | {name: getattr(one, name) for name in names}


def _values(agreement: Agreement) -> dict[str, Any]:
    return {name: getattr(agreement, name) for name in _PLAIN}


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"agreement": _agreement(row), "organisation_title": row["organisation_title"]}


def _agreement(row: Mapping[str, Any]) -> Agreement:
    return Agreement(
        **{name: row[name] for name in _PLAIN},
        covered=[from_json(Covered, one) for one in row["covered"]],
        signatures=[from_json(Signature, one) for one in row["signatures"]],
    )
