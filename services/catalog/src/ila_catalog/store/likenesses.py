"""Which offers are alike: one row for each pair, kept with what is alike in them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.events import to_json

from ila_catalog.domain.likeness import Likeness
from ila_catalog.offer_ports import ShownLikenesses
from ila_catalog.store.offer_tables import likeness, offer, offer_comparison
from ila_catalog.store.programme_tables import programme


class SqlLikenessStore:
    """Likenesses of offers of the same institution in the same call."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def lock(self, call_id: UUID, organisation_id: UUID) -> None:
        """Wait until nobody else compares these offers, and keep others out until this transaction ends."""
        key = sa.func.hashtextextended(f"likeness:{call_id}:{organisation_id}", 0)
        self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))

    def replace(
        self, call_id: UUID, organisation_id: UUID, offer_ids: Sequence[UUID], found: Sequence[Likeness]
    ) -> None:
        """Store what was found among these offers, in the place of what the institution had before."""
        mine = sa.select(offer.c.id).where(
            offer.c.call_id == call_id, offer.c.organisation_id == organisation_id
        )
        for table in (likeness, offer_comparison):
            self._connection.execute(sa.delete(table).where(table.c.offer_id.in_(mine)))
        if offer_ids:
            rows = [{"offer_id": one, "compared_at": self._now} for one in offer_ids]
            self._connection.execute(sa.insert(offer_comparison), rows)
        if found:
            self._connection.execute(sa.insert(likeness), [_row(one) for one in found])

    def of(self, offer_id: UUID) -> ShownLikenesses:
        """Return what an offer is like, the most alike first, in two queries."""
        at = self._connection.scalar(
            sa.select(offer_comparison.c.compared_at).where(offer_comparison.c.offer_id == offer_id)
        )
        mine, theirs = likeness.c.offer_id == offer_id, likeness.c.other_offer_id == offer_id
        there = sa.case((mine, likeness.c.other_offer_id), else_=likeness.c.offer_id).label("other_id")
        query = (
            sa.select(likeness, there, programme.c.title_lv, programme.c.title_en)
            .join(offer, offer.c.id == there)
            .join(programme, programme.c.id == offer.c.programme_id)
            .where(mine | theirs)
            .order_by(likeness.c.percent.desc(), there)
        )
        rows = self._connection.execute(query).mappings()
        return ShownLikenesses(compared_at=at, rows=[_turned(dict(row), offer_id) for row in rows])


def _row(one: Likeness) -> dict[str, Any]:
    return {
        "offer_id": one.one,
        "other_offer_id": one.other,
        "kind": one.kind,
        "percent": one.percent,
        "hours": list(one.hours),
        "alike": to_json(one.alike),
    }


def _turned(row: dict[str, Any], offer_id: UUID) -> dict[str, Any]:
    """Return a row as seen from one of its two offers: its own texts are `mine`."""
    first = row["offer_id"] == offer_id
    mine, theirs = ("one", "other") if first else ("other", "one")
    return {
        "offer_id": row["other_id"],
        "programme_title_lv": row["title_lv"],
        "programme_title_en": row["title_en"],
        "kind": row["kind"],
        "percent": row["percent"],
        "hours": row["hours"],
        "total_hours": sum(row["hours"]),
        "alike": [
            {"place": one["place"], "mine": one[mine], "other": one[theirs], "percent": one["percent"]}
            for one in row["alike"]
        ],
    }
