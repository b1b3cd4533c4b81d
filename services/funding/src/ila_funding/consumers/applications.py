"""Learners' applications: facts, each applied once in whatever order they come."""

from dataclasses import asdict

from ila_kit.events import Envelope

from ila_funding.events.consumed import ApplicationFoundEligible, ApplicationWithdrawn, PlaceExpired
from ila_funding.ports import Unit
from ila_funding.usecases.holds import RequestHold, WithdrawRequest, request_hold, withdraw_request


def hold_on_eligibility(unit: Unit, envelope: Envelope) -> None:
    """Hold the price of an application's programme; waits in the inbox while the programme is unknown."""
    told = ApplicationFoundEligible.read(envelope.data)
    request_hold(unit, RequestHold(**asdict(told)))


def release_on_withdrawal(unit: Unit, envelope: Envelope) -> None:
    """Give the money of a withdrawn application back."""
    told = ApplicationWithdrawn.read(envelope.data)
    withdraw_request(unit, WithdrawRequest(application_id=told.application_id))


def release_on_expiry(unit: Unit, envelope: Envelope) -> None:
    """Give the money back when the time to take the place, or to wait for money, is over."""
    told = PlaceExpired.read(envelope.data)
    withdraw_request(unit, WithdrawRequest(application_id=told.application_id, reason="place-expired"))


HANDLERS = {
    "applications.application_found_eligible.v1": hold_on_eligibility,
    "applications.application_withdrawn.v1": release_on_withdrawal,
    "applications.place_expired.v1": release_on_expiry,
}
