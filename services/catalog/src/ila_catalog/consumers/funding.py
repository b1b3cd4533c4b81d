"""What funding tells: the price of each programme."""

from ila_kit.events import Envelope

from ila_catalog.domain.prices import Price
from ila_catalog.events.consumed import ProgrammePriced
from ila_catalog.ports import Unit
from ila_catalog.usecases.programme_news import note_price


def keep_price(unit: Unit, envelope: Envelope) -> None:
    """Show a programme with the price that funding computed."""
    told = ProgrammePriced.read(envelope.data)
    price = Price(
        amount=told.amount,
        methodology_id=told.methodology_id,
        methodology_version=told.methodology_version,
        as_of=told.as_of,
        hash=told.quote_hash,
    )
    note_price(unit, told.programme_id, price, told.version)


HANDLERS = {"funding.programme_priced.v1": keep_price}
