"""Prices on request."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from ila_kit.clock import riga_date

from ila_funding.domain.errors import UnknownCall
from ila_funding.domain.quote import Quote, quote
from ila_funding.domain.splitting import Warned, warnings
from ila_funding.domain.training import Training
from ila_funding.ports import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class AskQuote:
    """Which training, priced as of which day: today in Riga when that is None."""

    training: Training
    as_of: date | None = None
    call_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A price, and what people should look at before they agree to it; only the price is hashed."""

    quote: Quote
    warnings: tuple[Warned, ...]


def ask_quote(unit: Unit, command: AskQuote) -> Answered:
    """Return what a training pays, and why; nothing is stored.

    Raises UnknownCall, NoMethodology, or what `calculate` raises.
    """
    if command.call_id is not None and unit.calls.get(command.call_id) is None:
        raise UnknownCall(call_id=str(command.call_id))
    as_of = command.as_of or riga_date(unit.now)
    methodology = unit.methodologies.deciding(as_of, known_at=unit.now)
    return Answered(quote(command.training, methodology), warnings(command.training, methodology))
