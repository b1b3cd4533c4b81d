"""The end of a call: by a call manager, or by itself some days after its last phase."""

from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from ila_kit.errors import Missing

from ila_catalog.domain.calls import Call
from ila_catalog.domain.desk_errors import CallStillRuns
from ila_catalog.domain.states import CALL, PUBLISHED
from ila_catalog.events.published import CallPublished
from ila_catalog.ports import Unit
from ila_catalog.usecases.calls import CALL_CLOSING, CALL_PHASES

TRY_AGAIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closing:
    """A wish to close a call: what the guard of the state table looks at."""

    running: list[str]


def close_call(unit: Unit, call_id: UUID) -> Call:
    """Close a call of which nothing runs any more: it stays readable, and nothing of it changes.

    Raises Missing, WrongState, NotYourStep or CallStillRuns.
    """
    call = unit.calls.get(call_id, lock=True)
    if call is None:
        raise Missing()
    running = ["offers phase"] if unit.now < call.offers.closes_at else []
    closing = Closing(running=running + unit.calls.running(call_id))
    state = CALL.next_state(call.state, "close", unit.actor.role_names, closing)
    closed = replace(call, state=state, version=call.version + 1)
    unit.calls.save(closed)
    unit.audit("call_closed", "call", call.id, version=closed.version)
    unit.publish(CallPublished.of(closed), sequence=closed.version)
    for name in (CALL_PHASES, CALL_CLOSING):
        unit.clear_timer(call.id, name)
    return closed


def close_when_over(unit: Unit, call_id: UUID) -> None:
    """Close a call whose time has come; one that still runs is noted, and tried again in a month."""
    call = unit.calls.get(call_id, (PUBLISHED,), lock=True)
    if call is None:
        return
    if unit.now < call.closing_at:
        unit.set_timer(call_id, CALL_CLOSING, call.closing_at)
        return
    try:
        close_call(unit, call_id)
    except CallStillRuns as fault:
        unit.audit("call_still_runs", "call", call_id, running=fault.facts["running"])
        unit.set_timer(call_id, CALL_CLOSING, unit.now + TRY_AGAIN)
