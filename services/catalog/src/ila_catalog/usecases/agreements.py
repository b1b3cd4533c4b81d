"""Agreements: prepared for an institution's approved offers, signed by both sides, over one day."""

from dataclasses import dataclass, replace
from uuid import UUID

from ila_kit.actor import EVERYTHING, Actor, Scope
from ila_kit.clock import riga_date
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.agreement_text import AgreementTemplates, written
from ila_catalog.domain.agreements import (
    ACTION_OF,
    BY_ITSELF,
    Agreement,
    Covered,
    Signing,
    check_standstill,
    deadline,
    document_hash,
    lapsed,
    over,
    party_of,
    signed,
)
from ila_catalog.domain.calls import Call
from ila_catalog.domain.errors import (
    AgreementExists,
    NoApprovedOffers,
    OffersUndecided,
    ProviderIsSuspended,
)
from ila_catalog.domain.evaluation import APPROVED
from ila_catalog.domain.offers import Offer
from ila_catalog.domain.programmes import Programme, Provider, published
from ila_catalog.domain.states import AGREEMENT, IN_FORCE, PROGRAMME, UNDECIDED
from ila_catalog.domain.states import APPROVED as APPROVED_OFFER
from ila_catalog.events.published import (
    AgreementEnded,
    AgreementInForce,
    ProgrammeClosed,
    ProgrammePublished,
)
from ila_catalog.ports import Row, Unit
from ila_catalog.usecases.evaluation import finalise
from ila_catalog.usecases.requirements import call_for_offers, own_provider

AGREEMENT_DUE = "agreement_due"
_APPROVED_STATES = (APPROVED_OFFER, "final")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrepareAgreement:
    """With whom the agency is to make an agreement, in which call."""

    organisation_id: UUID
    call_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SignAgreement:
    """A signature: which document somebody has read and signs."""

    agreement_id: UUID
    document_sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndAgreement:
    """How an agreement is over: `ended` (fulfilled) or `terminated`, and why."""

    agreement_id: UUID
    outcome: str
    reason: str


def prepare_agreement(unit: Unit, command: PrepareAgreement, templates: AgreementTemplates) -> Agreement:
    """Write the agreement that covers every approved offer of an institution in a call.

    Raises Missing, ProviderIsSuspended, AgreementExists, OffersUndecided, NoApprovedOffers or
    StandstillNotOver. Source: BR-405, BR-406.
    """
    call = call_for_offers(unit, command.call_id)
    provider = own_provider(unit, command.organisation_id, EVERYTHING)
    if provider.suspended:
        raise ProviderIsSuspended()
    if unit.agreements.live(call.id, provider.id) is not None:
        raise AgreementExists()
    agreement = _written(unit, call, provider, _approved_offers(unit, call, provider), templates)
    if not unit.agreements.add(agreement):
        raise AgreementExists()
    _wait(unit, agreement)
    _note(unit, agreement, "agreement_prepared", document_sha256=agreement.document_sha256)
    return agreement


def sign_agreement(unit: Unit, command: SignAgreement, scope: Scope) -> Agreement:
    """Sign for the side one stands on; with the agency's signature the agreement is in force.

    Then its offers are final and its programmes published. Raises Missing, WrongState, OtherDocument,
    PreparerSigns or CallNotPublished. Source: BR-406.
    """
    was = unit.agreements.get(command.agreement_id, scope, lock=True)
    call = _held_call(unit, was.call_id)
    party = party_of(unit.actor, was.organisation_id)
    signing = Signing(
        agreement=was, person_id=_own_person(unit.actor), document_sha256=command.document_sha256
    )
    agreement = signed(was, party, signing, call.data, unit.now)
    unit.agreements.save(agreement)
    _wait(unit, agreement)
    _note(unit, agreement, f"agreement_signed_by_{party}", document_sha256=agreement.document_sha256)
    if agreement.state == IN_FORCE:
        _put_in_force(unit, call, agreement)
    return agreement


def end_agreement(unit: Unit, command: EndAgreement) -> Agreement:
    """End or terminate an agreement in force; its programmes are closed, and whoever listens is told.

    Raises Missing, WrongState or NotYourStep. Source: BR-406.
    """
    was = unit.agreements.get(command.agreement_id, EVERYTHING, lock=True)
    unit.calls.hold(was.call_id)
    agreement = over(was, command.outcome, command.reason, unit.actor.role_names, unit.now)
    unit.agreements.save(agreement)
    _note(unit, agreement, f"agreement_{agreement.state}")
    unit.publish(AgreementEnded.of(agreement, unit.now), sequence=agreement.version)
    for programme in unit.programmes.among(agreement.programme_ids, lock=True):
        if "close" in PROGRAMME.actions(programme.state):
            _close(unit, programme, agreement.state)
    return agreement


def lapse_agreement(unit: Unit, agreement_id: UUID) -> None:
    """End an agreement that a side has not signed in time; nothing when it is not time, or was signed.

    Source: BR-605.
    """
    agreement = lapsed(unit.agreements.get(agreement_id, EVERYTHING, lock=True), unit.now)
    if agreement is not None:
        unit.agreements.save(agreement)
        _note(unit, agreement, "agreement_lapsed")


def list_agreements(unit: Unit, request: PageRequest, scope: Scope) -> Page:
    """Return a page of the agreements in scope, the newest first."""
    return unit.agreements.page(request, scope)


def show_agreement(unit: Unit, agreement_id: UUID, scope: Scope) -> Row:
    """Return an agreement in scope with the title of its institution. Raises Missing."""
    return unit.agreements.row(agreement_id, scope)


def own_actions(agreement: Agreement, actor: Actor) -> list[str]:
    """Return which steps of the state table somebody may take now with an agreement."""
    try:
        sides = {f"{party_of(actor, agreement.organisation_id)}_signatory"}
    except Missing:
        sides = set()
    held = (actor.role_names & {"contract_officer"}) | sides
    shown = {"sign_for_provider", "sign_for_agency", *ACTION_OF.values()}
    return [
        action
        for action in AGREEMENT.actions(agreement.state)
        if action in shown and AGREEMENT.steps[agreement.state, action].roles & held
    ]


def _approved_offers(unit: Unit, call: Call, provider: Provider) -> list[Offer]:
    """Return the approved offers of an institution, when all are decided and the standstill is over."""
    offers = unit.offers.of_organisation(call.id, provider.id)
    if undecided := [one for one in offers if one.state in UNDECIDED]:
        raise OffersUndecided(undecided=len(undecided))
    decisions = {one.offer_id: one for one in unit.evaluation.decisions(call.id, provider.id)}
    approved = [
        one for one in offers if one.state in _APPROVED_STATES and decisions[one.id].outcome == APPROVED
    ]
    if not approved:
        raise NoApprovedOffers()
    check_standstill(call.data, max(one.decided_at for one in decisions.values()), unit.now)
    return approved


def _written(
    unit: Unit, call: Call, provider: Provider, offers: list[Offer], templates: AgreementTemplates
) -> Agreement:
    today = riga_date(unit.now)
    number = f"IMK-{today.year}/{unit.agreements.next_number()}"
    programmes = unit.programmes.among([one.programme_id for one in offers])
    text = written(
        templates, number=number, data=call.data, provider=provider, programmes=programmes, on=today
    )
    return Agreement(
        id=uuid7(),
        number=number,
        organisation_id=provider.id,
        call_id=call.id,
        state=AGREEMENT.start,
        version=1,
        prepared_by=unit.actor.id,
        prepared_at=unit.now,
        document=text,
        document_sha256=document_hash(text),
        covered=[Covered(programme_id=one.programme_id, offer_id=one.id) for one in offers],
        due_at=deadline(call.data, AGREEMENT.start, unit.now),
    )


def _held_call(unit: Unit, call_id: UUID) -> Call:
    """Return a call in any state, which keeps its schedule until this transaction ends."""
    unit.calls.hold(call_id)
    call = unit.calls.get(call_id)
    if call is None:
        raise Missing()
    return call


def _put_in_force(unit: Unit, call: Call, agreement: Agreement) -> None:
    """Make the covered offers final, publish their programmes, and tell of both."""
    unit.publish(AgreementInForce.of(agreement, unit.now), sequence=agreement.version)
    covered = {one.offer_id for one in agreement.covered}
    for offer in unit.offers.of_organisation(agreement.call_id, agreement.organisation_id):
        if offer.id in covered and offer.state == APPROVED_OFFER:
            finalise(unit, offer)
    for programme in unit.programmes.among(agreement.programme_ids, lock=True):
        _publish(unit, call, agreement, programme)


def _publish(unit: Unit, call: Call, agreement: Agreement, programme: Programme) -> None:
    shown = published(programme, call, agreement, BY_ITSELF, unit.now)
    new = replace(shown, version=programme.version + 1)
    unit.programmes.save(new)
    unit.audit("programme_published", "programme", new.id, call_id=str(call.id), version=new.version)
    unit.publish(ProgrammePublished.of(new, call), sequence=new.version)


def _close(unit: Unit, programme: Programme, outcome: str) -> None:
    closed = programme.step("close", BY_ITSELF)
    unit.programmes.save(closed)
    unit.audit("programme_closed", "programme", closed.id, state=closed.state, version=closed.version)
    unit.publish(ProgrammeClosed.of(closed, outcome, unit.now), sequence=closed.version)


def _own_person(actor: Actor) -> UUID:
    """Return the person who acts. Raises NotYourStep for a machine: nobody signs through one."""
    try:
        return UUID(actor.id)
    except ValueError:
        raise NotYourStep(thing=AGREEMENT.name, action="sign") from None


def _wait(unit: Unit, agreement: Agreement) -> None:
    """Have an agreement lapse that waits for a signature; one that waits for none does not."""
    if agreement.due_at is None:
        unit.clear_timer(agreement.id, AGREEMENT_DUE)
    else:
        unit.set_timer(agreement.id, AGREEMENT_DUE, agreement.due_at)


def _note(unit: Unit, agreement: Agreement, action: str, **details: object) -> None:
    unit.audit(
        action,
        "agreement",
        agreement.id,
        organisation_id=str(agreement.organisation_id),
        state=agreement.state,
        version=agreement.version,
        **details,
    )
