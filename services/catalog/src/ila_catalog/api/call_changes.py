"""What the agency does with calls over HTTP: make one, change the draft, publish it, move its schedule."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Stale
from ila_kit.events import to_json
from ila_kit.money import CURRENCY
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.call_schemas import (
    ChangeCallSchema,
    NewCallSchema,
    NewScheduleChangeSchema,
    OfficerCallSchema,
    PublicScheduleChangeQuery,
    PublicScheduleChangeSchema,
    ScheduleChangeQuery,
    ScheduleChangeSchema,
)
from ila_catalog.api.calls import OFFICERS, PUBLIC, calls, public_calls
from ila_catalog.api.shapes import officer_call
from ila_catalog.domain import calls as domain
from ila_catalog.domain.desk_errors import CallStillRuns
from ila_catalog.domain.errors import (
    CodeTaken,
    FaultyData,
    OwnDraft,
    PhaseIsOver,
    SameProposer,
    ScheduleInThePast,
    SchedulePending,
)
from ila_catalog.domain.schedule import ScheduleChange, Window
from ila_catalog.usecases.calls import (
    ChangeCall,
    CopyCall,
    ProposeSchedule,
    change_call,
    confirm_schedule,
    copy_call,
    list_public_schedule_changes,
    list_schedule_changes,
    propose_schedule,
    publish_call,
    withdraw_schedule,
)
from ila_catalog.usecases.closing import close_call

PATH = "/api/catalog/v1/calls"
MANAGERS = Access(any={"call_manager"})

__all__ = ["calls", "public_calls"]


@calls.operation(
    "POST",
    "",
    MANAGERS,
    body=NewCallSchema,
    answer=(201, OfficerCallSchema),
    idempotent=True,
    refusals=[CodeTaken, FaultyData],
)
def post_call(call: Call) -> Answer:
    """Draft a call by the pattern of another one."""
    made = copy_call(
        call.unit, CopyCall(**_read(call.body, "based_on", "code", "title_lv", "title_en", "with_needs"))
    )
    return _answer(call, made, location=f"{PATH}/{made.id}")


@calls.operation(
    "PATCH",
    "/<uuid:call_id>",
    MANAGERS,
    body=ChangeCallSchema,
    answer=(200, OfficerCallSchema),
    if_match=True,
    refusals=[WrongState, FaultyData],
)
def patch_call(call: Call, call_id: UUID) -> Answer:
    """Change the draft of a call."""
    command = ChangeCall(call_id=call_id, version=call.if_match or 0, **_read(call.body))
    return _answer(call, change_call(call.unit, command))


@calls.operation(
    "POST",
    "/<uuid:call_id>/publication",
    MANAGERS,
    answer=(201, OfficerCallSchema),
    idempotent=True,
    refusals=[WrongState, OwnDraft, FaultyData],
)
def post_publication(call: Call, call_id: UUID) -> Answer:
    """Publish a draft that other call managers wrote; from now on its phases turn by themselves."""
    return _answer(call, publish_call(call.unit, call_id))


@calls.operation(
    "POST",
    "/<uuid:call_id>/closure",
    MANAGERS,
    answer=(201, OfficerCallSchema),
    idempotent=True,
    refusals=[WrongState, CallStillRuns],
)
def post_closure(call: Call, call_id: UUID) -> Answer:
    """Close a call of which nothing runs any more; it stays readable."""
    return _answer(call, close_call(call.unit, call_id))


@calls.operation(
    "GET",
    "/<uuid:call_id>/schedule-changes",
    OFFICERS,
    query=ScheduleChangeQuery,
    answer=(200, list_of(ScheduleChangeSchema)),
)
def get_schedule_changes(call: Call, call_id: UUID) -> dict[str, Any]:
    """List the changes of a call's schedule, the newest first."""
    page = list_schedule_changes(call.unit, call_id, page_request(call.query))
    return {"items": [_change(call, row["change"]) for row in page.rows], "next": page.next}


@public_calls.operation(
    "GET",
    "/<uuid:call_id>/schedule-changes",
    PUBLIC,
    query=PublicScheduleChangeQuery,
    answer=(200, list_of(PublicScheduleChangeSchema)),
)
def get_public_schedule_changes(call: Call, call_id: UUID) -> dict[str, Any]:
    """List how the schedule of a call was changed, and why; the newest first."""
    page = list_public_schedule_changes(call.unit, call_id, page_request(call.query))
    return {"items": [_public(row["change"]) for row in page.rows], "next": page.next}


@calls.operation(
    "POST",
    "/<uuid:call_id>/schedule-changes",
    MANAGERS,
    body=NewScheduleChangeSchema,
    answer=(201, ScheduleChangeSchema),
    idempotent=True,
    refusals=[WrongState, SchedulePending, PhaseIsOver, ScheduleInThePast, FaultyData],
)
def post_schedule_change(call: Call, call_id: UUID) -> Answer:
    """Propose to move phases of a published call; another call manager confirms it."""
    command = ProposeSchedule(call_id=call_id, phases=_windows(call.body), reason=call.body["reason"])
    change = propose_schedule(call.unit, command)
    return Answer(_change(call, change), version=change.version)


@calls.operation(
    "POST",
    "/<uuid:call_id>/schedule-changes/<uuid:change_id>/confirmation",
    MANAGERS,
    answer=(201, ScheduleChangeSchema),
    idempotent=True,
    refusals=[WrongState, SameProposer, PhaseIsOver, ScheduleInThePast, FaultyData, Stale],
)
def post_confirmation(call: Call, call_id: UUID, change_id: UUID) -> Answer:
    """Move the phases as somebody else proposed."""
    change = confirm_schedule(call.unit, call_id, change_id)
    return Answer(_change(call, change), version=change.version)


@calls.operation(
    "POST",
    "/<uuid:call_id>/schedule-changes/<uuid:change_id>/withdrawal",
    MANAGERS,
    answer=(201, ScheduleChangeSchema),
    idempotent=True,
    refusals=[WrongState, Stale],
)
def post_schedule_withdrawal(call: Call, call_id: UUID, change_id: UUID) -> Answer:
    """Take a proposal to move phases back."""
    change = withdraw_schedule(call.unit, call_id, change_id)
    return Answer(_change(call, change), version=change.version)


def _read(body: dict[str, Any], *named: str) -> dict[str, Any]:
    """Return a body with its windows, amounts of money as a call's data spells them, and the rest as content.

    `named` are the members that are no content.
    """
    own = {"phases", "parameters", *named}
    read = {name: value for name, value in body.items() if name in own}
    read["content"] = {name: value for name, value in body.items() if name not in own}
    if "phases" in body:
        read["phases"] = _windows(body)
    if "parameters" in body:
        read["parameters"] = {name: _value(value) for name, value in body["parameters"].items()}
    return read


def _windows(body: dict[str, Any]) -> list[Window]:
    return [Window(**one) for one in body["phases"]]


def _change(call: Call, change: ScheduleChange) -> dict[str, Any]:
    shown: dict[str, Any] = to_json(change)
    return shown | {"actions": change.actions_for(call.actor.id, call.actor.role_names)}


def _public(change: ScheduleChange) -> dict[str, Any]:
    shown = {"id": change.id, "reason": change.reason, "applied_at": change.updated_at}
    return shown | {"phases": to_json(change.phases)}


def _value(value: Any) -> Any:
    is_money = isinstance(value, dict) and set(value) == {"amount", "currency"}
    return value["amount"] if is_money and value["currency"] == CURRENCY else value


def _answer(call: Call, found: domain.Call, location: str | None = None) -> Answer:
    return Answer(officer_call(found, call.deps.areas, call.actor), location=location, version=found.version)
