"""Learning needs on their way to a call, in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale
from ila_kit.events import from_json, to_json
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.domain.calls import NeedArea
from ila_catalog.domain.needs import NeedProposal
from ila_catalog.domain.states import APPROVED, DRAFT
from ila_catalog.store.tables import learning_need, programme
from ila_catalog.store.tables import need_proposal as table

_TOLD = ("proposed_by", "approved_by", "version", "created_at", "updated_at")
_FIRST = sa.func.jsonb_build_array(
    sa.func.jsonb_build_object(
        *(one for name in ("area", "lowest_level", "highest_level") for one in (name, learning_need.c[name]))
    )
)
_IN_CALLS = sa.select(
    learning_need.c.id,
    learning_need.c.call_id,
    sa.case(
        (learning_need.c.areas == sa.cast([], learning_need.c.areas.type), _FIRST),
        else_=learning_need.c.areas,
    ).label("areas"),
    learning_need.c.text_lv,
    learning_need.c.text_en,
    learning_need.c.source,
    sa.literal(APPROVED).label("state"),
    learning_need.c.provisional,
    learning_need.c.approved_on,
    sa.null().label("reason"),
    *(table.c[name] for name in _TOLD),
).select_from(learning_need.outerjoin(table, table.c.id == learning_need.c.id))
_ON_THEIR_WAY = sa.select(
    table.c.id,
    table.c.call_id,
    table.c.areas,
    table.c.text_lv,
    table.c.text_en,
    table.c.source,
    table.c.state,
    sa.false().label("provisional"),
    table.c.approved_on,
    table.c.reason,
    *(table.c[name] for name in _TOLD),
).where(~sa.exists().where(learning_need.c.id == table.c.id))
_ALL = sa.union_all(_IN_CALLS, _ON_THEIR_WAY).subquery("need")
LISTING = Listing(
    sa.select(_ALL),
    id=_ALL.c.id,
    sorts={"created_at": _ALL.c.id},
    default="-created_at",
    filters={"state": _ALL.c.state},
)


class SqlNeedStore:
    """Proposed learning needs of all calls."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def get(self, need_id: UUID) -> NeedProposal | None:
        """Return a proposal, locked, or None when there is none."""
        query = sa.select(table).where(table.c.id == need_id).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return _proposal(row) if row else None

    def add(self, proposal: NeedProposal) -> None:
        """Store a new proposal."""
        self._connection.execute(sa.insert(table).values(_values(proposal)))

    def save(self, proposal: NeedProposal) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == proposal.id) & (table.c.version == proposal.version - 1)
        if self._connection.execute(sa.update(table).where(before).values(_values(proposal))).rowcount != 1:
            raise Stale()

    def programmes_of(self, need_id: UUID) -> int:
        """Return how many programmes that are past their draft rest on a need."""
        resting = (programme.c.learning_need_id == need_id) & (programme.c.state != DRAFT)
        return self._connection.scalar(sa.select(sa.func.count()).where(resting)) or 0

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the needs of a call as rows: those of its file, approved, proposed, given up."""
        return LISTING.page(self._connection, request, where=[_ALL.c.call_id == call_id])


def _values(proposal: NeedProposal) -> dict[str, Any]:
    return {name: getattr(proposal, name) for name in table.c.keys()} | {"areas": to_json(proposal.areas)}  # noqa: SIM118


def _proposal(row: Any) -> NeedProposal:
    return NeedProposal(**dict(row) | {"areas": [from_json(NeedArea, one) for one in row["areas"]]})
