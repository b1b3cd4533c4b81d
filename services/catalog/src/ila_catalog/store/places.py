"""Places in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Stale
from ila_kit.events import to_json
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.domain.places import Place
from ila_catalog.domain.states import ENTERED
from ila_catalog.store.columns import within
from ila_catalog.store.tables import place as table

LISTING = Listing(
    table,
    id=table.c.id,
    sorts={"created_at": table.c.id},
    default="-created_at",
    filters={"organisation_id": table.c.organisation_id, "state": table.c.state},
    updated=table.c.updated_at,
)


class SqlPlaceStore:
    """Places of all institutions."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def get(self, place_id: UUID, lock: bool = False) -> Place | None:
        """Return a place, or None when there is none. `lock`: nobody else changes it meanwhile."""
        query = sa.select(table).where(table.c.id == place_id)
        row = self._connection.execute(query.with_for_update() if lock else query).mappings().one_or_none()
        return Place(**row) if row else None

    def entered(self, organisation_id: UUID, until: datetime) -> list[Place]:
        """Return, locked, the places of an institution that were entered by an instant and wait."""
        waiting = (table.c.organisation_id == organisation_id) & (table.c.state == ENTERED)
        query = sa.select(table).where(waiting, table.c.created_at <= until).order_by(table.c.id)
        return [Place(**row) for row in self._connection.execute(query.with_for_update()).mappings()]

    def add(self, place: Place) -> None:
        """Store a new place."""
        self._connection.execute(sa.insert(table).values(_values(place)))

    def save(self, place: Place) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == place.id) & (table.c.version == place.version - 1)
        if self._connection.execute(sa.update(table).where(before).values(_values(place))).rowcount != 1:
            raise Stale()

    def page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of the places in scope."""
        page = LISTING.page(self._connection, request, where=within(scope, table.c.organisation_id))
        return Page([{"place": Place(**row)} for row in page.rows], page.next)


def _values(place: Place) -> dict[str, Any]:
    plain = {name: getattr(place, name) for name in table.c.keys()}  # noqa: SIM118
    return plain | {"provenance": to_json(place.provenance)}
