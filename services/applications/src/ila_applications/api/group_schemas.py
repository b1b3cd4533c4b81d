"""Shapes of groups, members and results over HTTP, and how they are shown."""

from typing import Any

from ila_kit.web.schemas import ListQuery, Schema, fields
from marshmallow import validate

from ila_applications.domain.group_states import GROUP, RESULT
from ila_applications.domain.groups import Terms
from ila_applications.domain.states import APPLICATION
from ila_applications.ports import PersonName
from ila_applications.usecases.group_views import GroupView, ResultView
from ila_applications.usecases.members import MemberView

MOST_MEMBERS = 200
OUTCOMES = ["completed", "not_completed"]


class TermsSchema(Schema):
    """What an institution decides about a group."""

    title = fields.Text(max=200, required=True)
    maximum = fields.WholeNumber(min=1, max=MOST_MEMBERS, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    trainer_ids = fields.List(fields.Id(), required=True, validate=validate.Length(0, 20))


class NewGroupSchema(TermsSchema):
    """A new group of a programme of one's own institution."""

    programme_id = fields.Id(required=True)


class ReasonSchema(Schema):
    """Why, in the words of who does it."""

    reason = fields.Text(max=1_000, required=True)


class PartSchema(Schema):
    """A part of the programme that a group learns, with its learning hours."""

    title = fields.String(required=True)
    hours = fields.WholeNumber(min=0, max=2**31, required=True)


class GroupSchema(Schema):
    """A group. `members` hold one of its places; `warning` says what endangers it; `actions` are the
    caller's steps now."""

    id = fields.Id(required=True)
    programme_id = fields.Id(required=True)
    programme_title_lv = fields.String(required=True)
    programme_title_en = fields.String(required=True)
    call_id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    title = fields.String(required=True)
    state = fields.OneOf(sorted(GROUP.states), required=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    minimum = fields.WholeNumber(min=1, max=2**31, required=True)
    maximum = fields.WholeNumber(min=1, max=2**31, required=True)
    members = fields.WholeNumber(min=0, max=2**31, required=True)
    free = fields.WholeNumber(min=0, max=2**31, required=True)
    warning = fields.OneOf(["below-minimum"], required=True, allow_none=True)
    hours = fields.WholeNumber(min=0, max=2**31, required=True)
    parts = fields.List(fields.Nested(PartSchema), required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    trainer_ids = fields.List(fields.Id(), required=True)
    due_at = fields.Instant(required=True, allow_none=True)
    overdue = fields.Flag(required=True)
    reason = fields.String(required=True, allow_none=True)
    notes = fields.String(required=True, allow_none=True)
    finished_at = fields.Instant(required=True, allow_none=True)
    verified_at = fields.Instant(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class GroupQuery(ListQuery):
    """Filters of the list."""

    state = fields.OneOf(sorted(GROUP.states))
    programme_id = fields.Id()
    call_id = fields.Id()
    organisation_id = fields.Id()


class MemberSchema(Schema):
    """A member; the names are null while identity does not answer."""

    application_id = fields.Id(required=True)
    given_name = fields.String(required=True, allow_none=True)
    family_name = fields.String(required=True, allow_none=True)
    masked_code = fields.String(required=True, allow_none=True)
    state = fields.OneOf(sorted(APPLICATION.states), required=True)
    receipt_sequence = fields.WholeNumber(min=0, max=2**53, required=True)
    attended_hours = fields.WholeNumber(min=0, max=2**31, required=True)
    total_hours = fields.WholeNumber(min=0, max=2**31, required=True)
    attendance_percent = fields.String(required=True)
    test_passed = fields.Flag(required=True, allow_none=True)
    outcome = fields.OneOf(OUTCOMES, required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)


class MembersSchema(Schema):
    """All members of a group, in the order of their receipts; there is no next page."""

    items = fields.List(fields.Nested(MemberSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class TransferSchema(Schema):
    """To which group of the same programme a member goes."""

    group_id = fields.Id(required=True)


class MovedSchema(Schema):
    """A member after a step: what their application is now, and in which group."""

    application_id = fields.Id(required=True)
    group_id = fields.Id(required=True)
    state = fields.OneOf(sorted(APPLICATION.states), required=True)


class EnteredSchema(Schema):
    """The outcome of one member's final test; null only where the call asks for none."""

    application_id = fields.Id(required=True)
    test_passed = fields.Flag(required=True, allow_none=True)


class EnterResultsSchema(Schema):
    """The outcome of the final test of every member."""

    results = fields.List(
        fields.Nested(EnteredSchema), required=True, validate=validate.Length(0, MOST_MEMBERS)
    )


class ResultVerificationSchema(Schema):
    """The verifier's notes; with `version`, only the group as it was looked at is verified."""

    notes = fields.Text(max=2_000, load_default=None, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, load_default=None, allow_none=True)


class ResultSchema(Schema):
    """A result; `missed` is what is missing to have completed."""

    id = fields.Id(required=True)
    group_id = fields.Id(required=True)
    application_id = fields.Id(required=True)
    state = fields.OneOf(sorted(RESULT.states), required=True)
    attended_hours = fields.WholeNumber(min=0, max=2**31, required=True)
    total_hours = fields.WholeNumber(min=0, max=2**31, required=True)
    attendance_percent = fields.String(required=True)
    test_passed = fields.Flag(required=True, allow_none=True)
    outcome = fields.OneOf(OUTCOMES, required=True)
    missed = fields.OneOf(["attendance", "test"], required=True, allow_none=True)
    entered_at = fields.Instant(required=True)
    verified_at = fields.Instant(required=True, allow_none=True)
    actions = fields.List(fields.String(), required=True)


class ResultsSchema(Schema):
    """The results of a group that the caller may see; there is no next page."""

    items = fields.List(fields.Nested(ResultSchema), required=True)
    next = fields.String(required=True, allow_none=True)


def terms_of(body: dict[str, Any]) -> Terms:
    """Return the terms of a group that a body names; a trainer named twice is one."""
    values = {name: body[name] for name in Terms.__dataclass_fields__}
    return Terms(**values | {"trainer_ids": tuple(dict.fromkeys(body["trainer_ids"]))})


def shown_group(view: GroupView) -> dict[str, Any]:
    """Return a group as JSON shows it."""
    group, programme = view.group, view.programme
    return {name: getattr(group, name) for name in group.__dataclass_fields__} | {
        "programme_title_lv": programme.title_lv,
        "programme_title_en": programme.title_en,
        "free": group.free,
        "warning": None if group.viable else "below-minimum",
        "hours": programme.hours,
        "parts": [{"title": part.title, "hours": part.hours} for part in programme.parts],
        "actions": view.actions,
    }


def shown_member(view: MemberView, name: PersonName | None) -> dict[str, Any]:
    """Return a member as JSON shows it; of the person only what who teaches them needs."""
    body = {one: getattr(view, one) for one in view.__dataclass_fields__ if one != "person_id"}
    return body | {
        "attendance_percent": str(view.attendance_percent),
        "given_name": name and name.given_name,
        "family_name": name and name.family_name,
        "masked_code": name and name.masked_code,
    }


def shown_result(view: ResultView) -> dict[str, Any]:
    """Return a result as JSON shows it."""
    result = view.result
    left_out = ("person_id", "version")
    body = {name: getattr(result, name) for name in result.__dataclass_fields__ if name not in left_out}
    return body | {"attendance_percent": str(result.percent), "actions": view.actions}
