"""Hold requests and holds."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.store.listing import Listing, Page, PageRequest
from sqlalchemy.dialects.postgresql import insert

from ila_funding.domain.hold import Hold
from ila_funding.domain.request import EarlyEnding, Ending, HoldRequest
from ila_funding.store.pauses import paused
from ila_funding.store.rows import made, values
from ila_funding.store.tables import budget_line, hold, hold_request

# The pinned quote is shown with one hold, not with each of a list.
LISTING = Listing(
    sa.select(*(column for column in hold.c if column.name not in ("quote", "movement_id"))),
    id=hold.c.id,
    sorts={"created_at": hold.c.created_at, "updated_at": hold.c.updated_at},
    default="-created_at",
    filters={
        name: hold.c[name]
        for name in (
            "state",
            "support_check",
            "person_id",
            "application_id",
            "programme_id",
            "call_id",
            "line_id",
        )
    },
    updated=hold.c.updated_at,
)


_SAVE_REQUEST = sa.update(hold_request).where(hold_request.c.application_id == sa.bindparam("mine"))


class SqlRequestStore:
    """Hold requests, one per application."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def claim(self, request: HoldRequest) -> HoldRequest | EarlyEnding | None:
        """Store a request unless its application has one; return what was there, locked, if so."""
        return self._claim(values(request))

    def claim_all(self, requests: Sequence[HoldRequest]) -> set[UUID]:
        """Store the requests whose applications have none; return which applications those are."""
        if not requests:
            return set()
        rows = [values(one) for one in sorted(requests, key=lambda one: one.application_id)]
        new = insert(hold_request).on_conflict_do_nothing().returning(hold_request.c.application_id)
        return set(self._connection.execute(new, rows).scalars())

    def claim_ending(self, ending: EarlyEnding) -> HoldRequest | None:
        """Return the request of an application, locked; store the latest ending when there is none."""
        row = {
            "application_id": ending.application_id,
            "state": "withdrawn",
            "reason": ending.reason,
            "provisional": False,
            "ended_sequence": ending.ended_sequence,
            "version": ending.version,
            "created_at": ending.at,
            "updated_at": ending.at,
        }
        found = self._claim(row)
        if isinstance(found, EarlyEnding) and found.ended_sequence < ending.ended_sequence:
            later = {name: row[name] for name in ("reason", "ended_sequence", "updated_at")}
            self._update(ending.application_id, later)
        return found if isinstance(found, HoldRequest) else None

    def lock(self, application_id: UUID) -> HoldRequest | EarlyEnding | None:
        """Return what is known of an application, locked."""
        mine = hold_request.c.application_id == application_id
        found = self._connection.execute(sa.select(hold_request).where(mine).with_for_update())
        row = found.mappings().one_or_none()
        return None if row is None else _request(row)

    def save(self, request: HoldRequest) -> None:
        """Store a changed request."""
        self.save_all([request])

    def save_all(self, requests: Sequence[HoldRequest]) -> None:
        """Store many changed requests at once."""
        if requests:
            self._connection.execute(
                _SAVE_REQUEST, [{"mine": one.application_id} | values(one) for one in requests]
            )

    def behind(self, hold_id: UUID) -> list[UUID]:
        """Return the applications that wait for what becomes of a hold, in their order."""
        columns = hold_request.c
        query = sa.select(columns.application_id).where(columns.behind == hold_id)
        return list(self._connection.execute(query.order_by(columns.receipt_sequence)).scalars())

    def next_waiting(self, line_id: UUID, now: datetime) -> HoldRequest | None:
        """Return, locked, the request received first of those that wait for a line's money.

        While the line is paused that is the first of those that are exempt. One that is being
        withdrawn at this moment is passed over, not waited for: its transaction wants the lock on
        the line that the caller holds.
        """
        query = _waiting(line_id, now).limit(1).with_for_update(of=hold_request, skip_locked=True)
        return made(HoldRequest, self._connection.execute(query).mappings().one_or_none())

    def accounts_waiting(self, line_id: UUID, now: datetime, limit: int) -> list[tuple[UUID, UUID]]:
        """Return the learners and calls of the requests that `next_waiting` would return first."""
        columns = hold_request.c
        query = _waiting(line_id, now).with_only_columns(columns.person_id, columns.call_id).limit(limit)
        return [(person_id, call_id) for person_id, call_id in self._connection.execute(query)]

    def _update(self, application_id: UUID, changes: dict[str, Any]) -> None:
        mine = hold_request.c.application_id == application_id
        self._connection.execute(sa.update(hold_request).where(mine).values(changes))

    def _claim(self, row: dict[str, Any]) -> HoldRequest | EarlyEnding | None:
        new = insert(hold_request).values(row).on_conflict_do_nothing()
        if self._connection.execute(new.returning(hold_request.c.application_id)).first():
            return None
        return self.lock(row["application_id"])


def _waiting(line_id: UUID, now: datetime) -> sa.Select[Any]:
    columns = hold_request.c
    return (
        sa.select(hold_request)
        .join(budget_line, budget_line.c.id == columns.line_id)
        .where(columns.line_id == line_id, columns.state == "waiting")
        .where(sa.or_(~paused(now), columns.strata.op("&&")(budget_line.c.exempt)))
        .order_by(columns.receipt_sequence, columns.application_id)
    )


def _request(row: Any) -> HoldRequest | EarlyEnding:
    if row["person_id"] is None:
        named = (row["ended_sequence"], row["reason"] or Ending.WITHDRAWN, row["version"], row["created_at"])
        return EarlyEnding(row["application_id"], *named)
    return HoldRequest(**row)


class SqlHoldStore:
    """Holds."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add_all(self, holds: Sequence[Hold]) -> None:
        """Store new holds."""
        if holds:
            self._connection.execute(sa.insert(hold), [values(one) for one in holds])

    def save(self, changed: Hold) -> None:
        """Store a changed hold."""
        query = sa.update(hold).where(hold.c.id == changed.id)
        self._connection.execute(query.values(values(changed)))

    def get(self, hold_id: UUID, scope: Scope) -> Hold | None:
        """Return a hold that is in scope, or None."""
        query = sa.select(hold).where(hold.c.id == hold_id, *_in_scope(scope))
        return made(Hold, self._connection.execute(query).mappings().one_or_none())

    def lock(self, hold_id: UUID) -> Hold | None:
        """Return a hold that nobody else changes until this transaction ends."""
        return self._locked(hold.c.id == hold_id)

    def of_application(self, application_id: UUID) -> Hold | None:
        """Return the newest hold of an application, locked the same way."""
        return self._locked(hold.c.application_id == application_id)

    def lock_all(self, hold_ids: Sequence[UUID]) -> list[Hold]:
        """Return holds in the order of their ids, locked the same way."""
        query = sa.select(hold).where(hold.c.id.in_(hold_ids)).order_by(hold.c.id)
        rows = self._connection.execute(query.with_for_update(key_share=True)).mappings()
        return [Hold(**row) for row in rows]

    def batch(self, after: UUID | None, limit: int) -> list[Hold]:
        """Return the holds whose ids follow another, in their order; the first ones after None."""
        query = sa.select(hold).order_by(hold.c.id).limit(limit)
        query = query if after is None else query.where(hold.c.id > after)
        return [Hold(**row) for row in self._connection.execute(query).mappings()]

    def save_all(self, holds: Sequence[Hold]) -> None:
        """Store the states of many changed holds at once."""
        rows = [
            {"hold_id": one.id, "to": one.state, "moved": one.movement_id, "at": one.updated_at}
            for one in holds
        ]
        query = (
            sa.update(hold)
            .where(hold.c.id == sa.bindparam("hold_id"))
            .values(
                state=sa.bindparam("to"),
                movement_id=sa.bindparam("moved"),
                updated_at=sa.bindparam("at"),
                version=hold.c.version + 1,
            )
        )
        self._connection.execute(query, rows)

    def page(self, request: PageRequest, scope: Scope) -> Page:
        """Return a page of the holds in scope."""
        return LISTING.page(self._connection, request, _in_scope(scope))

    def _locked(self, which: sa.ColumnElement[bool]) -> Hold | None:
        query = sa.select(hold).where(which).order_by(hold.c.created_at.desc(), hold.c.id.desc()).limit(1)
        query = query.with_for_update(key_share=True)
        return made(Hold, self._connection.execute(query).mappings().one_or_none())


def _in_scope(scope: Scope) -> list[sa.ColumnElement[bool]]:
    return [] if scope.everything else [hold.c.person_id == scope.person]
