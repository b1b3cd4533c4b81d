"""What everybody sees of a draw, and what its owner sees of an entry."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.errors import Missing

from ila_applications.domain.draws import COMMITTED, Draw
from ila_applications.domain.errors import NoDraw, NotDrawnYet, NotPinnedYet
from ila_applications.domain.lots import Entry, Pin
from ila_applications.domain.offerings import Call, Programme, Stratum
from ila_applications.ports import Unit


@dataclass(frozen=True, slots=True)
class ProgrammeShare:
    """A programme in a draw: its places, and how many entries are pinned; None before the pin."""

    programme: Programme
    places: int
    entries: int | None


@dataclass(frozen=True, slots=True)
class DrawView:
    """A draw with its call, its strata and its programmes."""

    draw: Draw
    call: Call
    strata: tuple[Stratum, ...]
    programmes: list[ProgrammeShare]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """An entry as its owner is told of it; what pin and draw decide is None before them."""

    application_id: UUID
    call_id: UUID
    programme_id: UUID
    pseudonym: str
    pins_at: datetime
    pinned: bool | None
    drawn_at: datetime | None
    entry: Entry | None
    entries: int | None
    places: int | None


def show_draw(unit: Unit, call_id: UUID) -> DrawView:
    """Return the draw of a call. Raises Missing when the call is not opened by one."""
    call, draw = _found(unit, call_id)
    pinned, counts = draw.state != COMMITTED, unit.draws.counts(call_id)
    programmes = [
        ProgrammeShare(one, draw.places.get(one.id, one.places), counts.get(one.id, 0) if pinned else None)
        for one in unit.offerings.of_call(call_id)
    ]
    return DrawView(draw, call, draw.strata if pinned else call.draw_strata, programmes)


def show_pins(unit: Unit, call_id: UUID) -> tuple[Draw, Iterator[Pin]]:
    """Return a draw with its pinned entries. Raises Missing or NotPinnedYet."""
    call, draw = _found(unit, call_id)
    if draw.state == COMMITTED:
        raise NotPinnedYet(pins_at=call.pin_at)
    return draw, unit.draws.pins(call_id)


def show_list(unit: Unit, call_id: UUID) -> tuple[Draw, Iterator[Entry]]:
    """Return a draw with the list of its entries. Raises Missing or NotDrawnYet."""
    _, draw = _found(unit, call_id)
    if not draw.drawn:
        raise NotDrawnYet()
    return draw, unit.draws.listed(call_id)


def show_entry(unit: Unit, application_id: UUID, scope: Scope) -> EntryView:
    """Return the entry of an application in scope. Raises Missing, NoDraw.

    Nobody but its owner may see whose pseudonym stands in the list.
    """
    case = unit.applications.get(application_id, scope)
    application, call = case.application, case.offering.call
    if call is None or not call.by_draw or application.receipt is None:
        raise NoDraw()
    draw = unit.draws.get(call.id)
    entry = unit.draws.entries([application.id]).get(application.id)
    return EntryView(
        application_id=application.id,
        call_id=call.id,
        programme_id=application.programme_id,
        pseudonym=unit.draws.secret(call.id).pseudonym(application.id),
        pins_at=call.pin_at,
        pinned=unit.draws.pinned(application.id) if draw.state != COMMITTED else None,
        drawn_at=draw.drawn_at,
        entry=entry,
        entries=unit.draws.counts(call.id).get(application.programme_id, 0) if draw.drawn else None,
        places=draw.places.get(application.programme_id) if draw.drawn else None,
    )


def _found(unit: Unit, call_id: UUID) -> tuple[Call, Draw]:
    call = unit.offerings.call(call_id)
    if call is None or not call.by_draw:
        raise Missing()
    return call, unit.draws.get(call_id)
