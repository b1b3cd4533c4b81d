"""Offers in the database: what can change, what never does, and how many were submitted."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Missing, Stale
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import insert

from ila_catalog.domain.offers import Offer, Receipt, Submission
from ila_catalog.store.columns import within
from ila_catalog.store.evaluation import declared_by
from ila_catalog.store.offer_tables import receipt_sequence
from ila_catalog.store.tables import likeness, offer_submission, programme, provider, quota
from ila_catalog.store.tables import offer as table

_FLAGGED = sa.exists().where((likeness.c.offer_id == table.c.id) | (likeness.c.other_offer_id == table.c.id))
LISTING = Listing(
    sa.select(
        table,
        _FLAGGED.label("flagged"),
        provider.c.name.label("organisation_title"),
        programme.c.title_lv.label("programme_title_lv"),
        programme.c.title_en.label("programme_title_en"),
    )
    .join(provider, provider.c.id == table.c.organisation_id)
    .join(programme, programme.c.id == table.c.programme_id),
    id=table.c.id,
    sorts={"created_at": table.c.id, "updated_at": table.c.updated_at},
    default="-created_at",
    filters={name: table.c[name] for name in ("organisation_id", "call_id", "programme_id", "kind", "state")},
    updated=table.c.updated_at,
)
SUBMISSIONS = Listing(
    offer_submission,
    id=offer_submission.c.id,
    sorts={"sequence": offer_submission.c.sequence},
    default="sequence",
)


class SqlOfferStore:
    """Offers of all calls, their submissions, and the quotas they use up."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def get(self, offer_id: UUID, scope: Scope, lock: bool = False) -> Offer:
        """Return an offer in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""
        query = sa.select(table).where(table.c.id == offer_id, *_visible(scope))
        query = query.with_for_update() if lock else query
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise Missing()
        return Offer(**row)

    def view(self, offer_id: UUID, scope: Scope) -> dict[str, Any]:
        """Return an offer in scope with the titles of its institution and programme. Raises Missing."""
        page = LISTING.page(
            self._connection, PageRequest(limit=1), [table.c.id == offer_id, *_visible(scope)]
        )
        if not page.rows:
            raise Missing()
        return page.rows[0]

    def page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of offers in scope, as rows."""
        return LISTING.page(self._connection, request, where=_visible(scope))

    def of_organisation(self, call_id: UUID, organisation_id: UUID) -> list[Offer]:
        """Return the offers of an institution in a call, in every state, oldest first."""
        mine = (table.c.call_id == call_id) & (table.c.organisation_id == organisation_id)
        return self._offers(sa.select(table).where(mine).order_by(table.c.id))

    def in_state(self, call_id: UUID, state: str) -> list[Offer]:
        """Return, locked, the offers of a call in a state, oldest first."""
        found = (table.c.call_id == call_id) & (table.c.state == state)
        return self._offers(sa.select(table).where(found).order_by(table.c.id).with_for_update())

    def of_programme(self, programme_id: UUID) -> Offer | None:
        """Return the offer of a programme."""
        row = self._connection.execute(sa.select(table).where(table.c.programme_id == programme_id))
        found = row.mappings().one_or_none()
        return Offer(**found) if found else None

    def add(self, offer: Offer) -> bool:
        """Store a new draft; False when its programme has an offer."""
        new = insert(table).values(_values(offer)).on_conflict_do_nothing(index_elements=["programme_id"])
        return self._connection.scalar(new.returning(table.c.id)) is not None

    def save(self, offer: Offer) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == offer.id) & (table.c.version == offer.version - 1)
        if self._connection.execute(sa.update(table).where(before).values(_values(offer))).rowcount != 1:
            raise Stale()

    def take_quota(self, offer: Offer, most: int) -> bool:
        """Count a submission of that kind; False when the institution has used up what the call takes.

        One row per institution, call and kind: whoever comes at the same time waits for it. `most` is that
        of the call's last edition; what an earlier one took stays.
        """
        key = _quota_key(offer)
        new = insert(quota).values(key | {"used": 0, "most": most})
        raised = new.on_conflict_do_update(
            index_elements=["organisation_id", "call_id", "kind"],
            set_={"most": new.excluded.most},
            where=quota.c.most < new.excluded.most,
        )
        self._connection.execute(raised)
        take = sa.update(quota).where(*_is_quota(key), quota.c.used < most)
        return self._connection.execute(take.values(used=quota.c.used + 1)).rowcount == 1

    def give_back_quota(self, offer: Offer) -> None:
        """Count a submission of that kind no longer."""
        mine = _is_quota(_quota_key(offer))
        self._connection.execute(sa.update(quota).where(*mine).values(used=quota.c.used - 1))

    def used(self, offer: Offer) -> int:
        """Return how many offers of that kind the institution has submitted and not withdrawn."""
        query = sa.select(quota.c.used).where(*_is_quota(_quota_key(offer)))
        return int(self._connection.scalar(query) or 0)

    def next_sequence(self) -> int:
        """Return the number of the next receipt; numbers grow, and one may be left out."""
        return int(self._connection.execute(sa.select(receipt_sequence.next_value())).scalar_one())

    def add_submission(self, submission: Submission) -> None:
        """Store a submitted version; the database refuses every later change of it."""
        receipt = submission.receipt
        values = {
            "id": submission.id,
            "offer_id": receipt.offer_id,
            "submission": receipt.submission,
            "sequence": receipt.sequence,
            "received_at": receipt.received_at,
            "sha256": receipt.sha256,
            "signature": receipt.signature,
            "content": submission.content,
            "submitted_by": submission.submitted_by,
        }
        self._connection.execute(sa.insert(offer_submission).values(values))

    def submissions(self, offer_id: UUID, request: PageRequest) -> Page:
        """Return a page of the submissions of an offer, oldest first, as rows."""
        mine = [offer_submission.c.offer_id == offer_id]
        return SUBMISSIONS.page(self._connection, request, where=mine)

    def receipt(self, offer_id: UUID) -> Receipt | None:
        """Return the receipt of the last submission of an offer."""
        c = offer_submission.c
        shown = [c.offer_id, c.submission, c.sequence, c.received_at, c.sha256, c.signature]
        query = sa.select(*shown).where(c.offer_id == offer_id).order_by(c.submission.desc()).limit(1)
        row = self._connection.execute(query).mappings().one_or_none()
        return Receipt(**row) if row else None

    def _offers(self, query: sa.Select[Any]) -> list[Offer]:
        return [Offer(**row) for row in self._connection.execute(query).mappings()]


def _visible(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Return the condition that keeps a query to one's own offers, and to those a commission may see."""
    own = within(scope, table.c.organisation_id)
    return [sa.or_(*own, declared_by(scope.person))] if own else []


def _quota_key(offer: Offer) -> dict[str, Any]:
    return {"organisation_id": offer.organisation_id, "call_id": offer.call_id, "kind": offer.kind}


def _is_quota(key: dict[str, Any]) -> Collection[sa.ColumnElement[bool]]:
    return [quota.c[name] == value for name, value in key.items()]


def _values(offer: Offer) -> dict[str, Any]:
    return {name: getattr(offer, name) for name in table.c.keys()}  # noqa: SIM118
