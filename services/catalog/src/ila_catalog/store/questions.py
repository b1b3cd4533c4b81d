"""Questions about calls and their answers, in the database."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale
from ila_kit.events import from_json, to_json
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.domain.questions import CallAnswer, Question
from ila_catalog.domain.states import ANSWERED
from ila_catalog.store.tables import call_question as table

LISTING = Listing(
    table,
    id=table.c.id,
    sorts={"created_at": table.c.id},
    default="-created_at",
    filters={
        "state": table.c.state,
        "answered": sa.case((table.c.state == ANSWERED, "true"), else_="false"),
    },
    updated=table.c.updated_at,
)
PUBLIC_LISTING = Listing(
    sa.select(table).where(table.c.state == ANSWERED),
    id=table.c.id,
    sorts={"answered_at": table.c.answered_at},
    default="-answered_at",
    updated=table.c.updated_at,
)


class SqlQuestionStore:
    """Questions about all calls."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def get(self, call_id: UUID, question_id: UUID) -> Question | None:
        """Return a question about a call, locked, or None when there is none."""
        found = self.find(question_id)
        return found if found and found.call_id == call_id else None

    def find(self, question_id: UUID) -> Question | None:
        """Return a question, locked, or None when there is none."""
        query = sa.select(table).where(table.c.id == question_id).with_for_update()
        row = self._connection.execute(query).mappings().one_or_none()
        return _question(row) if row else None

    def open_ones(self, call_id: UUID, person: str) -> int:
        """Return how many questions of a person about a call have no answer yet.

        Who asks several at once waits for each: the next one counts those before it.
        """
        key = sa.func.hashtextextended(f"questions:{call_id}:{person}", 0)
        self._connection.execute(sa.select(sa.func.pg_advisory_xact_lock(key)))
        mine = (table.c.call_id == call_id) & (table.c.asked_by == person) & (table.c.state != ANSWERED)
        return self._connection.scalar(sa.select(sa.func.count()).where(mine)) or 0

    def add(self, question: Question) -> None:
        """Store a new question."""
        self._connection.execute(sa.insert(table).values(_values(question)))

    def save(self, question: Question) -> None:
        """Store the next version, unless somebody stored it first. Raises Stale."""
        before = (table.c.id == question.id) & (table.c.version == question.version - 1)
        if self._connection.execute(sa.update(table).where(before).values(_values(question))).rowcount != 1:
            raise Stale()

    def page(self, request: PageRequest, call_id: UUID, person: str | None) -> Page:
        """Return a page of the questions about a call, all or those of a person."""
        where = [table.c.call_id == call_id]
        if person is not None:
            where.append(table.c.asked_by == person)
        return _page(LISTING.page(self._connection, request, where=where))

    def public_page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the questions about a call that are answered."""
        return _page(PUBLIC_LISTING.page(self._connection, request, where=[table.c.call_id == call_id]))


def _page(page: Page) -> Page:
    return Page([{"question": _question(row)} for row in page.rows], page.next)


def _values(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in table.c.keys()} | {"answers": to_json(question.answers)}  # noqa: SIM118


def _question(row: Any) -> Question:
    return Question(**dict(row) | {"answers": [from_json(CallAnswer, one) for one in row["answers"]]})
