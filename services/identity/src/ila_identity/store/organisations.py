"""Organisations."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.organisations import Organisation
from ila_identity.ports import Listed
from ila_identity.store import rows
from ila_identity.store import tables as t

_C = t.organisation.c
_LISTING = Listing(
    t.organisation,
    id=_C.id,
    sorts={"title": _C.title, "created_at": _C.id},
    default="title",
    filters={"state": _C.state, "viis_number": _C.viis_number},
    updated=_C.updated_at,
)


class SqlOrganisationStore:
    """Rows stay in here; callers give and get domain organisations."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def ensure(self, organisation: Organisation) -> None:
        """Store an organisation unless it is there."""
        rows.add_once(self._connection, t.organisation, asdict(organisation))

    def add(self, organisation: Organisation) -> None:
        """Store a new organisation."""
        self._connection.execute(t.organisation.insert().values(asdict(organisation)))

    def save(self, organisation: Organisation) -> None:
        """Store the next version of an organisation. Raises Stale when somebody stored one since."""
        rows.save(self._connection, t.organisation, organisation.id, asdict(organisation))

    def get(self, organisation_id: UUID, scope: Scope, lock: bool = False) -> Organisation:
        """Return an organisation in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""
        query = sa.select(t.organisation).where(_C.id == organisation_id)
        found = self._all(query.with_for_update() if lock else query)
        if not found or not scope.covers(organisation=organisation_id):
            raise Missing()
        return found[0]

    def by_number(self, viis_number: str) -> Organisation | None:
        """Return the organisation of a number of the register of institutions."""
        return next(iter(self._all(sa.select(t.organisation).where(_C.viis_number == viis_number))), None)

    def many(self, organisation_ids: Sequence[UUID]) -> dict[UUID, Organisation]:
        """Return those of the organisations that there are, by id."""
        return {
            one.id: one for one in self._all(sa.select(t.organisation).where(_C.id.in_(organisation_ids)))
        }

    def untold(self) -> list[Organisation]:
        """Return, locked, the seeded organisations that the others were not told of yet."""
        query = sa.select(t.organisation).where(_C.approved_at.is_(None))
        return self._all(query.order_by(_C.id).with_for_update())

    def page(self, request: PageRequest, scope: Scope) -> Listed[Organisation]:
        """Return a page of organisations in scope, by title."""
        mine = [] if scope.everything else [_C.id.in_(scope.organisations)]
        page = _LISTING.page(self._connection, request, mine)
        return Listed([Organisation(**row) for row in page.rows], page.next)

    def _all(self, query: sa.Select[Any]) -> list[Organisation]:
        return [Organisation(**row) for row in self._connection.execute(query).mappings()]
