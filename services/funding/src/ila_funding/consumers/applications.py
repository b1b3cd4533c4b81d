"""Learners' applications: facts, each applied once in whatever order they come.

The version of the application, which is the sequence of the envelope, says which fact is the later one.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict

from ila_kit.events import Envelope

from ila_funding.domain.request import Ending
from ila_funding.domain.result import VerifiedResult
from ila_funding.events.consumed import (
    ApplicationFoundEligible,
    ApplicationRefused,
    ApplicationWithdrawn,
    LearnerEnrolled,
    LearningNotCompleted,
    PlaceExpired,
    ResultVerified,
)
from ila_funding.ports import Unit
from ila_funding.usecases.commitments import CommitFunds, commit_funds
from ila_funding.usecases.endings import EndRequest, end_request, end_without_result
from ila_funding.usecases.holds import RequestHold, request_hold, request_holds


def hold_on_eligibility(unit: Unit, envelope: Envelope) -> None:
    """Hold the price of an application's programme; waits in the inbox while the programme is unknown."""
    request_hold(unit, _found_eligible(envelope))


def hold_many_on_eligibility(unit: Unit, envelopes: Sequence[Envelope]) -> None:
    """Do the same for many applications at once, in the order of their receipt."""
    request_holds(unit, [_found_eligible(one) for one in envelopes])


def commit_on_enrolment(unit: Unit, envelope: Envelope) -> None:
    """Commit the money of a learner who enrolled."""
    told = LearnerEnrolled.read(envelope.data)
    commit_funds(unit, CommitFunds(application_id=told.application_id, sequence=envelope.sequence))


def release_on_withdrawal(unit: Unit, envelope: Envelope) -> None:
    """Give the money of a withdrawn application back."""
    _end(unit, envelope, ApplicationWithdrawn.read(envelope.data), Ending.WITHDRAWN)


def release_on_refusal(unit: Unit, envelope: Envelope) -> None:
    """Give the money back that was held for a provisional decision which turned out to be a refusal."""
    _end(unit, envelope, ApplicationRefused.read(envelope.data), Ending.REFUSED)


def release_on_expiry(unit: Unit, envelope: Envelope) -> None:
    """Give the money back when the time to take the place, or to wait for money, is over."""
    _end(unit, envelope, PlaceExpired.read(envelope.data), Ending.EXPIRED)


def release_without_result(unit: Unit, envelope: Envelope) -> None:
    """Give the money of a learner who did not complete back, where only completion is paid."""
    told = LearningNotCompleted.read(envelope.data)
    command = EndRequest(
        application_id=told.application_id, reason=Ending.NOT_COMPLETED, sequence=envelope.sequence
    )
    end_without_result(unit, command, told.call_id)


def keep_result(unit: Unit, envelope: Envelope) -> None:
    """Keep a verified result, so that its provider can claim it and the fund can count it."""
    unit.results.note(VerifiedResult(**asdict(ResultVerified.read(envelope.data))))


def _found_eligible(envelope: Envelope) -> RequestHold:
    values = asdict(ApplicationFoundEligible.read(envelope.data))
    values["receipt_sequence"] = values.pop("turn") or values["receipt_sequence"]
    return RequestHold(**values, sequence=envelope.sequence)


def _end(
    unit: Unit,
    envelope: Envelope,
    told: ApplicationWithdrawn | ApplicationRefused | PlaceExpired,
    reason: Ending,
) -> None:
    end_request(
        unit, EndRequest(application_id=told.application_id, reason=reason, sequence=envelope.sequence)
    )


HANDLERS: dict[str, Callable[[Unit, Envelope], None]] = {
    "applications.application_found_eligible.v1": hold_on_eligibility,
    "applications.application_refused.v1": release_on_refusal,
    "applications.application_withdrawn.v1": release_on_withdrawal,
    "applications.place_expired.v1": release_on_expiry,
    "applications.learner_enrolled.v1": commit_on_enrolment,
    "applications.learning_not_completed.v1": release_without_result,
    "applications.result_verified.v1": keep_result,
}
# An opening comes as a burst: the hot line is locked once for many.
BATCHES: dict[str, Callable[[Unit, Sequence[Envelope]], None]] = {
    "applications.application_found_eligible.v1": hold_many_on_eligibility,
}
