"""Commissions, declared interests and decisions in the database."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale
from ila_kit.events import from_json, to_json
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import distinct_on, insert

from ila_catalog.domain.evaluation import Commission, Decision, Declaration, Reason, SeenLikeness
from ila_catalog.domain.states import SEEN_BY_COMMISSION, SUBMITTED
from ila_catalog.store.evaluation_tables import commission, commission_member, decision, interest_declaration
from ila_catalog.store.offer_tables import offer
from ila_catalog.store.programme_tables import provider

_DECLARATION = ("id", "call_id", "person_id", "organisation_id", "conflict", "declared_at")
_DECISION = ("id", "offer_id", "outcome", "decided_by", "decided_at")


def declared_by(person_id: UUID | None) -> sa.ColumnElement[bool]:
    """Return the condition on offers that a person sees as a member of their call's commission.

    Source: BR-403: after an own declaration without a conflict, and once nothing is submitted any more.
    """
    if person_id is None:
        return sa.false()
    member, declaration = commission_member.c, interest_declaration.c
    declared = sa.exists().where(
        member.call_id == offer.c.call_id,
        member.person_id == person_id,
        declaration.call_id == offer.c.call_id,
        declaration.organisation_id == offer.c.organisation_id,
        declaration.person_id == person_id,
        ~declaration.conflict,
    )
    return offer.c.state.in_(sorted(SEEN_BY_COMMISSION)) & declared


class SqlEvaluationStore:
    """Who evaluates, with which interests, and what was decided."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def commission(self, call_id: UUID) -> Commission:
        """Return the commission of a call, in one query; version 0 when nobody is appointed."""
        c, m = commission.c, commission_member.c
        query = sa.select(c.version, m.person_id, m.chair).join(commission_member, m.call_id == c.call_id)
        rows = self._connection.execute(query.where(c.call_id == call_id).order_by(m.position)).all()
        return Commission(
            call_id=call_id,
            members=tuple(row.person_id for row in rows if not row.chair),
            chair=next((row.person_id for row in rows if row.chair), None),
            version=rows[0].version if rows else 0,
        )

    def put_commission(self, one: Commission) -> None:
        """Store the next version of a commission. Raises Stale when somebody stored one since."""
        if not self._put_version(one):
            raise Stale()
        mine = commission_member.c.call_id == one.call_id
        self._connection.execute(sa.delete(commission_member).where(mine))
        rows = [
            {"call_id": one.call_id, "person_id": person, "position": position, "chair": person == one.chair}
            for position, person in enumerate([one.chair, *one.members])
        ]
        self._connection.execute(sa.insert(commission_member).values(rows))

    def _put_version(self, one: Commission) -> bool:
        if one.version == 1:
            first = insert(commission).values(call_id=one.call_id, version=1, updated_at=self._now)
            done = first.on_conflict_do_nothing().returning(commission.c.call_id)
            return self._connection.execute(done).scalar() is not None
        before = (commission.c.call_id == one.call_id) & (commission.c.version == one.version - 1)
        change = sa.update(commission).where(before).values(version=one.version, updated_at=self._now)
        return self._connection.execute(change).rowcount == 1

    def takes_part(self, call_id: UUID, organisation_id: UUID) -> bool:
        """Tell whether an institution has an offer in a call that was submitted and not withdrawn."""
        query = sa.select(_takes_part(call_id, sa.literal(organisation_id, sa.Uuid)))
        return bool(self._connection.execute(query).scalar_one())

    def declarations(self, call_id: UUID, organisation_id: UUID, lock: bool = False) -> list[Declaration]:
        """Return the declarations that stand about an institution; `lock`: they stay so meanwhile."""
        c = interest_declaration.c
        query = (
            sa.select(interest_declaration)
            .where(c.call_id == call_id, c.organisation_id == organisation_id)
            .order_by(c.id)
        )
        rows = self._connection.execute(query.with_for_update() if lock else query).mappings()
        return [Declaration(**{name: row[name] for name in _DECLARATION}) for row in rows]

    def put_declaration(self, one: Declaration) -> None:
        """Store a declaration in the place of the one of the same member about the same institution."""
        values = {name: getattr(one, name) for name in _DECLARATION}
        new = insert(interest_declaration).values(values)
        standing = ["call_id", "organisation_id", "person_id"]
        self._connection.execute(new.on_conflict_do_update(index_elements=standing, set_=values))

    def institutions(self, request: PageRequest, call_id: UUID, person_id: UUID) -> Page:
        """Return a page of the institutions that take part in a call, with one's own declarations."""
        c = interest_declaration.c
        mine = (c.organisation_id == provider.c.id) & (c.call_id == call_id) & (c.person_id == person_id)
        listed = sa.select(
            provider.c.id.label("organisation_id"),
            provider.c.name.label("title"),
            provider.c.viis_number,
            c.conflict,
            c.declared_at,
        ).select_from(provider.outerjoin(interest_declaration, mine))
        listing = Listing(
            listed, id=provider.c.id, sorts={"title": provider.c.sort_name}, default="title", filters={}
        )
        return listing.page(self._connection, request, where=[_takes_part(call_id, provider.c.id)])

    def add_decision(self, one: Decision) -> None:
        """Store a decision; it never changes."""
        said = {name: to_json(getattr(one, name)) for name in ("reasons", "likenesses")}
        values = {name: getattr(one, name) for name in _DECISION} | said
        self._connection.execute(sa.insert(decision).values(values))

    def decision(self, offer_id: UUID) -> Decision | None:
        """Return the last decision about an offer."""
        query = sa.select(decision).where(decision.c.offer_id == offer_id)
        row = self._connection.execute(query.order_by(decision.c.id.desc()).limit(1)).mappings().one_or_none()
        return _decision(dict(row)) if row else None

    def decisions(self, call_id: UUID, organisation_id: UUID) -> list[Decision]:
        """Return the last decision about each offer of an institution in a call, in one query."""
        query = (
            sa.select(decision)
            .ext(distinct_on(decision.c.offer_id))
            .join(offer, offer.c.id == decision.c.offer_id)
            .where(offer.c.call_id == call_id, offer.c.organisation_id == organisation_id)
            .order_by(decision.c.offer_id, decision.c.id.desc())
        )
        return [_decision(dict(row)) for row in self._connection.execute(query).mappings()]


def _takes_part(call_id: UUID, organisation_id: sa.ColumnElement[Any]) -> sa.Exists:
    return sa.exists().where(
        offer.c.call_id == call_id,
        offer.c.organisation_id == organisation_id,
        offer.c.state.in_(sorted({SUBMITTED, *SEEN_BY_COMMISSION})),
    )


def _decision(row: Mapping[str, Any]) -> Decision:
    reasons = [from_json(Reason, one) for one in row["reasons"]]
    seen = [from_json(SeenLikeness, one) for one in row["likenesses"]]
    return Decision(**{name: row[name] for name in _DECISION}, reasons=reasons, likenesses=seen)
