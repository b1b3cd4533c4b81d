"""Learner applications, their submissions and their history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.errors import Missing, Stale
from ila_kit.events import to_json
from ila_kit.store.listing import Listing, PageRequest

from ila_applications.domain.applications import (
    Acceptance,
    Application,
    Case,
    Change,
    Content,
    Happening,
    Receipt,
)
from ila_applications.domain.offerings import DRAW
from ila_applications.domain.states import LIVE
from ila_applications.ports import CasePage
from ila_applications.store import draw_tables as draws
from ila_applications.store import tables as t
from ila_applications.store.rows import CASES, as_case, as_happening

MOST_LIVE = 200
# Written out, not bound: the planner must see that the partial indexes fit.
_UNCHECKED = sa.text("application.state IN ('submitted', 'checking')")
_WAITING = sa.text("application.state = 'waiting'")
_PROVISIONAL = sa.text("application.provisional")
_HAPPENING = """
INSERT INTO happening (id, application_id, version, at, action, state, by, details)
SELECT %(h_id)s, id, %(version)s, %(at)s, %(action)s, %(state)s, %(by)s, %(details)s::jsonb FROM changed
"""
_ADD = f"""
WITH changed AS (
  INSERT INTO application (id, person_id, programme_id, call_id, state, version,
    created_at, updated_at, due_at, preferred_language, note, checks)
  VALUES (%(id)s, %(person_id)s, %(programme_id)s, %(call_id)s, %(state)s, %(version)s,
    %(at)s, %(at)s, %(due_at)s, %(preferred_language)s, %(note)s, %(checks)s::jsonb)
  ON CONFLICT DO NOTHING RETURNING id)
{_HAPPENING}
"""  # noqa: S608 - put together from constants
_SAVE = f"""
WITH changed AS (
  UPDATE application SET state = %(state)s, version = %(version)s, updated_at = %(at)s, due_at = %(due_at)s,
    preferred_language = %(preferred_language)s, note = %(note)s,
    checks = %(checks)s::jsonb, refusal = %(refusal)s::jsonb, provisional = %(provisional)s,
    hold_id = %(hold_id)s, amount = %(amount)s, funds = %(funds)s, group_id = %(group_id)s,
    decided_by = %(decided_by)s, statements = %(statements)s::jsonb
  WHERE id = %(id)s AND version = %(before)s RETURNING id)
{_HAPPENING}
"""  # noqa: S608 - put together from constants
# A receipt's number is given before its submission is committed, and a later one may be committed first.
# So each submission shares this lock until its end, and who gets it alone knows that all given are seen.
_RECEIPTS = "hashtextextended(current_schema() || ':receipts', 0)"
_SUBMIT = f"""
WITH giving AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared({_RECEIPTS})),
changed AS (
  UPDATE application SET state = %(state)s, version = %(version)s, updated_at = %(at)s, due_at = %(due_at)s,
    receipt_sequence = nextval('receipt_sequence'), received_at = %(at)s, sha256 = %(sha256)s
  FROM giving WHERE id = %(id)s AND version = %(before)s RETURNING id, receipt_sequence),
said AS (INSERT INTO submission (application_id, sequence, content, sha256)
  SELECT id, receipt_sequence, %(content)s::jsonb, %(sha256)s FROM changed),
told AS ({_HAPPENING})
SELECT receipt_sequence FROM changed
"""  # noqa: S608 - put together from constants
# Submissions that begin meanwhile wait behind this one: not long, should one of them hang.
_GIVEN = f"""
SET LOCAL lock_timeout = '500ms';
SELECT pg_advisory_xact_lock({_RECEIPTS});
"""
_ACCEPT = """
INSERT INTO acceptance (application_id, content, sha256) VALUES (%(id)s, %(content)s::jsonb, %(sha256)s)
"""
_POSTPONE = """
UPDATE application SET check_tries = check_tries + 1,
  check_after = %s + make_interval(secs => least(1800, 5 * 2 ^ least(check_tries, 20)))
WHERE id = ANY (%s)
"""
# Asked when the places are locked: a draw that ended meanwhile is seen.
_ORDER = """
SELECT opening_mode, drawn_at FROM call JOIN programme ON programme.call_id = call.id WHERE programme.id = %s
"""
# Put together once: building and adapting a query of this width costs more than running it.
_SEEN = CASES.where(
    t.application.c.id == sa.bindparam("id", type_=sa.Uuid),
    sa.bindparam("everything", type_=sa.Boolean)
    | (t.application.c.person_id == sa.bindparam("person", type_=sa.Uuid)),
)
_LOCKED = _SEEN.with_for_update(of=t.application)
_LISTING = Listing(
    CASES,
    id=t.application.c.id,
    sorts={"created_at": t.application.c.id, "updated_at": t.application.c.updated_at},
    default="-created_at",
    filters={name: t.application.c[name] for name in ("state", "programme_id", "provisional")},
    updated=t.application.c.updated_at,
)


class SqlApplicationStore:
    """Rows stay in here; callers give and get cases and changes."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, application: Application, happening: Happening) -> bool:
        """Store a new draft; False when the person has a live application for the programme."""
        values = _values(Change(application, 0, happening)) | {
            "person_id": application.person_id,
            "programme_id": application.programme_id,
            "call_id": application.call_id,
        }
        return self._connection.exec_driver_sql(_ADD, values).rowcount == 1

    def save(self, changes: Sequence[Change]) -> None:
        """Store changes with their history. Raises Stale when one has changed since it was read."""
        done = self._connection.exec_driver_sql(_SAVE, [_values(change) for change in changes])
        if done.rowcount != len(changes):
            raise Stale()

    def submit(self, change: Change, content: Content) -> Receipt:
        """Store a submission with its content; give its receipt. Raises Stale."""
        sha256 = content.sha256()
        values = _values(change) | {"sha256": sha256, "content": _json(to_json(content))}
        sequence = self._connection.exec_driver_sql(_SUBMIT, values).scalar()
        if sequence is None:
            raise Stale()
        return Receipt(
            application_id=content.application_id,
            sequence=sequence,
            received_at=content.received_at,
            sha256=sha256,
        )

    def keep_acceptance(self, terms: Acceptance) -> None:
        """Keep what a person committed to; nobody can change it."""
        values = {"id": terms.application_id, "content": _json(to_json(terms)), "sha256": terms.sha256()}
        self._connection.exec_driver_sql(_ACCEPT, values)

    def get(self, application_id: UUID, scope: Scope, lock: bool = False) -> Case:
        """Return an application in scope. Raises Missing. `lock`: nobody else changes it meanwhile."""
        statement = _LOCKED if lock else _SEEN
        values = {"id": application_id, "everything": scope.everything, "person": scope.person}
        row = self._connection.execute(statement, values).mappings().one_or_none()
        if row is None:
            raise Missing()
        return as_case(row)

    def live(self, person_id: UUID) -> list[Case]:
        """Return the applications of a person that are not over, oldest first."""
        c = t.application.c
        mine = CASES.where(c.person_id == person_id, c.state.in_(sorted(LIVE)))
        return self._cases(mine.order_by(c.id).limit(MOST_LIVE))

    def erase(self, person_id: UUID) -> tuple[int, int]:
        """Erase what a person wrote and gave where no place was accepted; tells how many, how many not."""
        c = t.application.c
        mine = sa.select(c.id).where(c.person_id == person_id).with_for_update()
        found = self._connection.scalars(mine).all()
        accepted = sa.select(t.acceptance.c.application_id).where(t.acceptance.c.application_id.in_(found))
        unfunded = [*set(found) - set(self._connection.scalars(accepted))]
        self._connection.execute(t.evidence.delete().where(t.evidence.c.application_id.in_(unfunded)))
        wiped = t.application.update().where(c.id.in_(unfunded)).values(note=None, statements=[])
        self._connection.execute(wiped)
        return len(unfunded), len(found) - len(unfunded)

    def history(self, application_id: UUID) -> list[Happening]:
        """Return what happened to an application, oldest first."""
        c = t.happening.c
        query = sa.select(t.happening).where(c.application_id == application_id).order_by(c.version)
        return [as_happening(row) for row in self._connection.execute(query).mappings()]

    def last_receipt(self) -> int:
        """Return the last receipt given; none up to it is of a submission that still goes on."""
        alone = self._connection.begin_nested()
        try:
            self._connection.exec_driver_sql(_GIVEN)
            last: int = self._connection.exec_driver_sql(
                "SELECT last_value FROM receipt_sequence"
            ).scalar_one()
            return last
        finally:
            alone.rollback()  # lets the lock go

    def unchecked(self, last: int, now: datetime, limit: int) -> list[Case]:
        """Return, locked, submitted applications whose eligibility is open, oldest receipt first.

        Those with a receipt after `last` are left for the next time.
        """
        c = t.application.c
        due = c.check_after.is_(None) | (c.check_after <= now)
        query = CASES.where(_UNCHECKED, c.receipt_sequence <= last, due, t.call.c.id.is_not(None))
        query = query.order_by(c.receipt_sequence).limit(limit)
        return self._cases(query.with_for_update(of=t.application))

    def checking(self, ids: Sequence[UUID]) -> list[Case]:
        """Return, locked, those of these applications that are being checked, oldest receipt first."""
        c = t.application.c
        query = CASES.where(c.id.in_(ids), c.state == "checking").order_by(c.receipt_sequence)
        return self._cases(query.with_for_update(of=t.application))

    def postpone(self, application_ids: Sequence[UUID], now: datetime) -> None:
        """Try the checks of applications again later, and later each time."""
        self._connection.exec_driver_sql(_POSTPONE, (now, list(application_ids)))

    def provisional(self, now: datetime, limit: int) -> list[Case]:
        """Return applications decided provisionally whose second look is due, longest due first."""
        c = t.application.c
        query = CASES.where(_PROVISIONAL, c.check_after <= now).order_by(c.check_after).limit(limit)
        return self._cases(query)

    def marked(self, ids: Sequence[UUID]) -> list[Case]:
        """Return, locked, those of these applications that are still provisional."""
        c = t.application.c
        query = CASES.where(c.id.in_(ids), _PROVISIONAL).order_by(c.receipt_sequence)
        return self._cases(query.with_for_update(of=t.application))

    def waiting(self, programme_id: UUID, limit: int) -> tuple[list[Case], bool]:
        """Return, locked, the first of a programme's waiting list, and whether others hold any of these.

        Waiting for a lock here would be a deadlock: its holder may wait for the places.
        """
        order = {one: number for number, one in enumerate(self._line(programme_id, limit))}
        query = CASES.where(t.application.c.id.in_(order), _WAITING)
        cases = self._cases(query.with_for_update(of=t.application, skip_locked=True)) if order else []
        cases.sort(key=lambda case: order[case.application.id])
        return cases, len(cases) < len(order)

    def _line(self, programme_id: UUID, limit: int) -> Sequence[UUID]:
        """Return the first of a programme's waiting list in its order, nobody before a draw."""
        c, entry = t.application.c, draws.draw_entry.c
        row = self._connection.exec_driver_sql(_ORDER, (programme_id,)).one_or_none()
        if row is None or (row.opening_mode == DRAW and row.drawn_at is None):
            return []
        query = sa.select(c.id).where(c.programme_id == programme_id, _WAITING)
        if row.opening_mode == DRAW:
            query = query.join(draws.draw_entry, entry.application_id == c.id)
            query = query.order_by(entry.behind, entry.lot, entry.application_id)
        else:
            query = query.order_by(c.receipt_sequence)
        return self._connection.scalars(query.limit(limit)).all()

    def of_programme(self, programme_id: UUID) -> list[Case]:
        """Return, locked, the applications of a programme that are not over, oldest receipt first."""
        c = t.application.c
        query = CASES.where(c.programme_id == programme_id, c.state.in_(sorted(LIVE)))
        query = query.order_by(c.receipt_sequence, c.id)
        return self._cases(query.with_for_update(of=t.application))

    def page(self, request: PageRequest, scope: Scope) -> CasePage:
        """Return a page of applications in scope, newest first."""
        page = _LISTING.page(self._connection, request, _within(scope))
        return CasePage([as_case(row) for row in page.rows], page.next)

    def _cases(self, query: sa.Select[Any]) -> list[Case]:
        return [as_case(row) for row in self._connection.execute(query).mappings()]


def _within(scope: Scope) -> list[sa.ColumnElement[bool]]:
    """Return the condition that keeps a query to the rows of a scope."""
    return [] if scope.everything else [t.application.c.person_id == scope.person]


def _values(change: Change) -> dict[str, Any]:
    application, happening = change.application, change.happening
    return {
        "id": application.id,
        "before": change.before,
        "state": application.state,
        "version": application.version,
        "at": application.updated_at,
        "due_at": application.due_at,
        "preferred_language": application.preferred_language,
        "note": application.note,
        "checks": _json(application.checks),
        "refusal": _json(application.refusal) if application.refusal else None,
        "provisional": application.provisional,
        "hold_id": application.hold_id,
        "amount": application.amount,
        "funds": application.funds,
        "group_id": application.group_id,
        "decided_by": application.decided_by,
        "statements": _json(application.statements),
        "h_id": happening.id,
        "action": happening.action,
        "by": happening.by,
        "details": _json(happening.details),
    }


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
