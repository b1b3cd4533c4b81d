"""Groups over HTTP: planned, opened, formed, started, finished, cancelled."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_applications.api.group_schemas import (
    GroupQuery,
    GroupSchema,
    NewGroupSchema,
    ReasonSchema,
    TermsSchema,
    shown_group,
    terms_of,
)
from ila_applications.api.reach import reach_of
from ila_applications.domain.errors import ApplicationsClosed, UnknownProgramme
from ila_applications.domain.group_errors import (
    GroupBegun,
    GroupEmpty,
    GroupNotDue,
    GroupTooSmall,
    HoursLacking,
    MaximumTooLow,
    NoTrainer,
    WrongGroupDates,
)
from ila_applications.domain.group_states import MANAGERS, STAFF, VERIFIER
from ila_applications.domain.groups import Group, Reach
from ila_applications.domain.states import LEARNER
from ila_applications.ports import Unit
from ila_applications.usecases.group_views import list_groups, show_group, view_group
from ila_applications.usecases.groups import (
    ChangeGroup,
    PlanGroup,
    cancel_group,
    change_group,
    finish_group,
    form_group,
    open_group,
    plan_group,
    start_group,
)

PREFIX = "/api/applications/v1/groups"
groups = Resource("groups", __name__, url_prefix=PREFIX, description="Learners learn in groups")
AGENCY = frozenset({VERIFIER, "auditor"})
READERS = Access(own=STAFF | {LEARNER}, any=AGENCY)
MANAGE = Access(own=MANAGERS)
TEACH = Access(own=STAFF)


def answer(unit: Unit, group: Group) -> Answer:
    """Return the answer that shows a group."""
    return Answer(
        shown_group(view_group(unit, group)), location=f"{PREFIX}/{group.id}", version=group.version
    )


@groups.operation("GET", "", READERS, query=GroupQuery, answer=(200, list_of(GroupSchema)))
def get_groups(call: Call) -> dict[str, Any]:
    """List groups, newest first: of one's institution, those one teaches, those one learns in, or all."""
    views, cursor = list_groups(call.unit, page_request(call.query), reach_of(call, READERS))
    return {"items": [shown_group(one) for one in views], "next": cursor}


@groups.operation(
    "POST",
    "",
    MANAGE,
    body=NewGroupSchema,
    answer=(201, GroupSchema),
    idempotent=True,
    refusals=[UnknownProgramme, ApplicationsClosed, MaximumTooLow, WrongGroupDates],
)
def post_group(call: Call) -> Answer:
    """Plan a group of a programme of one's own institution."""
    command = PlanGroup(programme_id=call.body["programme_id"], terms=terms_of(call.body))
    return answer(call.unit, plan_group(call.unit, command, reach_of(call, MANAGE)))


@groups.operation("GET", "/<uuid:group_id>", READERS, answer=(200, GroupSchema))
def get_group(call: Call, group_id: UUID) -> Answer:
    """Show a group."""
    return answer(call.unit, show_group(call.unit, group_id, reach_of(call, READERS)).group)


@groups.operation(
    "PUT",
    "/<uuid:group_id>",
    MANAGE,
    body=TermsSchema,
    answer=(200, GroupSchema),
    if_match=True,
    refusals=[WrongState, GroupBegun, MaximumTooLow, WrongGroupDates],
)
def put_group(call: Call, group_id: UUID) -> Answer:
    """Change the terms of a group that is not finished."""
    command = ChangeGroup(group_id=group_id, version=call.if_match or 0, terms=terms_of(call.body))
    return answer(call.unit, change_group(call.unit, command, reach_of(call, MANAGE)))


@groups.operation(
    "POST",
    "/<uuid:group_id>/opening",
    MANAGE,
    answer=(200, GroupSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_opening(call: Call, group_id: UUID) -> Answer:
    """Let a group take learners; who is enrolled and waits gets a place, in the order of receipts."""
    return _moved(call, open_group, group_id, MANAGE)


@groups.operation(
    "POST",
    "/<uuid:group_id>/formation",
    MANAGE,
    answer=(200, GroupSchema),
    idempotent=True,
    refusals=[WrongState, GroupTooSmall],
)
def post_formation(call: Call, group_id: UUID) -> Answer:
    """Close a group to newcomers, once it has the members that the call asks for."""
    return _moved(call, form_group, group_id, MANAGE)


@groups.operation(
    "POST",
    "/<uuid:group_id>/start",
    TEACH,
    answer=(200, GroupSchema),
    idempotent=True,
    refusals=[WrongState, GroupEmpty, NoTrainer, GroupNotDue],
)
def post_start(call: Call, group_id: UUID) -> Answer:
    """Begin the learning of a group."""
    return _moved(call, start_group, group_id, TEACH)


@groups.operation(
    "POST",
    "/<uuid:group_id>/finish",
    TEACH,
    answer=(200, GroupSchema),
    idempotent=True,
    refusals=[WrongState, HoursLacking],
)
def post_finish(call: Call, group_id: UUID) -> Answer:
    """End the learning of a group, once its sessions are over and cover the programme."""
    return _moved(call, finish_group, group_id, TEACH)


@groups.operation(
    "POST",
    "/<uuid:group_id>/cancellation",
    MANAGE,
    body=ReasonSchema,
    answer=(200, GroupSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_cancellation(call: Call, group_id: UUID) -> Answer:
    """Give a group up: its members move to others with room, or their places and money are free."""
    reason = call.body["reason"]
    return answer(call.unit, cancel_group(call.unit, group_id, reason, reach_of(call, MANAGE)))


def _moved(call: Call, step: Callable[[Unit, UUID, Reach], Group], group_id: UUID, access: Access) -> Answer:
    return answer(call.unit, step(call.unit, group_id, reach_of(call, access)))
