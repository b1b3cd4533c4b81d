"""What the catalogue tells: calls, programmes and their end."""

from ila_kit.events import Envelope

from ila_applications.domain.offerings import Call, Programme
from ila_applications.events.consumed import CallPublished, ProgrammeClosed, ProgrammePublished
from ila_applications.ports import Unit
from ila_applications.usecases.offerings import close_programme, learn_call, learn_programme


def keep_call(unit: Unit, envelope: Envelope) -> None:
    """Know by which rules a call takes applications."""
    told = CallPublished.read(envelope.data)
    values = {name: getattr(told, name) for name in told.__dataclass_fields__ if name != "call_id"}
    values["draw_strata"] = tuple(told.draw_strata)
    learn_call(unit, Call(id=told.call_id, **values), envelope.sequence)


def keep_programme(unit: Unit, envelope: Envelope) -> None:
    """Know what people can apply for."""
    told = ProgrammePublished.read(envelope.data)
    values = {name: getattr(told, name) for name in told.__dataclass_fields__ if name != "programme_id"}
    values["parts"] = tuple(told.parts)
    learn_programme(unit, Programme(id=told.programme_id, **values), envelope.sequence)


def end_on_closure(unit: Unit, envelope: Envelope) -> None:
    """End what is not over of a programme that was closed; waits while the programme is unknown."""
    told = ProgrammeClosed.read(envelope.data)
    close_programme(unit, told.programme_id, told.closed_at)


HANDLERS = {
    "catalog.call_published.v1": keep_call,
    "catalog.programme_published.v1": keep_programme,
    "catalog.programme_closed.v1": end_on_closure,
}
