"""What an institution does with an offer: draft, try, submit, withdraw and revise it until the deadline."""

from dataclasses import dataclass, replace
from uuid import UUID

from ila_kit.actor import Scope
from ila_kit.clock import as_instant, riga_date
from ila_kit.errors import DomainError, Missing, Stale
from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, WrongState
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain import offers as domain
from ila_catalog.domain.calls import Call
from ila_catalog.domain.dossiers import Dossier
from ila_catalog.domain.errors import ProgrammeOffered, QuotaExceeded
from ila_catalog.domain.findings import Finding, findings
from ila_catalog.domain.offers import Offer, Receipt, Submission, content_hash
from ila_catalog.domain.phases import OFFERS
from ila_catalog.domain.schedule import OVER
from ila_catalog.domain.states import DRAFT, WITHDRAWN
from ila_catalog.events.published import OfferSubmitted, OfferWithdrawn
from ila_catalog.offer_ports import Signer
from ila_catalog.ports import Unit
from ila_catalog.usecases.calls import CALL_PHASES
from ila_catalog.usecases.likeness import want_comparison
from ila_catalog.usecases.requirements import call_for_offers, own_provider

BY_ITSELF = (SYSTEM,)


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginOffer:
    """An institution wants to offer a programme in a call."""

    organisation_id: UUID
    call_id: UUID
    programme_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeOffer:
    """What an institution writes into the draft of an offer. `version` is the one that was read."""

    offer_id: UUID
    version: int
    funding_source: str | None
    confirmed: bool


def begin_offer(unit: Unit, command: BeginOffer, scope: Scope) -> Offer:
    """Store the draft of an offer; nothing counts yet.

    Raises Missing, UnknownProvider, OffersClosed or ProgrammeOffered.
    """
    provider = own_provider(unit, command.organisation_id, scope)
    call = call_for_offers(unit, command.call_id)
    call.must_take_drafts(unit.now)
    programme = unit.programmes.get(command.programme_id)
    if programme is None or (programme.provider.id, programme.call_id) != (provider.id, call.id):
        raise Missing()
    offer = domain.draft(provider.id, call.id, programme.id, programme.kind, unit.now)
    if not unit.offers.add(offer):
        raise ProgrammeOffered()
    _note(unit, offer, "offer_drafted")
    return offer


def change_offer(unit: Unit, command: ChangeOffer, scope: Scope) -> Offer:
    """Save what an institution writes into a draft. Raises Missing, Stale, OffersClosed or WrongState."""
    was, call = _locked(unit, command.offer_id, scope)
    if was.version != command.version:
        raise Stale()
    call.must_take_drafts(unit.now)
    if was.state != DRAFT:
        raise WrongState(thing="offer", state=was.state, action="change")
    offer = replace(
        was,
        funding_source=command.funding_source,
        confirmed=command.confirmed,
        version=was.version + 1,
        updated_at=unit.now,
    )
    unit.offers.save(offer)
    _note(unit, offer, "offer_changed")
    return offer


def try_submission(unit: Unit, offer_id: UUID, scope: Scope) -> list[DomainError]:
    """Return everything that would keep an offer from being submitted now. Raises Missing."""
    offer = unit.offers.get(offer_id, scope)
    call = unit.calls.get(offer.call_id)
    if call is None:
        raise Missing()
    dossier = _dossier(unit, offer, call)
    return [*_hindrances(unit, dossier), *dossier.faults(riga_date(unit.now)), *_used_up(unit, dossier)]


def judge_requirements(unit: Unit, offer_id: UUID, scope: Scope) -> list[Finding]:
    """Return how an offer stands to each requirement, by what is known now. Raises Missing.

    As of the day of its receipt, or of today while it has none.
    """
    offer = unit.offers.get(offer_id, scope)
    call = unit.calls.get(offer.call_id)
    if call is None:
        raise Missing()
    receipt = unit.offers.receipt(offer.id) if offer.state not in (DRAFT, WITHDRAWN) else None
    as_of = riga_date(receipt.received_at if receipt else unit.now)
    return findings(_dossier(unit, offer, call), as_of)


def submit_offer(unit: Unit, offer_id: UUID, scope: Scope, signer: Signer) -> tuple[Offer, Receipt]:
    """Submit an offer as a version that never changes, and give its signed receipt.

    The instant that counts is that of the receipt of the complete request. Raises Missing, WrongState,
    OffersNotOpenYet, OffersClosed, QuotaExceeded, or the first rule it does not meet.
    Source: BR-202, BR-306, BR-308.
    """
    was, call = _locked(unit, offer_id, scope)
    call.must_take_offers(unit.now)
    stepped = was.step("submit", unit.actor.role_names, unit.now)
    offer = replace(stepped, submission=was.submission + 1)
    dossier = _dossier(unit, was, call, lock=True)
    for fault in dossier.faults(riga_date(unit.now)):
        raise fault
    _take_quota(unit, offer, call)
    unit.programmes.save(dossier.programme.step("bind", BY_ITSELF))
    receipt = _store(unit, offer, dossier, signer)
    unit.publish(OfferSubmitted.of(offer, receipt), sequence=offer.version)
    want_comparison(unit, offer.id)
    _note(unit, offer, "offer_submitted", receipt_sequence=receipt.sequence, sha256=receipt.sha256)
    if call.phase_states.get(OFFERS) == OVER:
        # In time, and stored after the deadline had been worked off: the timer locks it too.
        unit.set_timer(call.id, CALL_PHASES, unit.now)
    return offer, receipt


def withdraw_offer(unit: Unit, offer_id: UUID, scope: Scope) -> Offer:
    """Take a submitted offer back before the deadline; its programme and its place in the quota are free.

    Raises Missing, WrongState or OffersClosed. Source: BR-306.
    """
    was, call = _locked(unit, offer_id, scope)
    call.must_take_drafts(unit.now)
    offer = was.step("withdraw", unit.actor.role_names, unit.now)
    unit.offers.save(offer)
    unit.offers.give_back_quota(offer)
    programme = unit.programmes.get(offer.programme_id, lock=True)
    if programme is not None:
        unit.programmes.save(programme.step("unbind", BY_ITSELF))
    unit.publish(OfferWithdrawn.of(offer), sequence=offer.version)
    want_comparison(unit, offer.id)
    _note(unit, offer, "offer_withdrawn")
    return offer


def revise_offer(unit: Unit, offer_id: UUID, scope: Scope) -> Offer:
    """Make a withdrawn offer a draft again, to be confirmed anew.

    Raises Missing, WrongState or OffersClosed.
    """
    was, call = _locked(unit, offer_id, scope)
    call.must_take_drafts(unit.now)
    offer = replace(was.step("revise", unit.actor.role_names, unit.now), confirmed=False)
    unit.offers.save(offer)
    _note(unit, offer, "offer_revised")
    return offer


def list_offers(unit: Unit, request: PageRequest, scope: Scope) -> Page:
    """Return a page of the offers in scope, newest first, as rows."""
    return unit.offers.page(request, scope)


def list_submissions(unit: Unit, offer_id: UUID, request: PageRequest, scope: Scope) -> Page:
    """Return a page of the submitted versions of an offer in scope, oldest first. Raises Missing."""
    unit.offers.get(offer_id, scope)
    return unit.offers.submissions(offer_id, request)


def show_receipt(unit: Unit, offer_id: UUID, scope: Scope) -> Receipt:
    """Return the receipt of the last submission of an offer in scope. Raises Missing."""
    unit.offers.get(offer_id, scope)
    receipt = unit.offers.receipt(offer_id)
    if receipt is None:
        raise Missing()
    return receipt


def _locked(unit: Unit, offer_id: UUID, scope: Scope) -> tuple[Offer, Call]:
    """Return an offer in scope that nobody else changes, and its call as it stays. Raises Missing.

    The call comes first, as when its phases turn: so nobody waits for each other.
    """
    call = call_for_offers(unit, unit.offers.get(offer_id, scope).call_id)
    return unit.offers.get(offer_id, scope, lock=True), call


def _dossier(unit: Unit, offer: Offer, call: Call, lock: bool = False) -> Dossier:
    programme = unit.programmes.get(offer.programme_id, lock=lock)
    provider = unit.providers.get(offer.organisation_id)
    if programme is None or provider is None:
        raise Missing()
    return Dossier(
        offer=offer,
        call=call,
        programme=programme,
        provider=provider,
        place=unit.places.get(programme.place_id) if programme.place_id else None,
        attachments=unit.attachments.of(offer.id, programme.id),
        facts=unit.facts.of(provider.id),
    )


def _hindrances(unit: Unit, dossier: Dossier) -> list[DomainError]:
    """Return why the moment or the state of an offer is wrong for a submission."""
    found: list[DomainError] = []
    try:
        dossier.call.must_take_offers(unit.now)
    except DomainError as fault:
        found.append(fault)
    if dossier.offer.state != DRAFT:
        found.append(WrongState(thing="offer", state=dossier.offer.state, action="submit"))
    return found


def _used_up(unit: Unit, dossier: Dossier) -> list[DomainError]:
    most = _most(dossier.call, dossier.offer)
    return (
        [QuotaExceeded(kind=dossier.offer.kind, most=most)] if unit.offers.used(dossier.offer) >= most else []
    )


def _take_quota(unit: Unit, offer: Offer, call: Call) -> None:
    most = _most(call, offer)
    if not unit.offers.take_quota(offer, most):
        raise QuotaExceeded(kind=offer.kind, most=most)


def _most(call: Call, offer: Offer) -> int:
    kind = call.data.kind_named(offer.kind)
    return kind.quota if kind else 0


def _store(unit: Unit, offer: Offer, dossier: Dossier, signer: Signer) -> Receipt:
    found = to_json(findings(dossier, riga_date(unit.now)))
    content = dossier.content(offer.submission, unit.now) | {"requirements": found}
    sequence = unit.offers.next_sequence()
    said = {
        "offer_id": str(offer.id),
        "submission": offer.submission,
        "sequence": sequence,
        "received_at": as_instant(unit.now),
        "sha256": content_hash(content),
    }
    receipt = Receipt(
        offer_id=offer.id,
        submission=offer.submission,
        sequence=sequence,
        received_at=unit.now,
        sha256=content_hash(content),
        signature=signer.sign(said),
    )
    unit.offers.save(offer)
    unit.offers.add_submission(
        Submission(id=uuid7(), receipt=receipt, content=content, submitted_by=unit.actor.id)
    )
    return receipt


def _note(unit: Unit, offer: Offer, action: str, **details: object) -> None:
    unit.audit(action, "offer", offer.id, state=offer.state, version=offer.version, **details)
