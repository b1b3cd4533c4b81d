"""Who is in which group: placed in the order of receipts, moved, and leaving, each exactly once.

An application itself says which group it is in. Who changes that holds the application first, and
then the lock of the programme; so nobody is placed twice, and no group is ever too full.

Source: BR-601.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import SYSTEM

from ila_applications.domain.applications import Application, Case
from ila_applications.domain.group_states import WITH_MEMBERS
from ila_applications.domain.groups import SYSTEM_REACH, Group, Reach
from ila_applications.domain.offerings import Call, Programme
from ila_applications.domain.states import IN_GROUP
from ila_applications.events.published import GroupPlacesChanged
from ila_applications.ports import Unit
from ila_applications.usecases.keeping import keep

BY_ITSELF = frozenset({SYSTEM})
GROUP_DUE = "group_due"
PLACE_AGAIN = "group_places"
SOON = timedelta(seconds=5)


def place_learners(unit: Unit, programme_id: UUID) -> None:
    """Give free places of recruiting groups to enrolled learners without one, in the order of receipts.

    Somebody whose application is being changed by another process right now is looked at again soon.
    """
    unit.groups.lock_programme(programme_id)
    still_free = 0
    for group in unit.groups.in_states(programme_id, ["recruiting"]):
        learners = unit.groups.unplaced(programme_id, group.free) if group.free else []
        still_free += fill(unit, group, learners)[0].free
    if still_free and unit.groups.count_unplaced(programme_id):
        unit.set_timer(programme_id, PLACE_AGAIN, unit.now + SOON)


def fill(
    unit: Unit, group: Group, cases: Sequence[Case], roles: Iterable[str] = BY_ITSELF
) -> tuple[Group, list[Case]]:
    """Put learners into a group as far as it has room; give the group, and who found no room."""
    placed, rest = list(cases[: group.free]), list(cases[group.free :])
    if not placed:
        return group, rest
    who = frozenset(roles)
    steps = [
        case.step(
            "join_group",
            who,
            unit.now,
            details={"group_id": str(group.id)},
            due_at=case.application.due_at,
            group_id=group.id,
        )
        for case in placed
    ]
    keep(unit, [change for _, change in steps])
    return recount(unit, group, len(placed)), rest


def move(unit: Unit, programme_id: UUID, cases: Sequence[Case]) -> list[Case]:
    """Move learners to recruiting groups of their programme, in the order of receipts; give who is left."""
    rest = list(cases)
    for group in unit.groups.in_states(programme_id, ["recruiting"]):
        _, rest = fill(unit, group, rest)
    return rest


def leave_group(unit: Unit, was: Application) -> None:
    """End what a group has of an application that ended, as it was before: its place, its result.

    The next in line gets the place. Nothing happens for who was in no group, or in a cancelled one.
    """
    if was.group_id is None or was.state not in (*IN_GROUP, "completed"):
        return
    unit.groups.lock_programme(was.programme_id)
    group = unit.groups.get(was.group_id, SYSTEM_REACH)
    if group.state == "cancelled":
        return
    result = unit.results.of_application(was.id)
    if result is not None:
        unit.results.save([result.step("void", BY_ITSELF)])
    if was.state == "completed":
        close_when_paid(unit, group)
        return
    recount(unit, group, -1)
    if group.state == "recruiting":
        place_learners(unit, was.programme_id)


def recount(unit: Unit, group: Group, learners: int) -> Group:
    """Store that a group has so many members more, or fewer, and tell it while it can change anything."""
    now_has = group.taking(learners, unit.now)
    unit.groups.save(now_has)
    if group.state in WITH_MEMBERS:
        event = GroupPlacesChanged(
            group_id=group.id,
            programme_id=group.programme_id,
            members=now_has.members,
            free=now_has.free,
            version=now_has.version,
        )
        unit.publish(event, now_has.version)
    return now_has


def locked_group(unit: Unit, group_id: UUID, reach: Reach) -> Group:
    """Return a group in reach that nobody else changes meanwhile. Raises Missing."""
    programme_id = unit.groups.get(group_id, reach).programme_id
    unit.groups.lock_programme(programme_id)
    return unit.groups.get(group_id, reach)


def locked_with_members(unit: Unit, group_id: UUID, reach: Reach) -> tuple[Group, list[Case]]:
    """Return a group in reach and its members, all locked, oldest receipt first. Raises Missing."""
    unit.groups.get(group_id, reach)
    unit.groups.members(group_id, lock=True)
    group = locked_group(unit, group_id, reach)
    return group, unit.groups.members(group_id, lock=True)


def keep_group(unit: Unit, group: Group, action: str, **details: object) -> Group:
    """Store a step of a group, note it in the audit trail, and set the timer of its state."""
    unit.groups.save(group)
    note_group(unit, group, action, **details)
    return group


def note_group(unit: Unit, group: Group, action: str, **details: object) -> None:
    """Note what happened to a group in the audit trail, and have it looked at when its state is due."""
    unit.audit(f"group_{action}", "group", group.id, state=group.state, version=group.version, **details)
    if group.due_at is not None:
        unit.set_timer(group.id, GROUP_DUE, group.due_at)


def close_when_paid(unit: Unit, group: Group) -> Group:
    """Close a verified group when everybody who completed in it is paid for, or nobody completed."""
    if group.state != "verified" or unit.groups.count_unpaid(group.id):
        return group
    return keep_group(unit, group.step("close", BY_ITSELF, unit.now), "close")


def taught(unit: Unit, group: Group) -> tuple[Programme, Call]:
    """Return what a group learns, and by which rules."""
    offering = unit.offerings.get(group.programme_id)
    if offering is None or offering.call is None:
        raise Missing()
    return offering.programme, offering.call
