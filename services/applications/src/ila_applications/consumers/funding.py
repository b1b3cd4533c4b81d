"""What funding tells: money is held, refused, committed or released."""

from ila_kit.events import Envelope

from ila_applications.events.consumed import FundsCommitted, FundsHeld, FundsReleased, HoldRefused
from ila_applications.ports import Unit
from ila_applications.usecases.funds import (
    note_commitment,
    note_refused_hold,
    note_released_funds,
    offer_place,
)


def offer_when_held(unit: Unit, envelope: Envelope) -> None:
    """Offer the place whose money is held."""
    told = FundsHeld.read(envelope.data)
    offer_place(unit, told.application_id, told.hold_id, told.amount)


def wait_or_end_when_refused(unit: Unit, envelope: Envelope) -> None:
    """Let an application wait for funds, or end it when there will be none."""
    told = HoldRefused.read(envelope.data)
    note_refused_hold(unit, told.application_id, told.reason)


def note_when_committed(unit: Unit, envelope: Envelope) -> None:
    """Show that the money of an enrolment is committed."""
    told = FundsCommitted.read(envelope.data)
    note_commitment(unit, told.application_id, told.hold_id)


def end_when_lost(unit: Unit, envelope: Envelope) -> None:
    """End an application whose money is gone; waits in the inbox while the hold is unknown."""
    told = FundsReleased.read(envelope.data)
    note_released_funds(unit, told.application_id, told.hold_id, told.reason)


HANDLERS = {
    "funding.funds_held.v1": offer_when_held,
    "funding.hold_refused.v1": wait_or_end_when_refused,
    "funding.funds_committed.v1": note_when_committed,
    "funding.funds_released.v1": end_when_lost,
}
