"""The periodic job that prices programmes which nobody priced when they were told of, or priced otherwise."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ila_kit.actor import process_actor
from ila_kit.clock import riga_date
from ila_kit.events import NotYet
from ila_kit.store.unit import Units

from ila_funding.domain.errors import NoMethodology
from ila_funding.usecases.programmes import price_programme

PRICE_SECONDS = 5.0
BATCH = 200


@dataclass
class PriceJob:
    """Prices what has no price, or not that of today; each programme in a transaction of its own.

    Without a price are those that were told of before this service told prices, and one that was told of
    in the same moment as its agreement, when neither saw the other. A programme that no agreement pins is
    priced again when another methodology has begun to decide: by its approval, or because its day came.
    """

    units: Units[Any]

    def run(self) -> int:
        """Price what is missing; return how many programmes were looked at."""
        actor = process_actor(self.units.service)
        with self.units.read(actor) as unit:
            missing = unit.prices.missing(BATCH, _decides_today(unit))
        for programme_id in missing:
            with self.units.open(actor) as unit:
                try:
                    price_programme(unit, programme_id)
                except NotYet:
                    continue
                unit.commit()
        return len(missing)


def _decides_today(unit: Any) -> UUID | None:
    try:
        decides: UUID = unit.methodologies.deciding(riga_date(unit.now), unit.now).id
    except NoMethodology:
        return None
    return decides
