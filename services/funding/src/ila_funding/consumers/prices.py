"""The periodic job that prices programmes which nobody priced when they were told of."""

from dataclasses import dataclass
from typing import Any

from ila_kit.actor import process_actor
from ila_kit.events import NotYet
from ila_kit.store.unit import Units

from ila_funding.usecases.programmes import price_programme

PRICE_SECONDS = 5.0
BATCH = 200


@dataclass
class PriceJob:
    """Prices what is missing, each programme in a transaction of its own.

    Missing are those that were told of before this service told prices, and one that was told of in
    the same moment as its agreement, when neither saw the other.
    """

    units: Units[Any]

    def run(self) -> int:
        """Price what is missing; return how many programmes were looked at."""
        actor = process_actor(self.units.service)
        with self.units.read(actor) as unit:
            missing = unit.prices.missing(BATCH)
        for programme_id in missing:
            with self.units.open(actor) as unit:
                try:
                    price_programme(unit, programme_id)
                except NotYet:
                    continue
                unit.commit()
        return len(missing)
