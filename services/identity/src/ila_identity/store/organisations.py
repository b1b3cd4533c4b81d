"""Organisations."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Missing
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.organisations import Organisation, plain
from ila_identity.ports import Listed
from ila_identity.store import tables as t
from ila_identity.store.rows import VersionedRows

_C = t.organisation.c
_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('employer ' || %s, 0))"
# Written out, not bound: the planner must see that the partial index fits.
_OPEN_EMPLOYER = sa.text("organisation.kind = 'employer' AND organisation.state <> 'closed'")


def _sought(filters: Mapping[str, Any]) -> Iterator[sa.ColumnElement[bool]]:
    if "barred" in filters:
        yield sa.literal(filters["barred"]) == sa.any_(_C.barred)
    if "q" in filters:
        q = filters["q"]
        title = _C.sought.contains(plain(q), autoescape=True)
        yield sa.or_(title, _C.viis_number == q, _C.legal_person_number == q)


class SqlOrganisationStore(VersionedRows[Organisation]):
    """Rows stay in here; callers give and get domain organisations."""

    table = t.organisation
    listing = Listing(
        t.organisation,
        id=_C.id,
        sorts={"title": _C.title, "created_at": _C.id},
        default="title",
        filters={
            "state": _C.state,
            "kind": _C.kind,
            "viis_number": _C.viis_number,
            "territory": _C.territory,
        },
        updated=_C.updated_at,
    )

    def ensure(self, organisation: Organisation) -> None:
        """Store an organisation unless it is there."""
        self.add_once(organisation)

    def add(self, organisation: Organisation) -> None:
        """Store a new organisation."""
        self._connection.execute(t.organisation.insert().values(self.row_of(organisation)))

    def save(self, organisation: Organisation) -> None:
        """Store the next version of an organisation. Raises Stale when somebody stored one since."""
        self.put_next(organisation)

    def get(self, organisation_id: UUID, scope: Scope, lock: bool = False) -> Organisation:
        """Return an organisation in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""
        query = sa.select(t.organisation).where(_C.id == organisation_id)
        found = self.some(query.with_for_update() if lock else query)
        if not found or not scope.covers(organisation=organisation_id):
            raise Missing()
        return found[0]

    def by_number(self, viis_number: str) -> Organisation | None:
        """Return the organisation of a number of the register of institutions."""
        return next(iter(self.some(sa.select(t.organisation).where(_C.viis_number == viis_number))), None)

    def lock_employer(self, legal_person_number: str) -> None:
        """Let nobody else make an employer of this legal person, until the transaction ends."""
        self._connection.exec_driver_sql(_LOCK, (legal_person_number,))

    def open_employer(self, legal_person_number: str) -> Organisation | None:
        """Return the employer of a legal person that is not closed."""
        query = sa.select(t.organisation).where(_C.legal_person_number == legal_person_number)
        return next(iter(self.some(query.where(_OPEN_EMPLOYER))), None)

    def many(self, organisation_ids: Sequence[UUID]) -> dict[UUID, Organisation]:
        """Return those of the organisations that there are, by id."""
        found = self.some(sa.select(t.organisation).where(_C.id.in_(organisation_ids)))
        return {one.id: one for one in found}

    def untold(self) -> list[Organisation]:
        """Return, locked, the seeded organisations that the others were not told of yet."""
        return self.locked(_C.approved_at.is_(None))

    def page(self, request: PageRequest, scope: Scope) -> Listed[Organisation]:
        """Return a page of organisations in scope, by title.

        Filters beside those of columns: `barred`, what sanctions let them do nothing of, and `q`, a part
        of the title, or a whole number of either register.
        """
        mine = [] if scope.everything else [_C.id.in_(scope.organisations)]
        return self.listed(request, [*mine, *_sought(request.filters)])

    def row_of(self, thing: Organisation) -> dict[str, Any]:
        """Return an organisation as a row."""
        return asdict(thing) | {"barred": list(thing.barred)}

    def thing_of(self, row: Any) -> Organisation:
        """Return a row as an organisation."""
        values = {name: value for name, value in row.items() if name != "sought"}
        return Organisation(**values | {"barred": tuple(row["barred"])})
