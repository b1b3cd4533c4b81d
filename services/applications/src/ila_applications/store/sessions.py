"""Sessions of groups, and who was there."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
import sqlalchemy as sa
from ila_kit.errors import Missing, Stale
from sqlalchemy.dialects.postgresql import insert

from ila_applications.domain.applications import Application
from ila_applications.domain.sessions import Attendance, Session
from ila_applications.store.group_tables import attendance, learning_session

_KNOWN = sa.select(
    attendance.c.session_id, attendance.c.application_id, attendance.c.present, attendance.c.confirmed_at
)


class SqlSessionStore:
    """Rows stay in here; callers give and get sessions and attendance."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, session: Session) -> None:
        """Store a new session."""
        self._connection.execute(sa.insert(learning_session).values(asdict(session)))

    def save(self, session: Session) -> None:
        """Store a change. Raises Stale when the session has changed since it was read."""
        c = learning_session.c
        mine = (c.id == session.id) & (c.version == session.version - 1)
        statement = sa.update(learning_session).where(mine).values(asdict(session))
        if self._connection.execute(statement).rowcount != 1:
            raise Stale()

    def get(self, session_id: UUID, lock: bool = False) -> Session:
        """Return a session. Raises Missing. `lock`: nobody else changes it meanwhile."""
        query = sa.select(learning_session).where(learning_session.c.id == session_id)
        query = query.with_for_update() if lock else query
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise Missing()
        return Session(**row)

    def of_group(self, group_id: UUID) -> list[Session]:
        """Return the sessions of a group in the order of their time."""
        c = learning_session.c
        query = sa.select(learning_session).where(c.group_id == group_id).order_by(c.starts_at, c.id)
        return [Session(**row) for row in self._connection.execute(query).mappings()]

    def record(self, session: Session, members: Mapping[UUID, UUID], present: Collection[UUID]) -> None:
        """Store who of the members (application → person) was present, by the trainer's word."""
        rows = [
            _row(session, application_id, person_id) | {"present": application_id in present}
            for application_id, person_id in members.items()
        ]
        if rows:
            statement = insert(attendance).values(rows)
            self._connection.execute(_or_change(statement, "present"))

    def confirm(self, session: Session, application: Application, now: datetime) -> bool:
        """Store a learner's word; False when it overlaps with another session they confirmed."""
        row = _row(session, application.id, application.person_id) | {"confirmed_at": now}
        try:
            with self._connection.begin_nested():
                self._connection.execute(_or_change(insert(attendance).values(row), "confirmed_at"))
        except sa.exc.IntegrityError as fault:
            if isinstance(fault.orig, psycopg.errors.ExclusionViolation):
                return False
            raise
        return True

    def attendance(self, session_id: UUID) -> dict[UUID, Attendance]:
        """Return what is known of each member's presence in a session, by application."""
        return {one.application_id: one for one in self._known(attendance.c.session_id == session_id)}

    def attendance_in(self, group_id: UUID) -> list[Attendance]:
        """Return what is known of presence in all sessions of a group."""
        sessions = sa.select(learning_session.c.id).where(learning_session.c.group_id == group_id)
        return self._known(attendance.c.session_id.in_(sessions))

    def attended_hours(self, application_ids: Sequence[UUID]) -> dict[UUID, dict[int, int]]:
        """Return the learning hours that both sides confirm, by application and part."""
        a, s = attendance.c, learning_session.c
        both = a.application_id.in_(application_ids) & a.present & a.confirmed_at.is_not(None)
        query = (
            sa.select(a.application_id, s.part, sa.func.sum(s.learning_hours).label("hours"))
            .join_from(attendance, learning_session, s.id == a.session_id)
            .where(both, s.state == "scheduled")
            .group_by(a.application_id, s.part)
        )
        found: dict[UUID, dict[int, int]] = defaultdict(dict)
        for row in self._connection.execute(query):
            found[row.application_id][row.part] = row.hours
        return dict(found)

    def _known(self, which: sa.ColumnElement[bool]) -> list[Attendance]:
        return [Attendance(**row) for row in self._connection.execute(_KNOWN.where(which)).mappings()]


def _row(session: Session, application_id: UUID, person_id: UUID) -> dict[str, Any]:
    return {
        "session_id": session.id,
        "application_id": application_id,
        "person_id": person_id,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
    }


def _or_change(statement: Any, column: str) -> Any:
    """Return the insert that changes one column of a row that is there; a learner's word stays the first."""
    changed = getattr(statement.excluded, column)
    if column == "confirmed_at":
        changed = sa.func.coalesce(attendance.c.confirmed_at, changed)
    return statement.on_conflict_do_update(
        index_elements=["session_id", "application_id"], set_={column: changed}
    )
