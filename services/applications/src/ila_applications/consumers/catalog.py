"""What the catalogue tells: calls and programmes."""

from dataclasses import asdict

from ila_kit.events import Envelope

from ila_applications.domain.offerings import Call, Programme
from ila_applications.events.consumed import CallPublished, ProgrammePublished
from ila_applications.ports import Unit
from ila_applications.usecases.offerings import learn_call, learn_programme


def keep_call(unit: Unit, envelope: Envelope) -> None:
    """Know by which rules a call takes applications."""
    told = asdict(CallPublished.read(envelope.data))
    learn_call(unit, Call(id=told.pop("call_id"), **told), envelope.sequence)


def keep_programme(unit: Unit, envelope: Envelope) -> None:
    """Know what people can apply for."""
    told = asdict(ProgrammePublished.read(envelope.data))
    learn_programme(unit, Programme(id=told.pop("programme_id"), **told), envelope.sequence)


HANDLERS = {"catalog.call_published.v1": keep_call, "catalog.programme_published.v1": keep_programme}
