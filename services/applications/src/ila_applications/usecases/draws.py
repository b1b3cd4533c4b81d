"""The draw of a call: committed when the call is known, made by a timer when its window is over.

Source: BR-505, BR-709; recipe in docs/draw.md.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ila_kit.states import SYSTEM

from ila_applications.domain.applications import Application, Case
from ila_applications.domain.draws import (
    AGAIN,
    DRAW,
    PATIENCE,
    Candidate,
    Draw,
    Secret,
    arrange,
    commit,
    late,
    list_sha256,
)
from ila_applications.domain.offerings import Call
from ila_applications.domain.states import UNCHECKED
from ila_applications.ports import Unit
from ila_applications.usecases.places import promote_waiting

DRAW_DUE = "draw_due"
DRAWN_PLACES = "drawn_places"


def prepare_draw(unit: Unit, call: Call) -> None:
    """Commit the seed of a call's draw, once, and set the time of the draw anew."""
    secret = Secret.new()
    draw = commit(call.id, secret, unit.now)
    if unit.draws.add(draw, secret):
        unit.audit("draw_committed", "call", call.id, commitment=draw.commitment)
    if not unit.draws.get(call.id).drawn:
        unit.set_timer(call.id, DRAW_DUE, call.draw_at)


def make_draw(unit: Unit, call_id: UUID) -> None:
    """Draw the lots of a call, reveal the seed and fix the list; the places go out right after.

    It waits until the window is over, and for checks of eligibility that are under way, one day at
    most. A second call does nothing.
    """
    call, draw = unit.offerings.call(call_id), unit.draws.get(call_id, lock=True)
    if call is None or draw.drawn or not call.by_draw:
        return
    if unit.now < call.draw_at:
        unit.set_timer(call_id, DRAW_DUE, call.draw_at)
        return
    places = unit.draws.lock_places(call_id)
    candidates = unit.draws.candidates(call_id)
    if unit.now < call.draw_at + PATIENCE and any(one.state in UNCHECKED for one in candidates):
        unit.set_timer(call_id, DRAW_DUE, unit.now + AGAIN)
        return
    _draw(unit, call, draw, places, candidates)
    for programme_id in sorted(places):
        unit.set_timer(programme_id, DRAWN_PLACES, unit.now)


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
        secret = unit.draws.secret(draw.call_id)
        unit.draws.keep(draw.call_id, [late(secret, _candidate(one), draw.strata) for one in newcomers])
    promote_waiting(unit, programme_id)


def _candidate(one: Application) -> Candidate:
    return Candidate(one.id, one.programme_id, one.state, one.judged_age)


def _draw(
    unit: Unit, call: Call, was: Draw, places: dict[UUID, int], candidates: Sequence[Candidate]
) -> None:
    secret = unit.draws.secret(call.id)
    entries = arrange(secret, candidates, places, call.draw_strata)
    draw = replace(
        was,
        state=DRAW.next_state(was.state, "draw", (SYSTEM,)),
        version=was.version + 1,
        drawn_at=unit.now,
        seed=secret.seed.hex(),
        list_sha256=list_sha256(entries),
        strata=call.draw_strata,
        places=places,
    )
    unit.draws.keep(call.id, entries)
    unit.draws.finish(draw)
    unit.audit("draw_made", "call", call.id, seed=draw.seed, list_sha256=draw.list_sha256)
