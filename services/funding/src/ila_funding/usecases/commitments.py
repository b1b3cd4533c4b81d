"""Commitments: the money of those who enrol is bound until it is paid or given back."""

from dataclasses import dataclass
from uuid import UUID

from ila_kit.events import NotYet

from ila_funding.domain.hold import CLEAR, Hold, moved
from ila_funding.domain.request import EarlyEnding, HoldRequest, Refused
from ila_funding.events.published import FundsCommitted
from ila_funding.ports import Unit
from ila_funding.usecases.entitlements import follow_shares
from ila_funding.usecases.support import wake_rivals
from ila_funding.usecases.waiting import EXPIRE_HOLD, tell_refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitFunds:
    """A learner who enrolled. `sequence` is the version of the application that enrolled."""

    application_id: UUID
    sequence: int


def commit_funds(unit: Unit, command: CommitFunds) -> None:
    """Commit the held money of a learner who enrolled, once; one whose hold is over is told so.

    Does nothing for an application that ended since. Raises NotYet while its eligibility, or money for
    it, has not come, and while the register of earlier support has not said that nobody else paid.

    Source: BR-709, BR-713.
    """
    request = _enrolling(unit.requests.lock(command.application_id), command.sequence)
    if request.enrolled_sequence is not None and request.enrolled_sequence >= command.sequence:
        return
    enrolled = request.told(unit.now, enrolled_sequence=command.sequence)
    hold = None if enrolled.ended else unit.holds.of_application(command.application_id)
    if hold is not None and hold.allows("commit") and hold.support_check != CLEAR:
        raise NotYet("the register of earlier support has not said that nobody else paid")
    if enrolled.ended or (hold is not None and hold.live):
        unit.requests.save(enrolled)
    else:
        tell_refusal(unit, enrolled, Refused.HOLD_NOT_HELD)
    if hold is not None and hold.allows("commit"):
        _commit(unit, hold)


def _enrolling(request: HoldRequest | EarlyEnding | None, sequence: int) -> HoldRequest:
    """Return the request that an enrolment is about. Raises NotYet while what it builds on is missing."""
    if request is None or isinstance(request, EarlyEnding):
        raise NotYet("the application was not found eligible yet")
    if request.ended and (request.ended_sequence or 0) < sequence:
        raise NotYet("the application was not found eligible again yet")
    if request.state == "waiting":
        raise NotYet("the application waits for funds")
    return request


def _commit(unit: Unit, hold: Hold) -> None:
    committed, movement = moved(hold, "commit", unit.now)
    unit.holds.save(committed)
    wake_rivals(unit, hold.id)
    unit.clear_timer(hold.id, EXPIRE_HOLD)
    unit.ledger.post(movement)
    follow_shares(unit, [hold], "commit")
    event = FundsCommitted(
        hold_id=hold.id,
        application_id=hold.application_id,
        person_id=hold.person_id,
        programme_id=hold.programme_id,
        call_id=hold.call_id,
        amount=hold.amount,
    )
    unit.publish(event, committed.version)
    unit.audit("commit_hold", "hold", hold.id, amount=str(hold.amount))
