"""Institutions in the database, as far as the catalogue shows them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import insert

from ila_catalog.domain.programmes import Provider, Territory
from ila_catalog.domain.search import sort_key
from ila_catalog.domain.states import PUBLISHED
from ila_catalog.store.tables import programme
from ila_catalog.store.tables import provider as table

_COUNT = (
    sa.select(sa.func.count())
    .where(programme.c.provider_id == table.c.id, programme.c.state == PUBLISHED)
    .scalar_subquery()
)
_HAS_ANY = sa.exists().where(programme.c.provider_id == table.c.id, programme.c.state == PUBLISHED)
LISTING = Listing(
    sa.select(table, _COUNT.label("programmes")).where(_HAS_ANY),
    id=table.c.id,
    sorts={"name": table.c.sort_name},
    default="name",
    filters={"territory": table.c.territory, "viis_number": table.c.viis_number},
    updated=table.c.updated_at,
)


class SqlProviderStore:
    """Institutions that give programmes."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def put(self, provider: Provider) -> None:
        """Store an institution, or its newer facts."""
        values = {"id": provider.id, **_facts(provider), "updated_at": self._now}
        self._connection.execute(
            insert(table).values(values).on_conflict_do_update(index_elements=["id"], set_=values)
        )

    def get(self, provider_id: UUID) -> Provider | None:
        """Return an institution, or None when nobody has told of it."""
        row = self._connection.execute(sa.select(table).where(table.c.id == provider_id)).mappings().first()
        return _provider(row) if row else None

    def learn(self, provider: Provider, version: int) -> bool:
        """Store what was told of an institution; False when something newer is known."""
        facts = _facts(provider) | {"told_version": version, "updated_at": self._now}
        new = insert(table).values({"id": provider.id, **facts})
        told = new.on_conflict_do_update(
            index_elements=["id"], set_=facts, where=table.c.told_version < version
        )
        return self._connection.scalar(told.returning(table.c.id)) is not None

    def set_standing(self, provider_id: UUID, suspended: bool, version: int) -> bool:
        """Store whether an institution is barred from new offers; False when something newer is known."""
        older = (table.c.id == provider_id) & (table.c.standing_version < version)
        values = {"suspended": suspended, "standing_version": version, "updated_at": self._now}
        return self._connection.execute(sa.update(table).where(older).values(values)).rowcount == 1

    def public_page(self, request: PageRequest) -> Page:
        """Return a page of institutions with at least one published programme, and how many."""
        return LISTING.page(self._connection, request)


def _facts(provider: Provider) -> dict[str, Any]:
    return {
        "viis_number": provider.viis_number,
        "name": provider.name,
        "sort_name": sort_key(provider.name),
        "institution_type": provider.institution_type,
        "address": provider.address,
        "territory": provider.territory.code,
        "territory_name": provider.territory.name,
    }


def _provider(row: Mapping[Any, Any]) -> Provider:
    return Provider(
        id=row["id"],
        viis_number=row["viis_number"],
        name=row["name"],
        institution_type=row["institution_type"],
        address=row["address"],
        territory=Territory(code=row["territory"], name=row["territory_name"]),
        suspended=row["suspended"],
    )


def provider_of(row: Mapping[str, Any]) -> Provider:
    """Return the provider whose columns stand in a row under the prefix `provider_`."""
    return Provider(
        id=row["provider_id"],
        viis_number=row["provider_viis_number"],
        name=row["provider_name"],
        institution_type=row["provider_institution_type"],
        address=row["provider_address"],
        territory=Territory(code=row["provider_territory"], name=row["provider_territory_name"]),
    )
