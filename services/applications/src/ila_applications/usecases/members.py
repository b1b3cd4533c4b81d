"""Members of a group: seen by who teaches them, moved to another group, or gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ila_kit.actor import EVERYTHING
from ila_kit.clock import riga_date
from ila_kit.errors import Missing
from ila_kit.looks import note_look as tell_look

from ila_applications.domain.applications import Case
from ila_applications.domain.group_errors import GroupFull, GroupNotDue, UnknownGroup
from ila_applications.domain.group_states import WITH_MEMBERS, own_actions
from ila_applications.domain.groups import Group, Reach, roles_in
from ila_applications.domain.results import DROPPED_OUT, NO_SHOW, Result, attendance_percent, attended_hours
from ila_applications.domain.states import APPLICATION, IN_GROUP
from ila_applications.events.published import PersonalDataViewed
from ila_applications.ports import Unit
from ila_applications.usecases.groups import begin_learning
from ila_applications.usecases.keeping import keep
from ila_applications.usecases.memberships import fill, leave_group, locked_group, place_learners, recount
from ila_applications.usecases.places import return_place
from ila_applications.usecases.results import tell_not_completed

PURPOSE = "teaching the members of a group"
SEEN = ["name", "masked personal code", "attendance", "result"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMember:
    """Somebody who teaches or manages a group acts on one of its members."""

    group_id: UUID
    application_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberView:
    """A member as shown to who teaches them; the name is added by who asks identity for it."""

    application_id: UUID
    person_id: UUID
    state: str
    receipt_sequence: int
    attended_hours: int
    total_hours: int
    attendance_percent: Decimal
    test_passed: bool | None
    outcome: str | None
    actions: list[str]


def list_members(unit: Unit, group_id: UUID, reach: Reach) -> list[MemberView]:
    """Return who learns or has learned in a group in reach; each look is noted. Raises Missing.

    Source: BR-508.
    """
    group = unit.groups.get(group_id, reach)
    cases = unit.groups.roll(group_id)
    hours = unit.sessions.attended_hours([case.application.id for case in cases])
    results = {one.application_id: one for one in unit.results.of_group(group_id)}
    roles = roles_in(unit.actor, group)
    note_look(unit, [case.application.person_id for case in cases], group, SEEN)
    return [
        _view(case, hours.get(case.application.id, {}), results.get(case.application.id), group, roles)
        for case in cases
    ]


def note_look(unit: Unit, person_ids: Sequence[UUID], group: Group, what: Sequence[str]) -> None:
    """Note that somebody looked at data of members, unless it is their own."""
    tell_look(unit, PersonalDataViewed, person_ids, what, PURPOSE, group=str(group.id))


def _view(
    case: Case, hours: dict[int, int], result: Result | None, group: Group, roles: frozenset[str]
) -> MemberView:
    one, programme = case.application, case.offering.programme
    attended = attended_hours(programme.parts, hours)
    return MemberView(
        application_id=one.id,
        person_id=one.person_id,
        state=one.state,
        receipt_sequence=one.receipt.sequence if one.receipt else 0,
        attended_hours=attended,
        total_hours=programme.hours,
        attendance_percent=attendance_percent(attended, programme.hours),
        test_passed=result.test_passed if result else None,
        outcome=result.outcome if result else None,
        actions=_actions(one.state, group, roles),
    )


def _actions(state: str, group: Group, roles: frozenset[str]) -> list[str]:
    if group.state not in WITH_MEMBERS:
        return []
    possible = {"join_group": "transfer", "note_no_show": "no-show", "drop_out": "drop-out"}
    return [possible[action] for action in own_actions(APPLICATION, state, roles) if action in possible]


def transfer_member(unit: Unit, command: MoveMember, to_group_id: UUID, reach: Reach) -> Case:
    """Move a member to another group of the programme.

    Who learns goes on learning; who comes to a group that has started begins. Raises Missing,
    WrongState, NotYourStep, UnknownGroup or GroupFull.
    """
    group, case = _member(unit, command, reach)
    target = _target(unit, group, to_group_id, reach)
    recount(unit, group, -1)
    target, _ = fill(unit, target, [case], roles_in(unit.actor, group))
    if target.state == "started":
        begin_learning(unit, [unit.applications.get(command.application_id, EVERYTHING)])
    if group.state == "recruiting":
        place_learners(unit, group.programme_id)
    return unit.applications.get(command.application_id, EVERYTHING)


def _target(unit: Unit, group: Group, to_group_id: UUID, reach: Reach) -> Group:
    try:
        target = unit.groups.get(to_group_id, reach)
    except Missing:
        raise UnknownGroup() from None
    if target.programme_id != group.programme_id or target.id == group.id:
        raise UnknownGroup()
    target.must_allow("move_member", roles_in(unit.actor, target), unit.now)
    if target.free < 1:
        raise GroupFull(maximum=target.maximum)
    return target


def note_no_show(unit: Unit, command: MoveMember, reach: Reach) -> Case:
    """End the application of a member who did not come; their place and money are free.

    Raises Missing, WrongState, NotYourStep, or GroupNotDue before the first day of the group.
    """
    group, was = _member(unit, command, reach)
    if riga_date(unit.now) < group.starts_on:
        raise GroupNotDue(starts_on=group.starts_on)
    case = _end(unit, group, was, "note_no_show", NO_SHOW)
    return_place(unit, was)
    return case


def note_drop_out(unit: Unit, command: MoveMember, reach: Reach) -> Case:
    """End the learning of a member who gave up; their place stays used, their money is free.

    Raises Missing, WrongState or NotYourStep. Source: BR-711.
    """
    group, was = _member(unit, command, reach)
    case = _end(unit, group, was, "drop_out", DROPPED_OUT)
    leave_group(unit, was.application)
    return case


def _end(unit: Unit, group: Group, was: Case, action: str, reason: str) -> Case:
    case, change = was.step(
        action, roles_in(unit.actor, group), unit.now, details={"group_id": str(group.id)}
    )
    keep(unit, [change])
    tell_not_completed(unit, case, group.id, riga_date(unit.now), reason)
    return case


def _member(unit: Unit, command: MoveMember, reach: Reach) -> tuple[Group, Case]:
    """Return a group in reach and one of its members, both locked. Raises Missing."""
    unit.groups.get(command.group_id, reach)
    case = unit.applications.get(command.application_id, EVERYTHING, lock=True)
    group = locked_group(unit, command.group_id, reach)
    if case.application.group_id != group.id or case.application.state not in IN_GROUP:
        raise Missing()
    group.must_allow("move_member", roles_in(unit.actor, group), unit.now)
    return group, case
