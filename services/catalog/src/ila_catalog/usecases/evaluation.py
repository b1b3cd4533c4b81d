"""What a commission does: it is appointed, its members declare interests, its chair decides."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ila_kit.actor import EVERYTHING, Scope
from ila_kit.errors import Missing, Stale
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.calls import Call
from ila_catalog.domain.evaluation import (
    APPROVED,
    REJECTED,
    Commission,
    Decision,
    Declaration,
    Reason,
    SeenLikeness,
    appeal_over,
    appointed,
    check_assessors,
    check_not_over,
    check_open,
    decided,
    declared,
    may_see,
)
from ila_catalog.domain.offers import Offer
from ila_catalog.domain.states import OFFER, SEEN_BY_COMMISSION
from ila_catalog.events.published import OfferDecided
from ila_catalog.ports import Unit
from ila_catalog.usecases.requirements import call_for_offers, must_be_approvable

APPEAL_OVER = "offer_appeal_over"
BY_ITSELF = (SYSTEM,)
_ACTION_OF = {APPROVED: "approve", REJECTED: "reject"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointCommission:
    """Who is to evaluate the offers of a call. `version` is the one that was read, 0 for the first."""

    call_id: UUID
    version: int
    members: Sequence[UUID]
    chair: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareInterest:
    """What a member says about an own interest in an institution."""

    call_id: UUID
    person_id: UUID | None
    organisation_id: UUID
    conflict: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideOffer:
    """What the chair decides about an offer, with a reason per criterion."""

    offer_id: UUID
    person_id: UUID | None
    outcome: str
    reasons: Sequence[Reason]


def show_commission(unit: Unit, call_id: UUID) -> Commission:
    """Return the commission of a call; version 0 as long as nobody is appointed. Raises Missing."""
    return unit.evaluation.commission(_call(unit, call_id).id)


def appoint_commission(unit: Unit, command: AppointCommission) -> Commission:
    """Appoint the commission of a call, or another one, until evaluation is over.

    Raises Missing, Stale, EvaluationNotOpen or CommissionIncomplete. Source: BR-401.
    """
    check_not_over(_call(unit, command.call_id), unit.now)
    if unit.evaluation.commission(command.call_id).version != command.version:
        raise Stale()
    new = appointed(command.call_id, command.members, command.chair, command.version + 1)
    unit.evaluation.put_commission(new)
    unit.audit(
        "commission_appointed",
        "call",
        new.call_id,
        members=[str(member) for member in new.members],
        chair=str(new.chair),
        version=new.version,
    )
    return new


def list_institutions(unit: Unit, request: PageRequest, call_id: UUID, person_id: UUID | None) -> Page:
    """Return a page of the institutions a member declares about, with what was declared. Raises Missing."""
    return unit.evaluation.institutions(request, call_id, _member(unit, call_id, person_id))


def declare_interest(unit: Unit, command: DeclareInterest) -> Declaration:
    """Store what a member of the commission declares about an institution that takes part.

    Raises Missing, the same for another commission as for an institution that does not take part,
    EvaluationNotOpen or InterestAlreadyDeclared. Source: BR-403.
    """
    call = call_for_offers(unit, command.call_id)
    person = _member(unit, call.id, command.person_id)
    if not unit.evaluation.takes_part(call.id, command.organisation_id):
        raise Missing()
    check_not_over(call, unit.now)
    stands = unit.evaluation.declarations(call.id, command.organisation_id, lock=True)
    new = Declaration(
        id=uuid7(),
        call_id=call.id,
        person_id=person,
        organisation_id=command.organisation_id,
        conflict=command.conflict,
        declared_at=unit.now,
    )
    unit.evaluation.put_declaration(
        declared(next((one for one in stands if one.person_id == person), None), new)
    )
    unit.audit(
        "interest_declared",
        "call",
        call.id,
        organisation_id=str(new.organisation_id),
        conflict=new.conflict,
    )
    return new


def decide_offer(unit: Unit, command: DecideOffer) -> tuple[Offer, Decision]:
    """Approve or reject an offer in evaluation; its programme follows, and whoever listens is told.

    Raises Missing for whoever may not see the offer, EvaluationNotOpen, TooFewDeclarations,
    CriterionRepeated, WrongState, and what registers say against an approval. Source: BR-403, BR-405.
    """
    # The call comes first, as when its phases turn: so nobody waits for each other.
    call = call_for_offers(unit, unit.offers.get(command.offer_id, EVERYTHING).call_id)
    was = unit.offers.get(command.offer_id, EVERYTHING, lock=True)
    chair = _check_chair(unit, was, command.person_id)
    check_open(call, unit.now)
    offer = was.step(_ACTION_OF[command.outcome], unit.actor.role_names, unit.now)
    decision = replace(
        decided(offer.id, command.outcome, command.reasons, chair, unit.now), likenesses=_flagged(unit, offer)
    )
    _follow_with_programme(unit, call, offer, decision)
    unit.offers.save(offer)
    unit.evaluation.add_decision(decision)
    unit.set_timer(offer.id, APPEAL_OVER, appeal_over(unit.now))
    unit.audit(
        "offer_decided", "offer", offer.id, outcome=decision.outcome, state=offer.state, version=offer.version
    )
    unit.publish(OfferDecided.of(offer, decision), sequence=offer.version)
    return offer, decision


def show_decision(unit: Unit, offer_id: UUID, scope: Scope) -> tuple[Offer, Decision]:
    """Return the last decision about an offer in scope, with its reasons. Raises Missing."""
    offer = unit.offers.get(offer_id, scope)
    decision = unit.evaluation.decision(offer.id)
    if decision is None:
        raise Missing()
    return offer, decision


def end_appeal_period(unit: Unit, offer_id: UUID) -> None:
    """Make a decided offer final when nobody may contest it any more; nothing when it is not time.

    Source: BR-405.
    """
    was = unit.offers.get(offer_id, EVERYTHING, lock=True)
    decision = unit.evaluation.decision(offer_id)
    if decision is None or "finalise" not in OFFER.actions(was.state):
        return
    if appeal_over(decision.decided_at) <= unit.now:
        finalise(unit, was)


def finalise(unit: Unit, was: Offer) -> None:
    """Store that the decision about an offer stands for good."""
    offer = was.step("finalise", BY_ITSELF, unit.now)
    unit.offers.save(offer)
    unit.clear_timer(offer.id, APPEAL_OVER)
    unit.audit("offer_finalised", "offer", offer.id, state=offer.state, version=offer.version)


def _call(unit: Unit, call_id: UUID) -> Call:
    call = unit.calls.get(call_id)
    if call is None:
        raise Missing()
    return call


def _member(unit: Unit, call_id: UUID, person_id: UUID | None) -> UUID:
    """Return a member of the call's commission. Raises Missing for everybody else."""
    if person_id is None or not unit.evaluation.commission(call_id).has(person_id):
        raise Missing()
    return person_id


def _check_chair(unit: Unit, offer: Offer, person_id: UUID | None) -> UUID:
    """Return the chair, who may see the offer and has enough members beside.

    Raises Missing for whoever does not see it, and TooFewDeclarations.
    """
    commission = unit.evaluation.commission(offer.call_id)
    declarations = unit.evaluation.declarations(offer.call_id, offer.organisation_id, lock=True)
    seen = offer.state in SEEN_BY_COMMISSION and may_see(person_id, commission, declarations)
    if person_id is None or person_id != commission.chair or not seen:
        raise Missing()
    check_assessors(commission, declarations)
    return person_id


def _flagged(unit: Unit, offer: Offer) -> list[SeenLikeness]:
    """Return what is flagged about an offer now: it is kept with the decision, and decides nothing."""
    shown = unit.likenesses.of(offer.id)
    return [
        SeenLikeness(**{name: row[name] for name in ("offer_id", "kind", "percent")}) for row in shown.rows
    ]


def _follow_with_programme(unit: Unit, call: Call, offer: Offer, decision: Decision) -> None:
    """Approve the programme of an approved offer, and free that of a rejected one."""
    programme = unit.programmes.get(offer.programme_id, lock=True)
    if programme is None:
        raise Missing()
    if decision.outcome == APPROVED:
        must_be_approvable(unit, call, programme)
        followed = programme.step("approve", BY_ITSELF)
    else:
        followed = programme.step("unbind", BY_ITSELF)
    unit.programmes.save(followed)
    unit.audit(
        "programme_follows_decision",
        "programme",
        followed.id,
        state=followed.state,
        version=followed.version,
    )
