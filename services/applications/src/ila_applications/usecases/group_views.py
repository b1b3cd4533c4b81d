"""What people see of groups, sessions and results."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ila_kit.store.listing import PageRequest

from ila_applications.domain.group_states import GROUP, RESULT, SESSION, own_actions
from ila_applications.domain.groups import Group, Reach, roles_in
from ila_applications.domain.offerings import Part, Programme
from ila_applications.domain.results import Result
from ila_applications.domain.sessions import Attendance, Session
from ila_applications.domain.states import LEARNER
from ila_applications.ports import Unit
from ila_applications.usecases.members import note_look
from ila_applications.usecases.memberships import taught


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupView:
    """A group, what it learns, and what the caller may do with it now."""

    group: Group
    programme: Programme
    actions: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """A session with the presence known: counted for who teaches, `my` for who learns there."""

    session: Session
    part: str
    present: int
    confirmed: int
    attended: int
    my: Attendance | None
    actions: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultView:
    """A result and what the caller may do with it now."""

    result: Result
    actions: list[str]


def view_group(unit: Unit, group: Group) -> GroupView:
    """Return a group as it is shown to the caller."""
    return _group_view(unit, group, taught(unit, group)[0])


def show_group(unit: Unit, group_id: UUID, reach: Reach) -> GroupView:
    """Return a group in reach. Raises Missing."""
    return view_group(unit, unit.groups.get(group_id, reach))


def list_groups(unit: Unit, request: PageRequest, reach: Reach) -> tuple[list[GroupView], str | None]:
    """Return a page of groups in reach, and the cursor of the next."""
    page = unit.groups.page(request, reach)
    return [_group_view(unit, group, programme) for group, programme in page.groups], page.next


def list_sessions(unit: Unit, group_id: UUID, reach: Reach) -> list[SessionView]:
    """Return the sessions of a group in reach, in the order of their time. Raises Missing."""
    group = unit.groups.get(group_id, reach)
    return _session_views(unit, group, unit.sessions.of_group(group_id), reach)


def show_session(unit: Unit, session_id: UUID, reach: Reach) -> SessionView:
    """Return a session of a group in reach. Raises Missing."""
    session = unit.sessions.get(session_id)
    return view_session(unit, unit.groups.get(session.group_id, reach), session, reach)


def show_attendance(unit: Unit, session_id: UUID, reach: Reach) -> list[Attendance]:
    """Return what is known of the members' presence in a session of a group in reach. Raises Missing."""
    session = unit.sessions.get(session_id)
    group = unit.groups.get(session.group_id, reach)
    known = unit.sessions.attendance(session_id)
    seen = [case.application for case in unit.groups.roll(group.id) if case.application.id in known]
    note_look(unit, [one.person_id for one in seen], group, ["attendance"])
    return [known[one.id] for one in seen]


def view_session(unit: Unit, group: Group, session: Session, reach: Reach) -> SessionView:
    """Return a session as it is shown to the caller."""
    return _session_views(unit, group, [session], reach)[0]


def list_results(unit: Unit, group_id: UUID, reach: Reach) -> list[ResultView]:
    """Return the results of a group in reach; a learner sees only their own. Raises Missing."""
    group = unit.groups.get(group_id, reach)
    roles = roles_in(unit.actor, group)
    mine = None if _teaches(group, reach) else reach.person
    seen = [one for one in unit.results.of_group(group_id) if mine in (None, one.person_id)]
    note_look(unit, [one.person_id for one in seen], group, ["result"])
    return [ResultView(result=one, actions=own_actions(RESULT, one.state, roles)) for one in seen]


def _group_view(unit: Unit, group: Group, programme: Programme) -> GroupView:
    actions = own_actions(GROUP, group.state, roles_in(unit.actor, group) - {LEARNER})
    return GroupView(group=group, programme=programme, actions=actions)


def _session_views(unit: Unit, group: Group, sessions: list[Session], reach: Reach) -> list[SessionView]:
    parts = taught(unit, group)[0].parts
    known: dict[UUID, list[Attendance]] = defaultdict(list)
    for one in unit.sessions.attendance_in(group.id):
        known[one.session_id].append(one)
    teaches = _teaches(group, reach)
    own = None if teaches or reach.person is None else unit.groups.membership(group.id, reach.person)
    return [
        _session_view(unit, group, session, parts, known[session.id], teaches, own) for session in sessions
    ]


def _session_view(
    unit: Unit,
    group: Group,
    session: Session,
    parts: tuple[Part, ...],
    known: list[Attendance],
    teaches: bool,
    own: UUID | None,
) -> SessionView:
    mine = next((one for one in known if one.application_id == own), None)
    if own and mine is None:
        mine = Attendance(session_id=session.id, application_id=own)
    shown = known if teaches else []
    return SessionView(
        session=session,
        part=parts[session.part - 1].title,
        present=sum(bool(one.present) for one in shown),
        confirmed=sum(one.confirmed_at is not None for one in shown),
        attended=sum(one.attended for one in shown),
        my=mine,
        actions=_session_actions(unit, group, session, mine, unit.now),
    )


def _session_actions(
    unit: Unit, group: Group, session: Session, mine: Attendance | None, now: datetime
) -> list[str]:
    """Return what the caller may do with a session now: what its state and that of its group allow."""
    roles = roles_in(unit.actor, group)
    allowed = own_actions(GROUP, group.state, roles)
    needs = {"cancel": "plan_session", "show_code": "teach", "record": "teach", "confirm": "attend"}
    actions = [one for one in own_actions(SESSION, session.state, roles) if needs[one] in allowed]
    begun = now >= session.starts_at
    confirms = mine is not None and mine.confirmed_at is None
    return [one for one in actions if _timely(one, begun, confirms)]


def _timely(action: str, begun: bool, confirms: bool) -> bool:
    if action == "confirm":
        return begun and confirms
    return begun or action == "cancel"


def _teaches(group: Group, reach: Reach) -> bool:
    """Tell whether somebody reaches a group otherwise than by learning in it."""
    trains = group.organisation_id in reach.taught and reach.person in group.trainer_ids
    return reach.everything or group.organisation_id in reach.managed or trains
