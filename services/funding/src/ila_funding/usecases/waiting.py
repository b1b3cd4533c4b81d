"""Setting money apart for eligible applications, and serving those that wait for some."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from ila_kit.errors import Refusal
from ila_kit.events import NotYet

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.entitlement import Split
from ila_funding.domain.errors import NoMethodology
from ila_funding.domain.hold import Hold, moved, new_hold
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.quote import Quote, quote
from ila_funding.domain.request import HoldRequest, Refused
from ila_funding.domain.support import Earlier
from ila_funding.events.published import FundsReleased, HoldRefused
from ila_funding.ports import Unit
from ila_funding.usecases.alarms import watch
from ila_funding.usecases.entitlements import begin_months, follow_shares, split_price, take_shares
from ila_funding.usecases.support import DECIDE_AGAIN, LOOK_AGAIN, support_before, wake_rivals

EXPIRE_HOLD = "expire-hold"
SERVE_WAITING = "serve-waiting"
SERVED_AT_ONCE = 25
SERVE_AGAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Granted:
    """A hold whose money is posted, by the terms of its call; `keep` stores it with its request."""

    hold: Hold
    call: PublishedCall
    parts: Split
    request: HoldRequest


def told_terms(unit: Unit, request: HoldRequest) -> tuple[PublishedCall, PublishedProgramme]:
    """Return the call and the programme of a request. Raises NotYet."""
    call, programme = unit.calls.get(request.call_id), unit.programmes.get(request.programme_id)
    if call is None or programme is None:
        raise NotYet("catalog has not told of the call or the programme")
    if programme.agreement_id is not None and programme.pinned is None:
        raise NotYet("catalog has not told of the programme's agreement")
    return call, programme


def price(unit: Unit, request: HoldRequest, programme: PublishedProgramme) -> Quote:
    """Return the quote that a hold is pinned to.

    It is made by the methodology that the programme's agreement pinned; without an agreement by the
    one valid on the application day.

    Source: BR-707, BR-709.
    """
    return quote(programme.training, _methodology(unit, request, programme))


def _methodology(unit: Unit, request: HoldRequest, programme: PublishedProgramme) -> Methodology:
    if programme.pinned is None:
        return unit.methodologies.deciding(request.applied_on, known_at=unit.now)
    if programme.pinned.version is None:
        raise NoMethodology(as_of=request.applied_on.isoformat())
    return unit.methodologies.by_version(programme.pinned.version)


def grant(
    unit: Unit, request: HoldRequest, line_id: UUID, pinned: Quote, call: PublishedCall
) -> Granted | None:
    """Set the public part of the quoted amount apart; None when the line lacks it or somebody is before.

    Raises EntitlementExhausted, EntitlementExpired when the learner's entitlement does not pay for it. That
    the money is held is told when the register of earlier support was heard: see `support_checks`.

    Source: BR-709, BR-710.
    """
    parts = split_price(unit, request, line_id, pinned.amount, call)
    hold, movement = new_hold(request, line_id, pinned, parts, call.hold_days, unit.now)
    use = unit.ledger.post(movement, turn=request.receipt_sequence, strata=request.strata)
    if use is None:
        return None
    unit.set_timer(hold.id, EXPIRE_HOLD, hold.expires_at)
    watch(unit, use)
    unit.audit("hold_funds", "hold", hold.id, amount=str(hold.amount), quote_hash=hold.quote_hash)
    return Granted(hold, call, parts, request.after("grant", unit.now, amount=pinned.amount, reason=None))


def keep(unit: Unit, granted: Sequence[Granted]) -> None:
    """Store what was granted, of different people, with the contents and the shares that each claims."""
    unit.holds.add_all([one.hold for one in granted])
    unit.support.claim([one.hold for one in granted])
    for one in granted:
        take_shares(unit, one.hold, one.parts)
        begin_months(unit, one.hold, one.call)
    unit.requests.save_all([one.request for one in granted])


def refuse(unit: Unit, request: HoldRequest, reason: str) -> None:
    """Store and tell that a request gets no money, for a reason that waiting does not change."""
    tell_refusal(unit, request.after("refuse", unit.now), reason)


def tell_refusal(unit: Unit, request: HoldRequest, reason: str) -> None:
    """Store and publish that there is no money for an application now."""
    unit.requests.save(replace(request, reason=reason))
    unit.publish(
        HoldRefused(
            application_id=request.application_id,
            person_id=request.person_id,
            programme_id=request.programme_id,
            call_id=request.call_id,
            reason=reason,
            amount=request.amount,
        ),
        request.version,
    )
    unit.audit("refuse_hold", "application", request.application_id, reason=reason)


def wait_behind(unit: Unit, request: HoldRequest, earlier: Earlier) -> None:
    """Let a request wait for what becomes of the person's own hold for the same content; told once.

    Whoever moves that hold has it decided. One moved at this very moment is seen when it is looked at again.
    """
    if request.behind != earlier.hold_id:
        waits = request.after("wait", unit.now, line_id=None, behind=earlier.hold_id)
        tell_refusal(unit, waits, Refused.CONTENT_HELD)
    unit.set_timer(request.application_id, DECIDE_AGAIN, unit.now + LOOK_AGAIN)


def give_back(unit: Unit, hold: Hold, action: str, reason: str) -> None:
    """Return a hold's money to its line by `release` or `expire`, tell so where it was told of, and serve
    those who wait.
    """
    after, movement = moved(hold, action, unit.now)
    unit.holds.save(after)
    unit.support.free([hold.id])
    wake_rivals(unit, hold.id)
    unit.clear_timer(hold.id, EXPIRE_HOLD)
    _lock(unit, hold.line_id, (hold.person_id, hold.call_id))
    use = unit.ledger.post(movement)
    if use is not None:
        watch(unit, use)
    follow_shares(unit, [hold], action)
    unit.audit(f"{action}_hold", "hold", hold.id, amount=str(hold.amount), reason=reason)
    if hold.told_at is not None:
        _tell_release(unit, after, reason)
    _serve_all(unit, hold.line_id)


def _tell_release(unit: Unit, hold: Hold, reason: str) -> None:
    released = FundsReleased(
        hold_id=hold.id,
        application_id=hold.application_id,
        person_id=hold.person_id,
        programme_id=hold.programme_id,
        call_id=hold.call_id,
        amount=hold.amount,
        reason=reason,
    )
    unit.publish(released, hold.version)


def serve_waiting(unit: Unit, line_id: UUID) -> None:
    """Set free money apart for waiting applications, in order of receipt; nobody overtakes.

    The lock on the line makes one transaction at a time serve it, so an application that goes
    to wait at the same moment is either seen here or sees the money itself. What does not fit
    into one transaction of bearable length is left to a timer, and so is one whose terms are
    not known for the moment: what came free must not be kept from coming free by it.

    Source: BR-505, BR-709.
    """
    _lock(unit, line_id)
    _serve_all(unit, line_id)


def _lock(unit: Unit, line_id: UUID, *accounts: tuple[UUID, UUID]) -> None:
    """Lock a line, then these accounts and those that are served next, all in one order for everybody."""
    unit.lines.lock(line_id)
    served = unit.requests.accounts_waiting(line_id, unit.now, SERVED_AT_ONCE)
    unit.ledger.lock_accounts([*accounts, *served])


def _serve_all(unit: Unit, line_id: UUID) -> None:
    for _ in range(SERVED_AT_ONCE):
        request = unit.requests.next_waiting(line_id, unit.now)
        try:
            if request is None or not _serve(unit, request, line_id):
                return
        except NotYet:
            unit.set_timer(line_id, SERVE_WAITING, unit.now + SERVE_AGAIN)
            return
    unit.set_timer(line_id, SERVE_WAITING, unit.now)


def _serve(unit: Unit, request: HoldRequest, line_id: UUID) -> bool:
    call, programme = told_terms(unit, request)
    try:
        if (earlier := support_before(unit, request)) is not None:
            wait_behind(unit, request, earlier)
            return True
        granted = grant(unit, request, line_id, price(unit, request, programme), call)
    except Refusal as rule:
        refuse(unit, request, rule.code)
        return True
    if granted is not None:
        keep(unit, [granted])
    return granted is not None
