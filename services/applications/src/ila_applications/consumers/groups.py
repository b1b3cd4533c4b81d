"""What payment means for groups, and what happens to them when a time has come."""

from ila_kit.events import Envelope

from ila_applications.events.consumed import PaymentSettled
from ila_applications.ports import Unit
from ila_applications.usecases.groups import end_group_in_time
from ila_applications.usecases.memberships import GROUP_DUE, PLACE_AGAIN, place_learners
from ila_applications.usecases.settling import settle


def close_when_settled(unit: Unit, envelope: Envelope) -> None:
    """Note who is paid for, and close groups of which everybody is."""
    settle(unit, PaymentSettled.read(envelope.data).application_ids)


HANDLERS = {"funding.payment_settled.v1": close_when_settled}
TIMERS = {GROUP_DUE: end_group_in_time, PLACE_AGAIN: place_learners}
