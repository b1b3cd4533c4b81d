"""Holds: what happens to an application's money when it is found eligible, or when its hold is too old."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from ila_kit.errors import Refusal

from ila_funding.domain.budget import FIRST_COME, BudgetLine, PublishedCall
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.quote import Quote
from ila_funding.domain.request import EarlyEnding, HoldRequest, Refused
from ila_funding.ports import Unit
from ila_funding.usecases.waiting import give_back, grant, price, refuse, tell_refusal, told_terms


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHold:
    """An application that was found eligible, and its place in the order of receipt.

    `sequence` is the version of the application that was found eligible.
    """

    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    applied_on: date
    receipt_sequence: int
    provisional: bool
    sequence: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request is decided by; `line` is None when none pays for it."""

    call: PublishedCall
    programme: PublishedProgramme
    line: BudgetLine | None


def request_hold(unit: Unit, command: RequestHold) -> None:
    """Hold the price of an eligible application, refuse it, or let it wait; once, however often asked.

    Told again at a later version it moves no more money: it sets or clears the provisional mark. After
    an ending it starts anew. A call opened by a draw holds money for its winners only, so eligibility
    alone moves nothing. Raises NotYet while the call, the programme or its agreement is not known.

    Source: BR-503, BR-709.
    """
    request = _new_request(unit, command)
    call, programme = told_terms(unit, request)
    if call.opening_mode != FIRST_COME:
        return
    line = unit.lines.of_call(call.call_id, programme.funding_source, call.activity)
    request, terms = replace(request, line_id=line.id if line else None), Terms(call, programme, line)
    earlier = unit.requests.claim(request)
    if earlier is None:
        _answer(unit, request, terms)
    elif isinstance(earlier, EarlyEnding):
        _answer_ended(unit, request, earlier, terms)
    elif earlier.eligible_sequence < request.eligible_sequence:
        _hear_again(unit, earlier, request, terms)


def expire_hold(unit: Unit, hold_id: UUID) -> None:
    """Give unused money back when its time is over; does nothing for a hold that moved on."""
    hold = unit.holds.lock(hold_id)
    if hold is not None and hold.allows("expire") and hold.expires_at <= unit.now:
        give_back(unit, hold, "expire", "hold-expired")


def _new_request(unit: Unit, command: RequestHold) -> HoldRequest:
    return HoldRequest(
        application_id=command.application_id,
        person_id=command.person_id,
        call_id=command.call_id,
        programme_id=command.programme_id,
        applied_on=command.applied_on,
        receipt_sequence=command.receipt_sequence,
        provisional=command.provisional,
        eligible_sequence=command.sequence,
        created_at=unit.now,
        updated_at=unit.now,
    )


def _answer_ended(unit: Unit, request: HoldRequest, ending: EarlyEnding, terms: Terms) -> None:
    """Answer a request whose ending came first: it is refused unless it was made after that ending."""
    request = replace(request, version=ending.version + 1, ended_sequence=ending.ended_sequence)
    if request.ended:
        tell_refusal(unit, replace(request, state="withdrawn"), ending.reason)
    else:
        _answer(unit, request, terms)


def _hear_again(unit: Unit, earlier: HoldRequest, told: HoldRequest, terms: Terms) -> None:
    now, sequence = unit.now, told.eligible_sequence
    request = earlier.told(now, eligible_sequence=sequence, provisional=told.provisional)
    if earlier.ended and not request.ended:
        anew = {"receipt_sequence": told.receipt_sequence, "applied_on": told.applied_on, "reason": None}
        _answer(unit, request.after("reopen", now, line_id=told.line_id, amount=None, **anew), terms)
        return
    unit.requests.save(request)
    hold = unit.holds.of_application(request.application_id)
    if hold is not None and hold.live and hold.provisional != request.provisional:
        version = hold.version + 1
        unit.holds.save(replace(hold, provisional=request.provisional, version=version, updated_at=now))
        unit.audit("mark_hold", "hold", hold.id, provisional=request.provisional)


def _answer(unit: Unit, request: HoldRequest, terms: Terms) -> None:
    try:
        pinned = price(unit, request, terms.programme)
    except Refusal as rule:
        refuse(unit, request, rule.code)
        return
    request = replace(request, amount=pinned.amount)
    if terms.programme.call_id != terms.call.call_id:
        refuse(unit, request, Refused.PROGRAMME_NOT_IN_CALL)
    elif terms.line is None:
        refuse(unit, request, Refused.NO_BUDGET_LINE)
    else:
        _place(unit, request, terms.line, pinned, terms.call)


def _place(unit: Unit, request: HoldRequest, line: BudgetLine, pinned: Quote, call: PublishedCall) -> None:
    """Hold the money, or wait for it: that is decided under the line's lock, so that no release is missed."""
    if line.free >= pinned.amount and grant(unit, request, line.id, pinned, call):
        return
    unit.lines.lock(line.id)
    if not grant(unit, request, line.id, pinned, call):
        tell_refusal(unit, request.after("wait", unit.now), Refused.BUDGET_EXHAUSTED)
