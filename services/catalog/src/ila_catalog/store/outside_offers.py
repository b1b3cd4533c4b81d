"""The register of offers from outside, in the database: every version is a row, the last one is marked."""

from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.domain.outside_offers import Arrival, OutsideOffer
from ila_catalog.store.tables import outside_offer as table

_ARRIVAL = [one.name for one in fields(Arrival)]
_OWN = [one.name for one in fields(OutsideOffer) if one.name != "arrival"]
LISTING = Listing(
    sa.select(table).where(table.c.latest),
    id=table.c.id,
    sorts={"received_at": table.c.received_at},
    default="-received_at",
    filters={name: table.c[name] for name in ("channel", "state", "sender_number")},
)
VERSIONS = Listing(table, id=table.c.id, sorts={"version": table.c.version}, default="version")


class SqlOutsideOfferStore:
    """Entries of all calls."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def get(self, call_id: UUID, outside_offer_id: UUID) -> OutsideOffer | None:
        """Return the last version of an entry of a call, locked, or None when there is none."""
        query = sa.select(table).where(table.c.id == outside_offer_id, table.c.latest)
        query = query.where(table.c.call_id == call_id).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return _entry(row) if row else None

    def add(self, entry: OutsideOffer) -> None:
        """Store a version of an entry, the last one from now on. Raises Stale."""
        if entry.version > 1:
            before = (table.c.id == entry.id) & (table.c.version == entry.version - 1) & table.c.latest
            if self._connection.execute(sa.update(table).where(before).values(latest=False)).rowcount != 1:
                raise Stale()
        values = {name: getattr(entry, name) for name in _OWN} | {
            name: getattr(entry.arrival, name) for name in _ARRIVAL
        }
        state = {"state": entry.arrival.state, "latest": True}
        self._connection.execute(sa.insert(table).values(values | state))

    def of_call(self, call_id: UUID) -> list[OutsideOffer]:
        """Return all entries of a call in their last version, in the order of receipt."""
        query = sa.select(table).where(table.c.call_id == call_id, table.c.latest)
        rows = self._connection.execute(query.order_by(table.c.received_at, table.c.id)).mappings()
        return [_entry(row) for row in rows]

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the entries of a call in their last version."""
        return _page(LISTING.page(self._connection, request, where=[table.c.call_id == call_id]))

    def versions(self, request: PageRequest, outside_offer_id: UUID) -> Page:
        """Return a page of the versions of an entry."""
        return _page(VERSIONS.page(self._connection, request, where=[table.c.id == outside_offer_id]))


def _page(page: Page) -> Page:
    return Page([{"entry": _entry(row)} for row in page.rows], page.next)


def _entry(row: Any) -> OutsideOffer:
    arrival = Arrival(**{name: row[name] for name in _ARRIVAL})
    return OutsideOffer(**{name: row[name] for name in _OWN}, arrival=arrival)
