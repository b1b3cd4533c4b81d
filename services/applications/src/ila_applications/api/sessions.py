"""Sessions over HTTP: planned, attended, cancelled."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource

from ila_applications.api.group_schemas import ReasonSchema
from ila_applications.api.groups import PREFIX, READERS, TEACH
from ila_applications.api.members import TEACHERS
from ila_applications.api.reach import reach_of
from ila_applications.api.session_schemas import (
    AttendancesSchema,
    CodeSchema,
    ConfirmationSchema,
    NewSessionSchema,
    PresentSchema,
    SessionSchema,
    SessionsSchema,
    shown_attendance,
    shown_session,
)
from ila_applications.domain.group_errors import (
    CodeExpired,
    ConfirmationClosed,
    NotAMember,
    OverlappingConfirmation,
    PartHoursExceeded,
    SessionInUse,
    SessionNotBegun,
    SessionOutsideGroup,
    SessionTooShort,
    UnknownPart,
    WrongCode,
)
from ila_applications.domain.group_states import TRAINER
from ila_applications.domain.groups import Group, Reach
from ila_applications.domain.sessions import Plan, Session
from ila_applications.domain.states import LEARNER
from ila_applications.usecases.group_views import list_sessions, show_attendance, show_session, view_session
from ila_applications.usecases.sessions import (
    PlanSession,
    cancel_session,
    confirm_attendance,
    plan_session,
    record_attendance,
    show_code,
)

SESSIONS = "/api/applications/v1/sessions"
group_sessions = Resource(
    "group-sessions",
    __name__,
    url_prefix=PREFIX + "/<uuid:group_id>/sessions",
    description="When a group meets",
)
sessions = Resource("sessions", __name__, url_prefix=SESSIONS, description="Who was there when a group met")
TRAIN = Access(own={TRAINER})
LEARN = Access(own={LEARNER})


@group_sessions.operation("GET", "", READERS, answer=(200, SessionsSchema))
def get_sessions(call: Call, group_id: UUID) -> dict[str, Any]:
    """List the sessions of a group in the order of their time; a learner sees their own presence."""
    views = list_sessions(call.unit, group_id, reach_of(call, READERS))
    return {"items": [shown_session(one) for one in views], "next": None}


@group_sessions.operation(
    "POST",
    "",
    TEACH,
    body=NewSessionSchema,
    answer=(201, SessionSchema),
    idempotent=True,
    refusals=[WrongState, UnknownPart, PartHoursExceeded, SessionTooShort, SessionOutsideGroup],
)
def post_session(call: Call, group_id: UUID) -> Answer:
    """Plan a session of a group."""
    reach = reach_of(call, TEACH)
    group, session = plan_session(call.unit, PlanSession(group_id=group_id, plan=Plan(**call.body)), reach)
    return _answer(call, group, session, reach)


@sessions.operation("GET", "/<uuid:session_id>", READERS, answer=(200, SessionSchema))
def get_session(call: Call, session_id: UUID) -> Answer:
    """Show a session."""
    view = show_session(call.unit, session_id, reach_of(call, READERS))
    return Answer(shown_session(view), version=view.session.version)


@sessions.operation("GET", "/<uuid:session_id>/attendance", TEACHERS, answer=(200, AttendancesSchema))
def get_attendance(call: Call, session_id: UUID) -> dict[str, Any]:
    """Show whose presence in a session is noted, by whom."""
    known = show_attendance(call.unit, session_id, reach_of(call, TEACHERS))
    return {"items": [shown_attendance(one) for one in known], "next": None}


@sessions.operation(
    "POST",
    "/<uuid:session_id>/cancellation",
    TEACH,
    body=ReasonSchema,
    answer=(200, SessionSchema),
    idempotent=True,
    refusals=[WrongState, SessionInUse],
)
def post_cancellation(call: Call, session_id: UUID) -> Answer:
    """Cancel a session in which nobody's presence is noted; its hours may be planned anew."""
    reach = reach_of(call, TEACH)
    return _answer(call, *cancel_session(call.unit, session_id, call.body["reason"], reach), reach)


@sessions.operation(
    "POST",
    "/<uuid:session_id>/code",
    TRAIN,
    answer=(200, CodeSchema),
    idempotent=True,
    refusals=[WrongState, SessionNotBegun, ConfirmationClosed],
)
def post_code(call: Call, session_id: UUID) -> dict[str, Any]:
    """Make a code to show in the room; the one before it is worth nothing any more."""
    session, code = show_code(call.unit, session_id, reach_of(call, TRAIN))
    return {"code": code, "valid_until": session.code_valid_until}


@sessions.operation(
    "POST",
    "/<uuid:session_id>/attendance",
    TRAIN,
    body=PresentSchema,
    answer=(200, SessionSchema),
    idempotent=True,
    refusals=[WrongState, SessionNotBegun, NotAMember],
)
def post_attendance(call: Call, session_id: UUID) -> Answer:
    """Note the trainer's word on who is there; may be corrected until the group is finished."""
    reach = reach_of(call, TRAIN)
    return _answer(call, *record_attendance(call.unit, session_id, call.body["present"], reach), reach)


@sessions.operation(
    "POST",
    "/<uuid:session_id>/confirmation",
    LEARN,
    body=ConfirmationSchema,
    answer=(200, SessionSchema),
    idempotent=True,
    refusals=[WrongState, SessionNotBegun, WrongCode, CodeExpired, NotAMember, OverlappingConfirmation],
)
def post_confirmation(call: Call, session_id: UUID) -> Answer:
    """Note the learner's own word, by the code shown in the room."""
    reach = reach_of(call, LEARN)
    if reach.person is None:
        raise Missing()
    code = call.body["code"]
    return _answer(call, *confirm_attendance(call.unit, session_id, reach.person, code, reach), reach)


def _answer(call: Call, group: Group, session: Session, reach: Reach) -> Answer:
    shown = shown_session(view_session(call.unit, group, session, reach))
    return Answer(shown, location=f"{SESSIONS}/{session.id}", version=session.version)
