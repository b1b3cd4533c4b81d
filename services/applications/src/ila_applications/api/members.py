"""Members of groups over HTTP, and their results."""

import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from ila_kit.errors import Unavailable
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource

from ila_applications.api.group_schemas import (
    EnterResultsSchema,
    GroupSchema,
    MembersSchema,
    MovedSchema,
    ResultsSchema,
    ResultVerificationSchema,
    TransferSchema,
    shown_member,
    shown_result,
)
from ila_applications.api.groups import AGENCY, PREFIX, READERS, TEACH, answer
from ila_applications.api.reach import reach_of
from ila_applications.domain.applications import Case
from ila_applications.domain.group_errors import (
    GroupFull,
    GroupNotDue,
    NotAMember,
    ResultsIncomplete,
    UnknownGroup,
    UntoldTest,
)
from ila_applications.domain.group_states import ADMIN, STAFF, TRAINER, VERIFIER
from ila_applications.ports import PersonName
from ila_applications.usecases.group_views import list_results
from ila_applications.usecases.members import (
    PURPOSE,
    MemberView,
    MoveMember,
    list_members,
    note_drop_out,
    note_no_show,
    transfer_member,
)
from ila_applications.usecases.results import EnterResults, VerifyResults, enter_results, verify_results

log = logging.getLogger(__name__)
members = Resource(
    "members", __name__, url_prefix=PREFIX + "/<uuid:group_id>", description="Who learns in a group"
)
TEACHERS = Access(own=STAFF, any=AGENCY)
ENTER = Access(own={ADMIN, TRAINER})
VERIFY = Access(any={VERIFIER})
MEMBER = "/members/<uuid:application_id>"


@members.operation("GET", "/members", TEACHERS, answer=(200, MembersSchema))
def get_members(call: Call, group_id: UUID) -> dict[str, Any]:
    """List who learns or has learned in a group, with names; each look is noted where people see it."""
    views = list_members(call.unit, group_id, reach_of(call, TEACHERS))
    names = _names(call, views)
    return {"items": [shown_member(one, names.get(one.person_id)) for one in views], "next": None}


def _names(call: Call, views: Sequence[MemberView]) -> dict[UUID, PersonName]:
    """Return the names of members; none while identity does not answer: the list helps without them."""
    if not views:
        return {}
    try:
        names: dict[UUID, PersonName] = call.deps.people.names([one.person_id for one in views], PURPOSE)
    except Unavailable as fault:
        log.warning("members without names", extra={"fault": str(fault)})
        return {}
    return names


@members.operation(
    "POST",
    MEMBER + "/transfer",
    TEACH,
    body=TransferSchema,
    answer=(200, MovedSchema),
    idempotent=True,
    refusals=[WrongState, UnknownGroup, GroupFull],
)
def post_transfer(call: Call, group_id: UUID, application_id: UUID) -> dict[str, Any]:
    """Move a member to another group of the same programme."""
    command = MoveMember(group_id=group_id, application_id=application_id)
    to_group = call.body["group_id"]
    return _shown(transfer_member(call.unit, command, to_group, reach_of(call, TEACH)))


@members.operation(
    "POST",
    MEMBER + "/no-show",
    TEACH,
    answer=(200, MovedSchema),
    idempotent=True,
    refusals=[WrongState, GroupNotDue],
)
def post_no_show(call: Call, group_id: UUID, application_id: UUID) -> dict[str, Any]:
    """Note that a member did not come: their place and money are free."""
    command = MoveMember(group_id=group_id, application_id=application_id)
    return _shown(note_no_show(call.unit, command, reach_of(call, TEACH)))


@members.operation(
    "POST",
    MEMBER + "/drop-out",
    TEACH,
    answer=(200, MovedSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_drop_out(call: Call, group_id: UUID, application_id: UUID) -> dict[str, Any]:
    """Note that a member gave the learning up: their money is free."""
    command = MoveMember(group_id=group_id, application_id=application_id)
    return _shown(note_drop_out(call.unit, command, reach_of(call, TEACH)))


@members.operation("GET", "/results", READERS, answer=(200, ResultsSchema))
def get_results(call: Call, group_id: UUID) -> dict[str, Any]:
    """List the results of a group; a learner sees their own."""
    views = list_results(call.unit, group_id, reach_of(call, READERS))
    return {"items": [shown_result(one) for one in views], "next": None}


@members.operation(
    "PUT",
    "/results",
    ENTER,
    body=EnterResultsSchema,
    answer=(200, GroupSchema),
    if_match=True,
    refusals=[WrongState, NotAMember, ResultsIncomplete, UntoldTest],
)
def put_results(call: Call, group_id: UUID) -> Answer:
    """Enter or correct the results of all members; attendance is counted by the platform."""
    passed = {one["application_id"]: one["test_passed"] for one in call.body["results"]}
    command = EnterResults(group_id=group_id, version=call.if_match or 0, passed=passed)
    return answer(call.unit, enter_results(call.unit, command, reach_of(call, ENTER)))


@members.operation(
    "POST",
    "/results/verification",
    VERIFY,
    body=ResultVerificationSchema,
    answer=(200, GroupSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_verification(call: Call, group_id: UUID) -> Answer:
    """Stand for the results of a group: who completed may be paid for."""
    command = VerifyResults(group_id=group_id, **call.body)
    return answer(call.unit, verify_results(call.unit, command, reach_of(call, VERIFY)))


def _shown(case: Case) -> dict[str, Any]:
    one = case.application
    return {"application_id": one.id, "group_id": one.group_id, "state": one.state}
