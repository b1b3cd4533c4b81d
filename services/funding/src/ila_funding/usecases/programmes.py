"""Programmes that can be paid for, and what each pays."""

from datetime import date
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.errors import Refusal
from ila_kit.events import NotYet

from ila_funding.domain.errors import NoMethodology
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.programme import Price, PublishedProgramme, priced
from ila_funding.domain.quote import quote
from ila_funding.events.published import ProgrammePriced
from ila_funding.ports import Unit
from ila_funding.usecases.support import note_content


def register_programme(unit: Unit, programme: PublishedProgramme) -> None:
    """Keep what catalog says of a programme, unless something newer is known already, and price it."""
    if unit.programmes.save(programme):
        note_content(unit, programme.programme_id)
        price_programme(unit, programme.programme_id)


def price_programme(unit: Unit, programme_id: UUID) -> None:
    """Tell what a programme pays, when that is known and was not told yet.

    By the methodology that its agreement pinned; of a programme without an agreement by the one valid
    today. While its agreement was not told of there is no price: who learns of it prices it then. What
    cannot be priced is noted with the reason. Raises NotYet when somebody prices it at this moment.

    Source: BR-701 to BR-707; the same calculation as each quote and hold.
    """
    programme = unit.programmes.get(programme_id)
    if programme is None or (programme.agreement_id is not None and programme.pinned is None):
        return
    methodology = None
    try:
        methodology, as_of = _deciding(unit, programme)
        made = priced(programme_id, quote(programme.training, methodology), as_of)
    except Refusal as refusal:
        unit.prices.note_refusal(programme_id, refusal.code, methodology.id if methodology else None)
        unit.audit("refuse_price", "programme", programme_id, reason=refusal.code)
        return
    if (price := made.after(unit.prices.get(programme_id))) is not None:
        _tell(unit, programme, price)


def _deciding(unit: Unit, programme: PublishedProgramme) -> tuple[Methodology, date]:
    """Return the methodology that prices a programme, and the day whose rates they are."""
    if programme.pinned is None:
        today = riga_date(unit.now)
        return unit.methodologies.deciding(today, known_at=unit.now), today
    if programme.pinned.version is None:
        raise NoMethodology(as_of=programme.pinned.as_of.isoformat())
    return unit.methodologies.by_version(programme.pinned.version), programme.pinned.as_of


def _tell(unit: Unit, programme: PublishedProgramme, price: Price) -> None:
    if not unit.prices.put(price):
        raise NotYet(f"somebody prices programme {price.programme_id}")
    event = ProgrammePriced(
        programme_id=price.programme_id,
        call_id=programme.call_id,
        amount=price.amount,
        methodology_id=price.methodology_id,
        methodology_version=price.methodology_version,
        as_of=price.as_of,
        quote_hash=price.quote_hash,
        version=price.version,
    )
    unit.publish(event, price.version)
    unit.audit(
        "price_programme",
        "programme",
        price.programme_id,
        amount=str(price.amount),
        quote_hash=price.quote_hash,
        version=price.version,
    )
