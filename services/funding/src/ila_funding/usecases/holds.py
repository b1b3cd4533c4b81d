"""Holds: what happens to an application's money when it is found eligible, withdrawn or too old."""

from dataclasses import asdict, dataclass, replace
from datetime import date
from uuid import UUID

from ila_kit.errors import Refusal

from ila_funding.domain.budget import FIRST_COME, BudgetLine, PublishedCall
from ila_funding.domain.hold import EarlyWithdrawal, Hold, HoldRequest, PublishedProgramme, Refused, ended
from ila_funding.domain.quote import Quote
from ila_funding.events.published import FundsReleased
from ila_funding.ports import Unit
from ila_funding.usecases.waiting import (
    EXPIRE_HOLD,
    grant,
    price,
    refuse,
    serve_waiting,
    tell_refusal,
    told_terms,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHold:
    """An application that was found eligible, and its place in the order of receipt."""

    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    applied_on: date
    receipt_sequence: int
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawRequest:
    """An application that needs no money any more: its learner withdrew it, or its place expired."""

    application_id: UUID
    reason: str = Refused.APPLICATION_WITHDRAWN


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request is decided by; `line` is None when none pays for it."""

    call: PublishedCall
    programme: PublishedProgramme
    line: BudgetLine | None


def request_hold(unit: Unit, command: RequestHold) -> None:
    """Hold the price of an eligible application, refuse it, or let it wait; once, however often asked.

    A call opened by a draw holds money for its winners only, so eligibility alone moves nothing.
    Raises NotYet while the call or the programme is not known.

    Source: BR-709.
    """
    request = HoldRequest(**asdict(command), created_at=unit.now, updated_at=unit.now)
    call, programme = told_terms(unit, request)
    if call.opening_mode != FIRST_COME:
        return
    line = unit.lines.of_call(call.call_id, programme.funding_source, call.activity)
    request = replace(request, line_id=None if line is None else line.id)
    earlier = unit.requests.claim(request)
    if isinstance(earlier, EarlyWithdrawal):
        late = replace(request, state="withdrawn", version=earlier.version + 1)
        tell_refusal(unit, late, Refused.APPLICATION_WITHDRAWN)
    elif earlier is None:
        _answer(unit, request, Terms(call, programme, line))


def withdraw_request(unit: Unit, command: WithdrawRequest) -> None:
    """Give an application's money back, to the cent and once; a withdrawal that comes first is remembered.

    Source: BR-709.
    """
    request = unit.requests.claim_withdrawal(EarlyWithdrawal(command.application_id, 1, unit.now))
    if request is None or request.state == "withdrawn":
        return
    unit.requests.save(request.after("withdraw", unit.now))
    if request.state == "waiting" and request.line_id:
        serve_waiting(unit, request.line_id)
    elif request.state == "granted":
        _release(unit, command)


def expire_hold(unit: Unit, hold_id: UUID) -> None:
    """Give unused money back when its time is over; does nothing for a hold that moved on."""
    hold = unit.holds.lock(hold_id)
    if hold is not None and hold.allows("expire") and hold.expires_at <= unit.now:
        _end(unit, hold, "expire", "hold-expired")


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


def _release(unit: Unit, command: WithdrawRequest) -> None:
    hold = unit.holds.of_application(command.application_id)
    if hold is not None and hold.allows("release"):
        _end(unit, hold, "release", command.reason)


def _end(unit: Unit, hold: Hold, action: str, reason: str) -> None:
    after, movement = ended(hold, action, unit.now)
    unit.holds.save(after)
    unit.clear_timer(hold.id, EXPIRE_HOLD)
    unit.ledger.post(movement)
    released = FundsReleased(
        hold_id=hold.id,
        application_id=hold.application_id,
        person_id=hold.person_id,
        programme_id=hold.programme_id,
        call_id=hold.call_id,
        amount=hold.amount,
        reason=reason,
    )
    unit.publish(released, after.version)
    unit.audit(f"{action}_hold", "hold", hold.id, amount=str(hold.amount), reason=reason)
    serve_waiting(unit, hold.line_id)
