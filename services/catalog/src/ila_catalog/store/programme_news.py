"""Prices and taken places of programmes, as others told them: each by the newest version told."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_catalog.domain.prices import Price
from ila_catalog.store.tables import group_members, programme

_PRICE = ("methodology_id", "methodology_version", "as_of", "hash")


class SqlProgrammeNews:
    """What funding and applications told of programmes."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def keep_price(self, programme_id: UUID, price: Price, version: int) -> bool:
        """Store a price; False when something newer is known, or no such programme."""
        older = (programme.c.id == programme_id) & (programme.c.price_version < version)
        told = {f"price_{name}": getattr(price, name) for name in ("amount", *_PRICE)}
        values = told | {"price_version": version, "updated_at": self._now}
        return self._connection.execute(sa.update(programme).where(older).values(values)).rowcount == 1

    def keep_members(self, programme_id: UUID, group_id: UUID, members: int, version: int) -> bool:
        """Store how many members a group has; False when something newer is known, or no such programme.

        The programme is locked first: of two groups told of at the same time, the second sees the first.
        """
        mine = programme.c.id == programme_id
        locked = sa.select(programme.c.id).where(mine).with_for_update()
        if self._connection.scalar(locked) is None:
            return False
        if not self._keep_group(programme_id, group_id, members, version):
            return False
        counted = sa.select(sa.func.coalesce(sa.func.sum(group_members.c.members), 0))
        taken = counted.where(group_members.c.programme_id == programme_id).scalar_subquery()
        change = sa.update(programme).where(mine, programme.c.places_taken != taken)
        self._connection.execute(change.values(places_taken=taken, updated_at=self._now))
        return True

    def _keep_group(self, programme_id: UUID, group_id: UUID, members: int, version: int) -> bool:
        told = {"programme_id": programme_id, "members": members, "told_version": version}
        new = insert(group_members).values({"group_id": group_id} | told)
        newer = new.on_conflict_do_update(
            index_elements=["group_id"], set_=told, where=group_members.c.told_version < version
        )
        return self._connection.scalar(newer.returning(group_members.c.group_id)) is not None
