"""Holds: what happens to an application's money when it is found eligible, or when its hold is too old."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ila_kit.errors import Refusal

from ila_funding.domain.budget import FIRST_COME, BudgetLine, PublishedCall
from ila_funding.domain.hold import PENDING
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.quote import Quote
from ila_funding.domain.request import EarlyEnding, HoldRequest, Refused
from ila_funding.domain.stratum import strata_of
from ila_funding.ports import Unit
from ila_funding.usecases.support import support_before
from ila_funding.usecases.waiting import (
    Granted,
    give_back,
    grant,
    keep,
    price,
    refuse,
    tell_refusal,
    told_terms,
    wait_behind,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestHold:
    """An application that was found eligible, and its place in the order of receipt, or of lots.

    `sequence` is the version of the application that was found eligible. `drawn`: its place was
    given by a draw.
    """

    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    applied_on: date
    receipt_sequence: int
    provisional: bool
    sequence: int
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a request is decided by; `line` is None when none pays for it."""

    call: PublishedCall
    programme: PublishedProgramme
    line: BudgetLine | None
    strata: tuple[str, ...]

    def holds_for(self, command: RequestHold) -> bool:
        """Tell whether money is held for an application; in a draw only where its place was given by lot."""
        return self.call.opening_mode == FIRST_COME or command.drawn


def request_hold(unit: Unit, command: RequestHold) -> None:
    """Hold the price of an eligible application, refuse it, or let it wait; once, however often asked.

    Told again at a later version it moves no more money: it sets or clears the provisional mark. After
    an ending it starts anew. A call opened by a draw holds money only for places given by lot. Raises
    NotYet while the call, the programme or its agreement is not known.

    Source: BR-503, BR-709.
    """
    request = _new_request(unit, command)
    terms = _terms(unit, request)
    if terms.holds_for(command):
        request = _paid_by(request, terms)
        granted = _decide(unit, request, unit.requests.claim(request), terms)
        keep(unit, [granted] if granted else [])


def request_holds(unit: Unit, commands: Sequence[RequestHold]) -> None:
    """Do for many applications in one transaction what `request_hold` does for each, in order of receipt.

    What is read of calls, programmes and lines is read once, and each line, then each learner's account, is
    locked before the first is decided: until all are, nobody else moves their money. Raises NotYet when it
    does for one of them; then nothing is done.
    """
    known: dict[tuple[UUID, UUID], Terms] = {}
    decided = []
    for command in sorted(commands, key=_in_order):
        request = _new_request(unit, command)
        place = request.call_id, request.programme_id
        terms = known.get(place) or known.setdefault(place, _terms(unit, request))
        if terms.holds_for(command):
            decided.append((_paid_by(request, terms), terms))
    new = unit.requests.claim_all([request for request, _ in decided])
    for known_id in sorted({request.application_id for request, _ in decided} - new):
        unit.requests.lock(known_id)  # before the lines, as an ending does
    for line_id in sorted({terms.line.id for _, terms in decided if terms.line}):
        unit.lines.lock(line_id)
    unit.ledger.lock_accounts((request.person_id, request.call_id) for request, _ in decided)
    for some in _of_different_people(decided):
        granted = []
        for request, terms in some:
            mine = request.application_id
            granted.append(_decide(unit, request, None if mine in new else unit.requests.lock(mine), terms))
            new.discard(mine)
        keep(unit, [one for one in granted if one])


def _of_different_people(
    decided: Sequence[tuple[HoldRequest, Terms]],
) -> Iterator[list[tuple[HoldRequest, Terms]]]:
    """Cut requests where a person comes again: what the first one is granted must be seen by the next."""
    some: list[tuple[HoldRequest, Terms]] = []
    for one in decided:
        if any(one[0].person_id == other.person_id for other, _ in some):
            yield some
            some = []
        some.append(one)
    yield some


def _in_order(command: RequestHold) -> tuple[int, int]:
    return command.receipt_sequence, command.sequence


def _terms(unit: Unit, request: HoldRequest) -> Terms:
    """Return what decides a request. Raises NotYet."""
    call, programme = told_terms(unit, request)
    strata = strata_of(programme)
    line = unit.lines.paying(call.call_id, programme.funding_source, call.activity, strata)
    return Terms(call, programme, line, strata)


def _paid_by(request: HoldRequest, terms: Terms) -> HoldRequest:
    return replace(request, line_id=terms.line.id if terms.line else None, strata=terms.strata)


def _decide(
    unit: Unit, request: HoldRequest, earlier: HoldRequest | EarlyEnding | None, terms: Terms
) -> Granted | None:
    if earlier is None:
        return _answer(unit, request, terms)
    if isinstance(earlier, EarlyEnding):
        return _answer_ended(unit, request, earlier, terms)
    if earlier.eligible_sequence < request.eligible_sequence:
        return _hear_again(unit, earlier, request, terms)
    return None


def expire_hold(unit: Unit, hold_id: UUID) -> None:
    """Give unused money back when its time is over; does nothing for a hold that moved on.

    One about which the register of earlier support was not heard stays held until it is, or its
    application ends: who could not commit it must not lose it.
    """
    hold = unit.holds.lock(hold_id)
    if (
        hold is not None
        and hold.support_check != PENDING
        and hold.allows("expire")
        and hold.expires_at <= unit.now
    ):
        give_back(unit, hold, "expire", "hold-expired")


def decide_again(unit: Unit, application_id: UUID) -> None:
    """Answer a request that waits for what becomes of the person's own hold for the same content.

    Raises NotYet while the call, the programme or its agreement is not known.

    Source: BR-713.
    """
    request = unit.requests.lock(application_id)
    if isinstance(request, HoldRequest) and request.behind is not None:
        terms = _terms(unit, request)
        granted = _answer(unit, _paid_by(request, terms), terms)
        keep(unit, [granted] if granted else [])


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


def _answer_ended(unit: Unit, request: HoldRequest, ending: EarlyEnding, terms: Terms) -> Granted | None:
    """Answer a request whose ending came first: it is refused unless it was made after that ending."""
    request = replace(request, version=ending.version + 1, ended_sequence=ending.ended_sequence)
    if request.ended:
        tell_refusal(unit, replace(request, state="withdrawn"), ending.reason)
        return None
    return _answer(unit, request, terms)


def _hear_again(unit: Unit, earlier: HoldRequest, told: HoldRequest, terms: Terms) -> Granted | None:
    now, sequence = unit.now, told.eligible_sequence
    request = earlier.told(now, eligible_sequence=sequence, provisional=told.provisional)
    if earlier.ended and not request.ended:
        told_anew = ("receipt_sequence", "applied_on", "line_id", "strata")
        anew: dict[str, Any] = {name: getattr(told, name) for name in told_anew}
        return _answer(unit, request.after("reopen", now, **anew, reason=None, amount=None), terms)
    unit.requests.save(request)
    hold = unit.holds.of_application(request.application_id)
    if hold is not None and hold.live and hold.provisional != request.provisional:
        version = hold.version + 1
        unit.holds.save(replace(hold, provisional=request.provisional, version=version, updated_at=now))
        unit.audit("mark_hold", "hold", hold.id, provisional=request.provisional)
    return None


def _answer(unit: Unit, request: HoldRequest, terms: Terms) -> Granted | None:
    try:
        if (earlier := support_before(unit, request)) is not None:
            wait_behind(unit, request, earlier)
            return None
        pinned = price(unit, request, terms.programme)
    except Refusal as rule:
        refuse(unit, request, rule.code)
        return None
    request = replace(request, amount=pinned.amount)
    if terms.programme.call_id != terms.call.call_id:
        refuse(unit, request, Refused.PROGRAMME_NOT_IN_CALL)
    elif terms.line is None:
        refuse(unit, request, Refused.NO_BUDGET_LINE)
    else:
        return _place(unit, request, terms.line, pinned, terms.call)
    return None


def _place(
    unit: Unit, request: HoldRequest, line: BudgetLine, pinned: Quote, call: PublishedCall
) -> Granted | None:
    """Hold the money, or wait for it: that is decided under the line's lock, so that no release is missed."""
    try:
        if line.free >= pinned.amount and (granted := grant(unit, request, line.id, pinned, call)):
            return granted
        locked = unit.lines.lock(line.id) or line
        granted = grant(unit, request, line.id, pinned, call)
    except Refusal as rule:
        refuse(unit, request, rule.code)
        return None
    if granted is None:
        paused = locked.lets_wait(request.strata, unit.now)
        reason = Refused.LINE_PAUSED if paused else Refused.BUDGET_EXHAUSTED
        tell_refusal(unit, request.after("wait", unit.now), reason)
    return granted
