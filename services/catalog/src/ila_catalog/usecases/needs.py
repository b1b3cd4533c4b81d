"""Learning needs of a call: proposed by the agency, approved by the supervisory council."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.store.listing import Page, PageRequest

from ila_catalog.domain.calls import Call, LearningNeed, NeedArea
from ila_catalog.domain.needs import NeedProposal, Withdrawal, check_areas
from ila_catalog.domain.states import APPROVED, DRAFT, LEARNING_NEED, PROPOSED, PUBLISHED
from ila_catalog.ports import Unit
from ila_catalog.usecases.calls import announce_change

NEED_DUE = "learning_need_due"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeNeed:
    """What is to be taught for a call, and where that is written."""

    call_id: UUID
    areas: Sequence[NeedArea]
    text_lv: str
    text_en: str
    source: str


def propose_need(unit: Unit, command: ProposeNeed) -> NeedProposal:
    """Store a proposal for the council. Raises Missing, OffersClosed or FaultyData."""
    call = _open_call(unit, command.call_id)
    check_areas(command.areas)
    proposal = NeedProposal(
        id=uuid7(),
        call_id=call.id,
        areas=list(command.areas),
        text_lv=command.text_lv,
        text_en=command.text_en,
        source=command.source,
        state=LEARNING_NEED.start,
        proposed_by=unit.actor.id,
        version=1,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.needs.add(proposal)
    unit.set_timer(proposal.id, NEED_DUE, proposal.due_at)
    _note(unit, proposal, "learning_need_proposed")
    return proposal


def approve_need(unit: Unit, call_id: UUID, need_id: UUID) -> NeedProposal:
    """Approve a proposal: from this Latvian day on offers may rest on it, and the call is told anew.

    Raises Missing, OffersClosed, WrongState or ProposerApproves. Source: BR-208.
    """
    call = _open_call(unit, call_id)
    was, today = _proposal(unit, call, need_id), riga_date(unit.now)
    approved = was.approved(unit.actor.id, unit.actor.role_names, today, unit.now)
    _settle(unit, approved, "learning_need_approved")
    needs = [*call.data.learning_needs, approved.need(today)]
    announce_change(unit, call.changed(learning_needs=needs), "call_need_added", need_id=need_id)
    return approved


def refuse_need(unit: Unit, call_id: UUID, need_id: UUID, reason: str) -> NeedProposal:
    """Refuse a proposal, with a reason. Raises Missing, OffersClosed or WrongState."""
    call = _open_call(unit, call_id)
    refused = _proposal(unit, call, need_id).step("refuse", unit.actor.role_names, unit.now, reason)
    _settle(unit, refused, "learning_need_refused")
    return refused


def withdraw_need(unit: Unit, call_id: UUID, need_id: UUID, reason: str) -> NeedProposal:
    """Take a proposal back, or a need that was approved and that no completed programme rests on.

    Raises Missing, OffersClosed, WrongState, NotYourStep or NeedInUse.
    """
    call = _open_call(unit, call_id)
    need = next((one for one in call.data.learning_needs if one.id == need_id), None)
    if need is None:
        back = _proposal(unit, call, need_id).step("withdraw", unit.actor.role_names, unit.now, reason)
        _settle(unit, back, "learning_need_withdrawn")
        return back
    used = Withdrawal(programmes=unit.needs.programmes_of(need_id))
    LEARNING_NEED.next_state(APPROVED, "withdraw", unit.actor.role_names, used)
    was = unit.needs.get(need_id) or _of_file(unit, call, need)
    withdrawn = replace(was, state="withdrawn", version=was.version + 1, updated_at=unit.now, reason=reason)
    _settle(unit, withdrawn, "learning_need_withdrawn")
    kept = [one for one in call.data.learning_needs if one.id != need_id]
    announce_change(unit, call.changed(learning_needs=kept), "call_need_removed", need_id=need_id)
    return withdrawn


def lapse_need(unit: Unit, need_id: UUID) -> None:
    """End a proposal that the council did not decide in time."""
    proposal = unit.needs.get(need_id)
    if proposal is not None and proposal.state == PROPOSED:
        _settle(unit, proposal.step("lapse", unit.actor.role_names, unit.now), "learning_need_lapsed")


def list_needs(unit: Unit, call_id: UUID, request: PageRequest) -> Page:
    """Return a page of the learning needs of a call in every state, newest first. Raises Missing."""
    if unit.calls.get(call_id) is None:
        raise Missing()
    return unit.needs.page(request, call_id)


def _open_call(unit: Unit, call_id: UUID) -> Call:
    """Return a call, locked, whose needs may still change. Raises Missing or OffersClosed."""
    call = unit.calls.get(call_id, (DRAFT, PUBLISHED), lock=True)
    if call is None:
        raise Missing()
    call.must_take_drafts(unit.now)
    return call


def _proposal(unit: Unit, call: Call, need_id: UUID) -> NeedProposal:
    found = unit.needs.get(need_id)
    if found is None or found.call_id != call.id:
        raise Missing()
    return found


def _of_file(unit: Unit, call: Call, need: LearningNeed) -> NeedProposal:
    """Return a need of the call's file as one that is kept beside the call, and store it."""
    made = NeedProposal(
        id=need.id,
        call_id=call.id,
        areas=need.areas,
        text_lv=need.text_lv,
        text_en=need.text_en,
        source=need.source,
        state=APPROVED,
        proposed_by=call.data.code,
        approved_by="council",
        approved_on=need.approved_on,
        version=1,
        created_at=unit.now,
        updated_at=unit.now,
    )
    unit.needs.add(made)
    return made


def _settle(unit: Unit, proposal: NeedProposal, action: str) -> None:
    unit.needs.save(proposal)
    unit.clear_timer(proposal.id, NEED_DUE)
    _note(unit, proposal, action)


def _note(unit: Unit, proposal: NeedProposal, action: str) -> None:
    unit.audit(
        action, "call", proposal.call_id, need_id=proposal.id, state=proposal.state, version=proposal.version
    )
