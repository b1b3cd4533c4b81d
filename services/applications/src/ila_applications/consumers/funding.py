"""What funding tells: money is held, or is not."""

from ila_kit.events import Envelope

from ila_applications.events.consumed import FundsHeld, HoldRefused
from ila_applications.ports import Unit
from ila_applications.usecases.places import note_refused_hold, offer_place


def offer_when_held(unit: Unit, envelope: Envelope) -> None:
    """Offer the place whose money is held."""
    told = FundsHeld.read(envelope.data)
    offer_place(unit, told.application_id, told.amount)


def wait_or_end_when_refused(unit: Unit, envelope: Envelope) -> None:
    """Let an application wait for funds, or end it when there will be none."""
    told = HoldRefused.read(envelope.data)
    note_refused_hold(unit, told.application_id, told.reason)


HANDLERS = {
    "funding.funds_held.v1": offer_when_held,
    "funding.hold_refused.v1": wait_or_end_when_refused,
}
