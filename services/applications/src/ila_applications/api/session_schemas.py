"""Shapes of sessions and attendance over HTTP, and how they are shown."""

from typing import Any

from ila_kit.web.schemas import Schema, fields
from marshmallow import validate

from ila_applications.api.group_schemas import MOST_MEMBERS
from ila_applications.domain.group_states import SESSION
from ila_applications.domain.sessions import Attendance
from ila_applications.usecases.group_views import SessionView


class NewSessionSchema(Schema):
    """A new session; `part` is the title of the part of the programme that it teaches."""

    title = fields.Text(max=200, required=True)
    part = fields.Text(max=500, required=True)
    starts_at = fields.Instant(required=True)
    ends_at = fields.Instant(required=True)
    learning_hours = fields.WholeNumber(min=1, max=2_000, required=True)


class MySchema(Schema):
    """One's own presence: by the trainer's word, by one's own, and whether it counts."""

    trainer = fields.Flag(required=True, allow_none=True)
    learner = fields.Flag(required=True)
    attended = fields.Flag(required=True)


class SessionSchema(Schema):
    """A session; the counts are zero for learners, `my` is null for everybody else."""

    id = fields.Id(required=True)
    group_id = fields.Id(required=True)
    title = fields.String(required=True)
    part = fields.String(required=True)
    starts_at = fields.Instant(required=True)
    ends_at = fields.Instant(required=True)
    learning_hours = fields.WholeNumber(min=1, max=2**31, required=True)
    state = fields.OneOf(sorted(SESSION.states), required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    reason = fields.String(required=True, allow_none=True)
    present = fields.WholeNumber(min=0, max=2**31, required=True)
    confirmed = fields.WholeNumber(min=0, max=2**31, required=True)
    attended = fields.WholeNumber(min=0, max=2**31, required=True)
    my = fields.Nested(MySchema, required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)


class SessionsSchema(Schema):
    """All sessions of a group in the order of their time; there is no next page."""

    items = fields.List(fields.Nested(SessionSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class CodeSchema(Schema):
    """The code to show in the room, and until when it is taken."""

    code = fields.String(required=True)
    valid_until = fields.Instant(required=True)


class PresentSchema(Schema):
    """Who is there; every other member is not."""

    present = fields.List(fields.Id(), required=True, validate=validate.Length(0, MOST_MEMBERS))


class ConfirmationSchema(Schema):
    """The code that is shown in the room."""

    code = fields.Text(max=20, required=True)


class AttendanceSchema(Schema):
    """What is known of one member's presence; `attended` when both sides say so."""

    application_id = fields.Id(required=True)
    present = fields.Flag(required=True, allow_none=True)
    confirmed_at = fields.Instant(required=True, allow_none=True)
    attended = fields.Flag(required=True)


class AttendancesSchema(Schema):
    """What is known of the presence of the members in a session."""

    items = fields.List(fields.Nested(AttendanceSchema), required=True)
    next = fields.String(required=True, allow_none=True)


def shown_session(view: SessionView) -> dict[str, Any]:
    """Return a session as JSON shows it."""
    session = view.session
    kept = ("id", "group_id", "title", "starts_at", "ends_at", "learning_hours", "state", "version", "reason")
    counts = {name: getattr(view, name) for name in ("part", "present", "confirmed", "attended", "actions")}
    return {name: getattr(session, name) for name in kept} | counts | {"my": _my(view.my)}


def _my(mine: Attendance | None) -> dict[str, Any] | None:
    if mine is None:
        return None
    return {
        "trainer": mine.present,
        "learner": mine.confirmed_at is not None,
        "attended": mine.attended,
    }


def shown_attendance(one: Attendance) -> dict[str, Any]:
    """Return one member's presence as JSON shows it."""
    return {
        "application_id": one.application_id,
        "present": one.present,
        "confirmed_at": one.confirmed_at,
        "attended": one.attended,
    }
