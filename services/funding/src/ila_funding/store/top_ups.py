"""Top-ups, and what holds take from them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.money import ZERO
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_funding.domain.top_up import Funder, TopUp, Use
from ila_funding.store.ledger_tables import top_up, top_up_use
from ila_funding.store.rows import values

_USED = top_up.c.held + top_up.c.committed + top_up.c.consumed + top_up.c.returned
_LEFT = sa.case((top_up.c.state == "active", top_up.c.amount - _USED), else_=ZERO).label("left")
LISTING = Listing(
    top_up,
    id=top_up.c.id,
    sorts={"created_at": top_up.c.id},
    default="-created_at",
    filters={"call_id": top_up.c.call_id, "state": top_up.c.state},
)


class SqlTopUpStore:
    """Top-ups, and what holds take from them."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, new: TopUp) -> None:
        """Store a new top-up."""
        self._connection.execute(sa.insert(top_up).values(_row(new)))

    def save(self, changed: TopUp) -> None:
        """Store a changed top-up."""
        self._connection.execute(sa.update(top_up).where(top_up.c.id == changed.id).values(_row(changed)))

    def lock(self, top_up_id: UUID) -> TopUp | None:
        """Return a top-up that nobody else changes until this transaction ends."""
        return next(iter(self.lock_all([top_up_id])), None)

    def lock_all(self, top_up_ids: Sequence[UUID]) -> list[TopUp]:
        """Return top-ups in the order of their ids, locked the same way."""
        return self._locked(top_up.c.id.in_(top_up_ids))

    def lock_of(self, person_id: UUID, call_id: UUID) -> list[TopUp]:
        """Return the active top-ups of a learner in a call, locked the same way."""
        mine = (top_up.c.person_id == person_id, top_up.c.call_id == call_id)
        return self._locked(*mine, top_up.c.state == "active")

    def add_use(self, use: Use) -> None:
        """Store what a hold takes from a top-up."""
        self._connection.execute(sa.insert(top_up_use).values(values(use)))

    def save_use(self, use: Use) -> None:
        """Store where that is now."""
        mine = (top_up_use.c.hold_id == use.hold_id, top_up_use.c.top_up_id == use.top_up_id)
        self._connection.execute(sa.update(top_up_use).where(*mine).values(values(use)))

    def uses(self, hold_ids: Sequence[UUID]) -> list[Use]:
        """Return what holds took from top-ups, in the order of the top-ups."""
        query = sa.select(top_up_use).where(top_up_use.c.hold_id.in_(hold_ids))
        rows = self._connection.execute(query.order_by(top_up_use.c.top_up_id, top_up_use.c.hold_id))
        return [Use(**row) for row in rows.mappings()]

    def page(self, person_id: UUID, request: PageRequest, scope: Scope) -> Page:
        """Return a page of a learner's top-ups in scope, each row with its `top_up`.

        In scope are all for the learner, and else those of a funder.
        """
        mine = [top_up.c.person_id == person_id]
        if not scope.covers(person=person_id):
            mine.append(top_up.c.funder_id.in_(scope.organisations))
        page = LISTING.page(self._connection, request, mine)
        return Page([{"top_up": _top_up(row)} for row in page.rows], page.next)

    def added_by(self, scope: Scope, person_id: UUID) -> bool:
        """Tell whether a funder in scope ever added to a learner's account."""
        mine = (top_up.c.person_id == person_id, top_up.c.funder_id.in_(scope.organisations))
        return bool(self._connection.scalar(sa.select(sa.exists().where(*mine))))

    def of(self, person_id: UUID) -> list[dict[str, Any]]:
        """Return what was added to a learner's account and may be used, or was."""
        names = ("id", "call_id", "funder_name", "amount", "valid_until", "state")
        query = sa.select(*(top_up.c[name] for name in names), _LEFT).where(
            top_up.c.person_id == person_id, top_up.c.state != "proposed"
        )
        rows = self._connection.execute(query.order_by(top_up.c.id)).mappings()
        return [{str(name): value for name, value in row.items()} for row in rows]

    def _locked(self, *which: sa.ColumnElement[bool]) -> list[TopUp]:
        query = sa.select(top_up).where(*which).order_by(top_up.c.id).with_for_update(key_share=True)
        return [_top_up(row) for row in self._connection.execute(query).mappings()]


def _row(one: TopUp) -> dict[str, Any]:
    lists = {"kinds": list(one.kinds), "programme_ids": list(one.programme_ids)}
    return values(one) | lists | {"funder_kind": one.funder_kind.value}


def _top_up(row: Any) -> TopUp:
    lists = {"kinds": tuple(row["kinds"]), "programme_ids": tuple(row["programme_ids"])}
    return TopUp(**(dict(row) | lists | {"funder_kind": Funder(row["funder_kind"])}))
