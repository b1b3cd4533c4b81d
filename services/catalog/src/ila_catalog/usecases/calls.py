"""What the agency does with calls: make one from another, change the draft, publish, move the schedule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import WrongState
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.call_copy import copied, decided
from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import CodeTaken, OwnDraft, SchedulePending
from ila_catalog.domain.schedule import ScheduleChange, Window, must_fit, rescheduled
from ila_catalog.domain.states import APPLIED, CALL, DRAFT, PROPOSED, PUBLISHED, SCHEDULE_CHANGE
from ila_catalog.events.published import CallPublished, ProgrammePublished
from ila_catalog.ports import Unit
from ila_catalog.usecases.catalogue import show_public_call

CALL_PHASES = "call_phases"
CALL_CLOSING = "call_closing"
SCHEDULE_CHANGE_DUE = "schedule_change_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyCall:
    """A new call by the pattern of another one; `content` is what it decides otherwise, by name."""

    based_on: UUID
    code: str
    title_lv: str
    title_en: str
    phases: Sequence[Window]
    parameters: Mapping[str, Any]
    with_needs: bool = True
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCall:
    """What is written into the draft of a call; None leaves it. `version` is the one that was read."""

    call_id: UUID
    version: int
    phases: Sequence[Window] | None = None
    parameters: Mapping[str, Any] | None = None
    content: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeSchedule:
    """A wish to move phases of a published call, and why."""

    call_id: UUID
    phases: Sequence[Window]
    reason: str


def copy_call(unit: Unit, command: CopyCall) -> Call:
    """Store a draft with what another call decides, but for what is decided here.

    Raises Missing, CodeTaken or FaultyData.
    """
    unit.calls.lock()
    template = _found(unit.calls.get(command.based_on))
    if unit.calls.has_code(command.code):
        raise CodeTaken(code=command.code)
    data = copied(
        template.data,
        code=command.code,
        title_lv=command.title_lv,
        title_en=command.title_en,
        with_needs=command.with_needs,
    )
    made = decided(data, command.phases, command.parameters, command.content)
    writers = frozenset({unit.actor.id}) | (template.writers if template.state == DRAFT else frozenset())
    call = Call(data=made, state=DRAFT, version=1, shifted_by_days=0, writers=writers)
    unit.calls.add(call)
    unit.audit("call_drafted", "call", call.id, based_on=template.id, code=command.code)
    return call


def change_call(unit: Unit, command: ChangeCall) -> Call:
    """Save a change of a draft. Raises Missing, Stale, WrongState or FaultyData."""
    call = _found(unit.calls.get(command.call_id, lock=True))
    if call.version != command.version:
        raise Stale()
    if call.state != DRAFT:
        raise WrongState(thing=CALL.name, state=call.state, action="change")
    data = decided(call.data, command.phases, command.parameters, command.content)
    changed = replace(call, data=data, version=call.version + 1, writers=call.writers | {unit.actor.id})
    unit.calls.save(changed)
    unit.audit("call_changed", "call", call.id, version=changed.version)
    return changed


def publish_call(unit: Unit, call_id: UUID) -> Call:
    """Publish a draft that others wrote and tell whoever listens; from now on its phases turn by themselves.

    Raises Missing, WrongState, NotYourStep, OwnDraft or FaultyData.

    Source: the roles of 01-mission: two people for each change of budgets.
    """
    call = _found(unit.calls.get(call_id, lock=True))
    state = CALL.next_state(call.state, "publish", unit.actor.role_names)
    if unit.actor.id in call.writers:
        raise OwnDraft()
    must_fit(call.data.phases)
    told = replace(call, state=state, published_at=unit.now, published_by=unit.actor.id)
    published = replace(told, version=call.version + 1)
    unit.calls.save(published)
    _announce(unit, published, "call_published")
    return published


def actions_on(call: Call, person: str, roles: Iterable[str]) -> list[str]:
    """Return the steps that a person may take with a call; closing may still be refused while it runs."""
    held = set(roles)
    return [
        action
        for action in CALL.actions(call.state)
        if CALL.steps[call.state, action].roles & held
        and not (action == "publish" and person in call.writers)
    ]


def announce_change(unit: Unit, call: Call, action: str, **details: Any) -> None:
    """Store the next version of a call; one that is published is told to whoever listens.

    Whoever changes a draft is one of those who wrote it.
    """
    if call.state == DRAFT:
        call = replace(call, writers=call.writers | {unit.actor.id})
    unit.calls.save(call)
    unit.audit(action, "call", call.id, version=call.version, **details)
    if call.state == PUBLISHED:
        unit.publish(CallPublished.of(call), sequence=call.version)


def propose_schedule(unit: Unit, command: ProposeSchedule) -> ScheduleChange:
    """Store a wish to move phases; nothing moves until another call manager confirms it.

    Raises Missing, WrongState, SchedulePending, PhaseIsOver, ScheduleInThePast or FaultyData.
    """
    call = _published(unit, command.call_id)
    if unit.schedule_changes.pending(call.id):
        raise SchedulePending()
    rescheduled(call.data.phases, command.phases, unit.now)
    change = ScheduleChange(
        id=uuid7(),
        call_id=call.id,
        phases=list(command.phases),
        reason=command.reason,
        state=SCHEDULE_CHANGE.start,
        proposed_by=unit.actor.id,
        version=1,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.schedule_changes.add(change)
    unit.set_timer(change.id, SCHEDULE_CHANGE_DUE, change.due_at)
    unit.audit("schedule_change_proposed", "call", call.id, change_id=change.id, reason=change.reason)
    return change


def confirm_schedule(unit: Unit, call_id: UUID, change_id: UUID) -> ScheduleChange:
    """Move the phases as somebody else proposed, and tell everybody who listens.

    Raises Missing, WrongState, SameProposer, PhaseIsOver, ScheduleInThePast or FaultyData.
    """
    call = _published(unit, call_id)
    change = _proposal(unit, call_id, change_id)
    applied = change.applied_by(unit.actor.id, unit.actor.role_names, unit.now)
    phases = rescheduled(call.data.phases, change.phases, unit.now)
    unit.schedule_changes.save(applied)
    unit.clear_timer(change.id, SCHEDULE_CHANGE_DUE)
    moved = replace(call, data=replace(call.data, phases=phases), version=call.version + 1)
    unit.calls.save(moved)
    _announce(unit, moved, "schedule_change_applied", change_id=change.id, reason=change.reason)
    if moved.applications != call.applications:
        _renew_programmes(unit, moved)
    return applied


def withdraw_schedule(unit: Unit, call_id: UUID, change_id: UUID) -> ScheduleChange:
    """Take a proposal back, so that another one can be made. Raises Missing or WrongState."""
    change = _proposal(unit, call_id, change_id)
    withdrawn = change.step("withdraw", unit.actor.role_names, unit.now)
    unit.schedule_changes.save(withdrawn)
    unit.clear_timer(change.id, SCHEDULE_CHANGE_DUE)
    unit.audit("schedule_change_withdrawn", "call", call_id, change_id=change.id)
    return withdrawn


def lapse_schedule_change(unit: Unit, change_id: UUID) -> None:
    """End a proposal that nobody confirmed in time."""
    change = unit.schedule_changes.get(change_id)
    if change is not None and change.state == PROPOSED:
        unit.schedule_changes.save(change.step("lapse", unit.actor.role_names, unit.now))
        unit.audit("schedule_change_lapsed", "call", change.call_id, change_id=change.id)


def list_schedule_changes(unit: Unit, call_id: UUID, request: PageRequest) -> Page:
    """Return a page of the schedule changes of a call, newest first. Raises Missing."""
    _found(unit.calls.get(call_id))
    return unit.schedule_changes.page(request, call_id)


def list_public_schedule_changes(unit: Unit, call_id: UUID, request: PageRequest) -> Page:
    """Return a page of the changes that were applied to a published call, newest first. Raises Missing."""
    show_public_call(unit, call_id)
    applied = replace(request, filters={**request.filters, "state": APPLIED})
    return unit.schedule_changes.page(applied, call_id)


def _proposal(unit: Unit, call_id: UUID, change_id: UUID) -> ScheduleChange:
    change = unit.schedule_changes.get(change_id)
    if change is None or change.call_id != call_id:
        raise Missing()
    return change


def _announce(unit: Unit, call: Call, action: str, **details: Any) -> None:
    unit.audit(action, "call", call.id, version=call.version, **details)
    unit.publish(CallPublished.of(call), sequence=call.version)
    unit.set_timer(call.id, CALL_PHASES, unit.now)


def _renew_programmes(unit: Unit, call: Call) -> None:
    """Announce each published programme again: it tells when one can apply."""
    for programme in unit.programmes.of_call(call.id):
        if programme.state == PUBLISHED:
            renewed = replace(programme, version=programme.version + 1)
            unit.programmes.save(renewed)
            unit.audit("programme_rescheduled", "programme", programme.id, version=renewed.version)
            unit.publish(ProgrammePublished.of(renewed, call), sequence=renewed.version)


def _published(unit: Unit, call_id: UUID) -> Call:
    call = _found(unit.calls.get(call_id, lock=True))
    if call.state != PUBLISHED:
        raise WrongState(thing=CALL.name, state=call.state, action="reschedule")
    return call


def _found(call: Call | None) -> Call:
    if call is None:
        raise Missing()
    return call
