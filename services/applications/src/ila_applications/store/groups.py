"""Groups, and who is in them."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing, Stale
from ila_kit.store.listing import Listing, PageRequest

from ila_applications.domain.applications import Case
from ila_applications.domain.groups import Group, Reach
from ila_applications.domain.states import IN_GROUP
from ila_applications.group_ports import GroupPage
from ila_applications.store import tables as t
from ila_applications.store.group_tables import learning_group
from ila_applications.store.rows import CASES, OFFERING_COLUMNS, OFFERINGS, as_case, as_offering

_COLUMNS = tuple(learning_group.c.keys())
_LEARNED = ("completed", "not_completed")
_WITH_PROGRAMME = sa.select(
    *(learning_group.c[name].label(f"g_{name}") for name in _COLUMNS), *OFFERING_COLUMNS
).select_from(learning_group.join(OFFERINGS, t.programme.c.id == learning_group.c.programme_id))
_LISTING = Listing(
    _WITH_PROGRAMME,
    id=learning_group.c.id,
    sorts={"created_at": learning_group.c.id, "updated_at": learning_group.c.updated_at},
    default="-created_at",
    filters={
        name: learning_group.c[name] for name in ("state", "programme_id", "call_id", "organisation_id")
    },
    updated=learning_group.c.updated_at,
)
# Written out, not bound: the planner must see that the partial index fits.
_UNPLACED = sa.text("application.state = 'enrolled' AND application.group_id IS NULL")
_LOCK = "SELECT 1 FROM places WHERE programme_id = %s FOR UPDATE"
_COUNT_UNPLACED = """
SELECT count(*) FROM application WHERE programme_id = %s AND state = 'enrolled' AND group_id IS NULL
"""
_COUNT_UNPAID = """
SELECT count(*) FROM application
WHERE group_id = %s AND state = 'completed' AND funds IS DISTINCT FROM 'paid'
"""


class SqlGroupStore:
    """Rows stay in here; callers give and get groups and cases."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def lock_programme(self, programme_id: UUID) -> None:
        """Keep everybody else from changing the groups of a programme and who is in them."""
        self._connection.exec_driver_sql(_LOCK, (programme_id,))

    def add(self, group: Group) -> None:
        """Store a new group."""
        self._connection.execute(sa.insert(learning_group).values(_values(group)))

    def save(self, group: Group) -> None:
        """Store a change. Raises Stale when the group has changed since it was read."""
        c = learning_group.c
        mine = (c.id == group.id) & (c.version == group.version - 1)
        statement = sa.update(learning_group).where(mine).values(_values(group))
        if self._connection.execute(statement).rowcount != 1:
            raise Stale()

    def get(self, group_id: UUID, reach: Reach) -> Group:
        """Return a group in reach. Raises Missing."""
        query = sa.select(learning_group).where(learning_group.c.id == group_id, *_within(reach))
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise Missing()
        return _as_group(row)

    def page(self, request: PageRequest, reach: Reach) -> GroupPage:
        """Return a page of groups in reach, newest first."""
        page = _LISTING.page(self._connection, request, _within(reach))
        groups = [(_as_group(row, "g_"), as_offering(row).programme) for row in page.rows]
        return GroupPage(groups, page.next)

    def in_states(self, programme_id: UUID, states: Sequence[str]) -> list[Group]:
        """Return the groups of a programme that are in one of these states, oldest first."""
        c = learning_group.c
        query = sa.select(learning_group).where(c.programme_id == programme_id, c.state.in_(states))
        return [_as_group(row) for row in self._connection.execute(query.order_by(c.id)).mappings()]

    def members(self, group_id: UUID, lock: bool = False) -> list[Case]:
        """Return who holds a place of a group, oldest receipt first. `lock`: in the order of ids, locked."""
        c = t.application.c
        query = CASES.where(c.group_id == group_id, c.state.in_(IN_GROUP))
        if lock:
            self._connection.execute(query.order_by(c.id).with_for_update(of=t.application)).all()
        return self._cases(query.order_by(c.receipt_sequence))

    def roll(self, group_id: UUID) -> list[Case]:
        """Return who learns or has learned in a group to its end, oldest receipt first."""
        c = t.application.c
        query = CASES.where(c.group_id == group_id, c.state.in_([*IN_GROUP, *_LEARNED]))
        return self._cases(query.order_by(c.receipt_sequence))

    def unplaced(self, programme_id: UUID, limit: int) -> list[Case]:
        """Return, locked, the first enrolled learners without a group; one who is locked is passed over."""
        c = t.application.c
        query = CASES.where(c.programme_id == programme_id, _UNPLACED).order_by(c.receipt_sequence)
        return self._cases(query.limit(limit).with_for_update(of=t.application, skip_locked=True))

    def count_unplaced(self, programme_id: UUID) -> int:
        """Return how many enrolled learners of a programme have no group."""
        return int(self._connection.exec_driver_sql(_COUNT_UNPLACED, (programme_id,)).scalar_one())

    def count_unpaid(self, group_id: UUID) -> int:
        """Return how many learners completed in a group and are not paid for."""
        return int(self._connection.exec_driver_sql(_COUNT_UNPAID, (group_id,)).scalar_one())

    def membership(self, group_id: UUID, person_id: UUID) -> UUID | None:
        """Return the application by which a person is in a group, or was until the end."""
        query = sa.select(t.application.c.id).where(_learns_in(person_id, group_id))
        return self._connection.scalar(query)

    def _cases(self, query: sa.Select[Any]) -> list[Case]:
        return [as_case(row) for row in self._connection.execute(query).mappings()]


def _within(reach: Reach) -> list[sa.ColumnElement[bool]]:
    """Return the condition that keeps a query to the groups in reach."""
    if reach.everything:
        return []
    c = learning_group.c
    mine: list[sa.ColumnElement[bool]] = [c.organisation_id.in_(reach.managed)]
    if reach.person and reach.taught:
        mine.append(c.organisation_id.in_(reach.taught) & c.trainer_ids.contains([reach.person]))
    if reach.person and reach.learns:
        mine.append(c.id.in_(sa.select(t.application.c.group_id).where(_learns_in(reach.person))))
    return [sa.or_(*mine)]


def _learns_in(person_id: UUID, group_id: UUID | None = None) -> sa.ColumnElement[bool]:
    c = t.application.c
    group = c.group_id.is_not(None) if group_id is None else c.group_id == group_id
    return (c.person_id == person_id) & group & c.state.in_([*IN_GROUP, *_LEARNED])


def _values(group: Group) -> dict[str, Any]:
    return asdict(group) | {"trainer_ids": list(group.trainer_ids)}


def _as_group(row: Any, prefix: str = "") -> Group:
    values = {name: row[prefix + name] for name in _COLUMNS}
    return Group(**values | {"trainer_ids": tuple(values["trainer_ids"])})
