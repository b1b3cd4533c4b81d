"""What happens by itself when a phase of a call begins or ends."""

from dataclasses import replace
from uuid import UUID

from ila_catalog.domain.calls import Call
from ila_catalog.domain.phases import EVALUATION, OFFERS
from ila_catalog.domain.schedule import OVER, Turn, next_turn_at, turns
from ila_catalog.domain.states import IN_EVALUATION, LOCKED, PUBLISHED, SUBMITTED
from ila_catalog.events.published import CallPhaseChanged
from ila_catalog.ports import Unit
from ila_catalog.usecases.calls import CALL_CLOSING, CALL_PHASES


def turn_phases(unit: Unit, call_id: UUID) -> None:
    """Tell which phases of a call have begun or ended, lock and open its offers, wait for what comes next.

    A second call finds nothing left to do. Source: BR-306 (nothing moves after the deadline).
    """
    call = unit.calls.get(call_id, (PUBLISHED,), lock=True)
    if call is None:
        return
    new = turns(call, unit.now)
    for turn in new:
        call = _tell(unit, call, turn)
    _move_offers(unit, call)
    if any(turn.phase == EVALUATION and turn.state == OVER for turn in new):
        _note_overdue(unit, call)
    if (at := next_turn_at(call.data.phases, unit.now)) is not None:
        unit.set_timer(call.id, CALL_PHASES, at)
    else:
        unit.set_timer(call.id, CALL_CLOSING, call.closing_at)


def _tell(unit: Unit, call: Call, turn: Turn) -> Call:
    told = {**call.phase_states, turn.phase: turn.state}
    turned = replace(call, phase_states=told, version=call.version + 1)
    unit.calls.save(turned)
    unit.audit("call_phase_changed", "call", call.id, phase=turn.phase, state=turn.state)
    unit.publish(
        CallPhaseChanged(
            call_id=call.id, phase=turn.phase, state=turn.state, at=turn.at, version=turned.version
        ),
        sequence=turned.version,
    )
    return turned


def _move_offers(unit: Unit, call: Call) -> None:
    """Lock what was submitted in time, and hand it to the commission once evaluation has begun."""
    if call.phase_states.get(OFFERS) == OVER:
        _step_all(unit, call, SUBMITTED, "lock")
        if EVALUATION in call.phase_states:
            _step_all(unit, call, LOCKED, "evaluate")


def _step_all(unit: Unit, call: Call, state: str, action: str) -> None:
    for offer in unit.offers.in_state(call.id, state):
        moved = offer.step(action, unit.actor.role_names, unit.now)
        unit.offers.save(moved)
        unit.audit(f"offer_{action}", "offer", offer.id, state=moved.state, version=moved.version)


def _note_overdue(unit: Unit, call: Call) -> None:
    """Note each offer that the commission has not decided by the end of the evaluation."""
    for offer in unit.offers.in_state(call.id, IN_EVALUATION):
        unit.audit("offer_decision_overdue", "offer", offer.id, call_id=call.id)
