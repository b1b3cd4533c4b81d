"""Sanctions of organisations."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing
from ila_kit.store.listing import Listing, PageRequest

from ila_identity.domain.sanctions import IN_FORCE, Sanction
from ila_identity.ports import Listed
from ila_identity.store import provider_tables as t
from ila_identity.store.rows import VersionedRows

_C = t.sanction.c


class SqlSanctionStore(VersionedRows[Sanction]):
    """Every sanction there was; none is ever removed."""

    table = t.sanction
    listing = Listing(
        t.sanction,
        id=_C.id,
        sorts={"imposed_at": _C.id},
        default="-imposed_at",
        filters={"state": _C.state, "scope": _C.scope, "reply_state": _C.reply_state},
        updated=_C.updated_at,
    )

    def add(self, sanction: Sanction) -> None:
        """Store a new sanction."""
        self._connection.execute(t.sanction.insert().values(self.row_of(sanction)))

    def save(self, sanction: Sanction) -> None:
        """Store the next version of a sanction. Raises Stale when somebody stored one since."""
        self.put_next(sanction)

    def get(self, sanction_id: UUID, organisation_id: UUID | None = None) -> Sanction:
        """Return, locked, a sanction, of this organisation if one is named. Raises Missing."""
        place = [] if organisation_id is None else [_C.organisation_id == organisation_id]
        return self.the_locked(_C.id == sanction_id, *place)

    def organisation_of(self, sanction_id: UUID) -> UUID:
        """Return the organisation of a sanction. Raises Missing."""
        found = self._connection.scalar(sa.select(_C.organisation_id).where(_C.id == sanction_id))
        if found is None:
            raise Missing()
        return UUID(str(found))

    def in_force(self, organisation_id: UUID) -> list[Sanction]:
        """Return, locked, the sanctions of an organisation that are in force, oldest first."""
        return self.locked(_C.organisation_id == organisation_id, _C.state == IN_FORCE)

    def page(self, organisation_id: UUID, request: PageRequest) -> Listed[Sanction]:
        """Return a page of the sanctions of an organisation, newest first."""
        return self.listed(request, [_C.organisation_id == organisation_id])

    def row_of(self, thing: Sanction) -> dict[str, Any]:
        """Return a sanction as a row."""
        return asdict(thing)

    def thing_of(self, row: Any) -> Sanction:
        """Return a row as a sanction."""
        return Sanction(**row)
