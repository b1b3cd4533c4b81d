"""What catalog publishes: calls and programmes (snapshots, the newest counts), and agreements."""

from collections.abc import Callable

from ila_kit.events import Envelope

from ila_funding.domain.agreement import Agreement
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.training import Part, Training
from ila_funding.events.consumed import AgreementEnded, AgreementInForce, CallPublished, ProgrammePublished
from ila_funding.ports import Unit
from ila_funding.usecases.agreements import end_agreement, pin_methodology
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
        drop_out_rule=told.drop_out_rule,
        co_payment_percent=told.co_payment_percent,
        entitlement_amount=told.entitlement_amount,
        entitlement_months=told.entitlement_months,
        sequence=envelope.sequence,
    )
    register_call(unit, RegisterCall(call=call, budget_limit=told.budget_limit))


def remember_programme(unit: Unit, envelope: Envelope) -> None:
    """Keep what the price of a programme is made of."""
    told = ProgrammePublished.read(envelope.data)
    training = Training(
        kind=told.kind,
        parts=tuple(Part(part.title, part.hours) for part in told.parts),
        continuing_programme=told.continuing_programme,
    )
    programme = PublishedProgramme(
        programme_id=told.programme_id,
        call_id=told.call_id,
        title_lv=told.title_lv,
        title_en=told.title_en,
        funding_source=told.funding_source,
        training=training,
        sequence=envelope.sequence,
        agreement_id=told.agreement_id,
        family=told.family,
        territory=told.territory,
    )
    register_programme(unit, programme)


def note_agreement(unit: Unit, envelope: Envelope) -> None:
    """Pin the methodology of an agreement's programmes."""
    told = AgreementInForce.read(envelope.data)
    agreement = Agreement(
        id=told.agreement_id,
        organisation_id=told.organisation_id,
        call_id=told.call_id,
        programme_ids=tuple(told.programme_ids),
        number=told.number,
        in_force_at=told.in_force_at,
    )
    pin_methodology(unit, agreement)


def note_agreement_end(unit: Unit, envelope: Envelope) -> None:
    """Keep until when an agreement's results are paid."""
    told = AgreementEnded.read(envelope.data)
    agreement = Agreement(
        id=told.agreement_id,
        organisation_id=told.organisation_id,
        call_id=told.call_id,
        programme_ids=tuple(told.programme_ids),
        ended_at=told.ended_at,
        outcome=told.outcome,
    )
    end_agreement(unit, agreement)


HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {
    "catalog.call_published.v1": open_line_on_publication,
    "catalog.programme_published.v1": remember_programme,
    "catalog.agreement_in_force.v1": note_agreement,
    "catalog.agreement_ended.v1": note_agreement_end,
}
