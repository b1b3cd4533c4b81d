"""Sessions of a group: planned, attended by the word of both sides, or cancelled."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from ila_kit.actor import EVERYTHING

from ila_applications.domain.applications import Application
from ila_applications.domain.group_errors import NotAMember, OverlappingConfirmation, SessionInUse
from ila_applications.domain.groups import Group, Reach, roles_in
from ila_applications.domain.sessions import Plan, Session, schedule
from ila_applications.domain.states import LEARNER
from ila_applications.ports import Unit
from ila_applications.usecases.memberships import locked_group, taught


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanSession:
    """Somebody plans a session of a group."""

    group_id: UUID
    plan: Plan


def plan_session(unit: Unit, command: PlanSession, reach: Reach) -> tuple[Group, Session]:
    """Plan a session. Raises Missing, WrongState, NotYourStep, or what `schedule` raises."""
    group = locked_group(unit, command.group_id, reach)
    group.must_allow("plan_session", roles_in(unit.actor, group), unit.now)
    others = unit.sessions.of_group(group.id)
    session = schedule(group, *taught(unit, group), command.plan, others, unit.now)
    unit.sessions.add(session)
    _note(unit, session, "plan")
    return group, session


def cancel_session(unit: Unit, session_id: UUID, reason: str, reach: Reach) -> tuple[Group, Session]:
    """Cancel a session in which nobody's presence is noted yet; its hours may be planned anew.

    Raises Missing, WrongState, NotYourStep or SessionInUse.
    """
    group, was = _session(unit, session_id, reach)
    roles = roles_in(unit.actor, group)
    group.must_allow("plan_session", roles, unit.now)
    session = was.step("cancel", roles, unit.now, reason=reason)
    if any(one.present or one.confirmed_at for one in unit.sessions.attendance(session_id).values()):
        raise SessionInUse()
    unit.sessions.save(session)
    _note(unit, session, "cancel")
    return group, session


def show_code(unit: Unit, session_id: UUID, reach: Reach) -> tuple[Session, str]:
    """Return a new code for the learners in the room; the one before it is worth nothing any more.

    Raises Missing, WrongState, NotYourStep, SessionNotBegun or ConfirmationClosed.
    """
    group, was = _session(unit, session_id, reach)
    roles = roles_in(unit.actor, group)
    group.must_allow("teach", roles, unit.now)
    session, code = was.with_code(roles, unit.now)
    unit.sessions.save(session)
    _note(unit, session, "show_code")
    return session, code


def record_attendance(
    unit: Unit, session_id: UUID, present: Collection[UUID], reach: Reach
) -> tuple[Group, Session]:
    """Note the trainer's word on every member: these were there, the others were not.

    May be corrected until the group is finished. Raises Missing, WrongState, NotYourStep,
    SessionNotBegun or NotAMember.
    """
    group, was = _session(unit, session_id, reach)
    roles = roles_in(unit.actor, group)
    group.must_allow("teach", roles, unit.now)
    session = was.step("record", roles, unit.now)
    session.must_have_begun(unit.now)
    members = {one.application.id: one.application.person_id for one in unit.groups.members(group.id)}
    if foreign := set(present) - members.keys():
        raise NotAMember(application_ids=sorted(map(str, foreign)))
    unit.sessions.record(session, members, set(present))
    unit.sessions.save(session)
    _note(unit, session, "record", present=sorted(map(str, set(present))))
    return group, session


def confirm_attendance(
    unit: Unit, session_id: UUID, person_id: UUID, code: str, reach: Reach
) -> tuple[Group, Session]:
    """Note the learner's own word, by the code shown in the room; a second one changes nothing.

    Raises Missing, WrongState, NotYourStep, SessionNotBegun, WrongCode, CodeExpired, NotAMember or
    OverlappingConfirmation. Source: BR-602.
    """
    session = unit.sessions.get(session_id)
    group = unit.groups.get(session.group_id, reach)
    application = _learner(unit, group, person_id)
    known = unit.sessions.attendance(session_id).get(application.id)
    if known is not None and known.confirmed_at is not None:
        return group, session
    if application.state != "learning":
        raise NotAMember(application_ids=[str(application.id)])
    group.must_allow("attend", frozenset({LEARNER}), unit.now)
    session.step("confirm", frozenset({LEARNER}), unit.now)
    session.must_have_begun(unit.now)
    session.must_be_code(code, unit.now)
    if not unit.sessions.confirm(session, application, unit.now):
        raise OverlappingConfirmation()
    unit.audit("session_confirm", "session", session.id, application=str(application.id))
    return group, session


def _learner(unit: Unit, group: Group, person_id: UUID) -> Application:
    """Return by which application somebody learns, or has learned, in a group. Raises NotAMember."""
    membership = unit.groups.membership(group.id, person_id)
    if membership is None:
        raise NotAMember(application_ids=[])
    return unit.applications.get(membership, EVERYTHING).application


def _session(unit: Unit, session_id: UUID, reach: Reach) -> tuple[Group, Session]:
    """Return a session of a group in reach, with its group, both locked. Raises Missing."""
    group = locked_group(unit, unit.sessions.get(session_id).group_id, reach)
    return group, unit.sessions.get(session_id, lock=True)


def _note(unit: Unit, session: Session, action: str, **details: object) -> None:
    unit.audit(
        f"session_{action}",
        "session",
        session.id,
        group=str(session.group_id),
        state=session.state,
        **details,
    )
