"""The draw of a call: committed when it is known, pinned when its window is over, drawn by a public value.

Source: BR-505, BR-709; recipe in docs/draw.md, reasons in docs/decisions/0080.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import SYSTEM

from ila_applications.domain.applications import Application, Case
from ila_applications.domain.draws import (
    AGAIN,
    COMMITTED,
    CONFIRMED,
    PATIENCE,
    PINNED,
    VALUE_REMINDER,
    VALUE_TIME,
    Draw,
    Secret,
    commit,
)
from ila_applications.domain.lots import Candidate, arrange, entries_sha256, late, list_sha256, pin
from ila_applications.domain.offerings import Call
from ila_applications.domain.states import UNCHECKED
from ila_applications.ports import Unit
from ila_applications.usecases.places import PLACES_DUE, promote_waiting

COMMIT_DUE = "draw_commit_due"
PIN_DUE = "draw_pin_due"
VALUE_DUE = "draw_value_due"
LOTS_DUE = "draw_lots_due"
BY_ITSELF = (SYSTEM,)
log = logging.getLogger(__name__)


def prepare_draw(unit: Unit, call: Call) -> None:
    """Commit the secret of a call's draw, once, and set the time of the pin anew.

    The source of the public value may be named otherwise until the window opens.
    """
    secret = Secret.new()
    draw = commit(call, secret, unit.now)
    if unit.draws.add(draw, secret):
        _note(unit, "draw_committed", draw)
    draw = unit.draws.get(call.id, lock=True)
    if draw.state != COMMITTED:
        return
    unit.set_timer(call.id, PIN_DUE, call.pin_at)
    renamed = replace(draw, source_lv=call.draw_source_lv, source_en=call.draw_source_en)
    if renamed != draw and unit.now < call.applications_open_at:
        unit.draws.save(renamed)
        _note(unit, "draw_source_named", renamed)


def commit_draw(unit: Unit, call_id: UUID) -> None:
    """Commit the draw of a call that was heard of before there were such draws."""
    call = unit.offerings.call(call_id)
    if call is not None and call.by_draw:
        prepare_draw(unit, call)


def pin_entries(unit: Unit, call_id: UUID) -> None:
    """Fix and publish who takes part; from now on no entry enters or leaves the list.

    It waits until the window is over, and for checks of eligibility that are under way, one day at
    most. A second call does nothing.
    """
    call, draw = unit.offerings.call(call_id), unit.draws.get(call_id, lock=True)
    if call is None or draw.state != COMMITTED or not call.by_draw:
        return
    if unit.now < call.pin_at:
        unit.set_timer(call_id, PIN_DUE, call.pin_at)
        return
    candidates = unit.draws.candidates(call_id)
    if unit.now < call.pin_at + PATIENCE and any(one.state in UNCHECKED for one in candidates):
        unit.set_timer(call_id, PIN_DUE, unit.now + AGAIN)
        return
    strata, places = call.draw_strata, unit.draws.lock_places(call_id)
    pins = pin(unit.draws.secret(call_id), candidates, strata)
    digest = entries_sha256(pins, places, strata)
    unit.draws.keep_pins(call_id, pins)
    unit.draws.save(
        draw.step("pin", BY_ITSELF, pinned_at=unit.now, entries_sha256=digest, strata=strata, places=places)
    )
    unit.audit("draw_pinned", "call", call_id, entries=len(pins), entries_sha256=digest)
    unit.set_timer(call_id, VALUE_DUE, unit.now + VALUE_TIME)


def remind_of_value(unit: Unit, call_id: UUID) -> None:
    """Raise the alarm while the public value of a pinned draw is missing, and again every day.

    Nothing else happens by silence: another value would let who withholds the first choose.
    """
    if unit.draws.get(call_id).state == PINNED:
        log.error("ALARM a draw waits for its public value", extra={"call": str(call_id)})
        unit.set_timer(call_id, VALUE_DUE, unit.now + VALUE_REMINDER)


def enter_value(unit: Unit, call_id: UUID, value: str) -> Draw:
    """Keep the public value of a pinned draw until somebody else confirms it.

    Raises Missing, WrongState or NotYourStep.
    """
    draw = _drawable(unit, call_id).with_value(value, unit.actor, unit.now)
    unit.draws.save(draw)
    unit.audit("draw_value_entered", "call", call_id, public_value=value)
    return draw


def confirm_value(unit: Unit, call_id: UUID, value: str) -> Draw:
    """Fix the public value as somebody else entered it; the lots are drawn right after.

    Raises Missing, WrongState, NotYourStep, NoPublicValue, EnteredByYou or PublicValueDiffers.
    """
    draw = _drawable(unit, call_id).confirmed(value, unit.actor, unit.now)
    unit.draws.save(draw)
    unit.audit("draw_value_confirmed", "call", call_id, public_value=value)
    unit.clear_timer(call_id, VALUE_DUE)
    unit.set_timer(call_id, LOTS_DUE, unit.now)
    return draw


def make_draw(unit: Unit, call_id: UUID) -> None:
    """Draw the lots of a call, reveal the seed and fix the list; the places go out right after.

    A second call does nothing.
    """
    draw = unit.draws.get(call_id, lock=True)
    if draw.state != CONFIRMED:
        return
    programmes = sorted(unit.draws.lock_places(call_id))
    _draw(unit, draw, unit.draws.candidates(call_id))
    for programme_id in programmes:
        unit.set_timer(programme_id, PLACES_DUE, unit.now)


def join_line(unit: Unit, programme_id: UUID, cases: Sequence[Case]) -> None:
    """Let who was found eligible after the draw wait at the place of their lot, or have a free place.

    Before the draw nothing happens. The lock on the places makes one of both sides see the other.
    """
    unit.offerings.free_places(programme_id)
    draw = unit.draws.get(cases[0].application.call_id)
    if not draw.drawn:
        return
    listed = unit.draws.entries([case.application.id for case in cases])
    newcomers = [case.application for case in cases if case.application.id not in listed]
    if newcomers:
        _keep_late(unit, draw, [_candidate(one) for one in newcomers])
    promote_waiting(unit, programme_id)


def _note(unit: Unit, action: str, draw: Draw) -> None:
    told = {"commitment": draw.commitment, "source_lv": draw.source_lv, "source_en": draw.source_en}
    unit.audit(action, "call", draw.call_id, **told)


def _drawable(unit: Unit, call_id: UUID) -> Draw:
    call = unit.offerings.call(call_id)
    if call is None or not call.by_draw:
        raise Missing()
    return unit.draws.get(call_id, lock=True)


def _candidate(one: Application) -> Candidate:
    return Candidate(one.id, one.programme_id, one.state, one.judged_age)


def _draw(unit: Unit, was: Draw, candidates: Sequence[Candidate]) -> None:
    secret, pins = unit.draws.secret(was.call_id), unit.draws.pins(was.call_id)
    states: Mapping[UUID, str] = {one.application_id: one.state for one in candidates}
    entries = arrange(secret.lot_key(was.public_value or ""), pins, states, was.places, was.strata)
    draw = was.step(
        "draw",
        BY_ITSELF,
        drawn_at=unit.now,
        seed=secret.seed.hex(),
        key_sha256=secret.key_sha256,
        list_sha256=list_sha256(entries),
    )
    unit.draws.keep(was.call_id, entries)
    pinned = {one.application_id for one in entries}
    waiting = [one for one in candidates if one.state == "waiting" and one.application_id not in pinned]
    _keep_late(unit, draw, waiting)
    unit.draws.save(draw)
    unit.audit("draw_made", "call", was.call_id, seed=draw.seed, list_sha256=draw.list_sha256)


def _keep_late(unit: Unit, draw: Draw, newcomers: Sequence[Candidate]) -> None:
    secret = unit.draws.secret(draw.call_id)
    unit.draws.keep(draw.call_id, [late(secret, one, draw.strata) for one in newcomers])
