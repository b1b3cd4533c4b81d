"""Agreements, as catalog told of them, and providers, as identity did."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.agreement import Agreement
from ila_funding.domain.provider import Provider
from ila_funding.store.rows import values
from ila_funding.store.told_tables import agreement, agreement_programme, provider


class SqlAgreementStore:
    """Agreements, as catalog told of them."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def note_in_force(self, new: Agreement) -> None:
        """Store that an agreement is in force, and what it pinned; once."""
        told = ("number", "in_force_at", "methodology_version")
        self._note(new, told, agreement.c.in_force_at.is_(None))

    def note_ended(self, new: Agreement) -> None:
        """Store that an agreement ended; once."""
        self._note(new, ("ended_at", "outcome"), agreement.c.ended_at.is_(None))

    def _note(self, new: Agreement, told: Sequence[str], unless: sa.ColumnElement[bool]) -> None:
        row = values(new)
        programmes = row.pop("programme_ids")
        changed = {name: row[name] for name in told}
        query = insert(agreement).values(row)
        query = query.on_conflict_do_update(index_elements=["id"], set_=changed, where=unless)
        self._connection.execute(query)
        pairs = [{"agreement_id": new.id, "programme_id": one} for one in programmes]
        if pairs:
            self._connection.execute(insert(agreement_programme).on_conflict_do_nothing(), pairs)


def agreements_of(
    connection: sa.Connection, organisation_id: UUID, programme_ids: Sequence[UUID]
) -> list[Agreement]:
    """Return the agreements of an organisation that cover some of these programmes."""
    programmes = sa.func.array_agg(agreement_programme.c.programme_id).label("programme_ids")
    query = (
        sa.select(agreement, programmes)
        .join(agreement_programme, agreement_programme.c.agreement_id == agreement.c.id)
        .where(agreement.c.organisation_id == organisation_id)
        .where(agreement_programme.c.programme_id.in_(programme_ids))
        .group_by(agreement.c.id)
    )
    rows = connection.execute(query).mappings()
    return [Agreement(**dict(row) | {"programme_ids": tuple(row["programme_ids"])}) for row in rows]


class SqlProviderStore:
    """Providers, as identity told of them."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def note_approved(self, new: Provider) -> None:
        """Store who a provider is and who approved it, unless something newer is known."""
        self._note(new, ("viis_number", "title", "approved_by", "approved_sequence"), "approved_sequence")

    def note_standing(self, organisation_id: UUID, suspended: bool, sequence: int) -> None:
        """Store whether payments to a provider are barred, unless something newer is known."""
        new = Provider(organisation_id=organisation_id, suspended=suspended, standing_sequence=sequence)
        self._note(new, ("suspended", "standing_sequence"), "standing_sequence")

    def some(self, organisation_ids: Sequence[UUID]) -> list[Provider]:
        """Return those of these providers that somebody told of."""
        query = sa.select(provider).where(provider.c.organisation_id.in_(organisation_ids))
        rows = self._connection.execute(query.order_by(provider.c.organisation_id)).mappings()
        return [Provider(**dict(row) | {"approved_by": tuple(row["approved_by"])}) for row in rows]

    def _note(self, new: Provider, told: Sequence[str], order: str) -> None:
        row: dict[str, Any] = values(new) | {"approved_by": list(new.approved_by)}
        changed = {name: row[name] for name in told}
        query = insert(provider).values(row)
        older = provider.c[order] < query.excluded[order]
        self._connection.execute(
            query.on_conflict_do_update(index_elements=["organisation_id"], set_=changed, where=older)
        )
