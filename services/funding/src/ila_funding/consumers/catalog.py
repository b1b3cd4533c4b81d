"""Calls and programmes, as catalog publishes them: snapshots, of which the newest counts."""

from ila_kit.events import Envelope

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.hold import PublishedProgramme
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.events.consumed import CallPublished, ProgrammePublished
from ila_funding.ports import Unit
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.programmes import register_programme


def open_line_on_publication(unit: Unit, envelope: Envelope) -> None:
    """Open the budget line of a published call."""
    told = CallPublished.read(envelope.data)
    call = PublishedCall(
        call_id=told.call_id,
        code=told.code,
        title_lv=told.title_lv,
        title_en=told.title_en,
        funding_source=told.funding_source,
        activity=told.activity,
        hold_days=told.hold_days,
        opening_mode=told.opening_mode,
        sequence=envelope.sequence,
    )
    register_call(unit, RegisterCall(call=call, budget_limit=told.budget_limit))


def remember_programme(unit: Unit, envelope: Envelope) -> None:
    """Keep what the price of a programme is made of."""
    told = ProgrammePublished.read(envelope.data)
    training = Training(
        kind=Kind(told.kind),
        parts=tuple(Part(part.title, part.hours) for part in told.parts),
        continuing_programme=told.continuing_programme,
    )
    programme = PublishedProgramme(
        programme_id=told.programme_id,
        call_id=told.call_id,
        title_lv=told.title_lv,
        funding_source=told.funding_source,
        training=training,
        sequence=envelope.sequence,
    )
    register_programme(unit, programme)


HANDLERS = {
    "catalog.call_published.v1": open_line_on_publication,
    "catalog.programme_published.v1": remember_programme,
}
