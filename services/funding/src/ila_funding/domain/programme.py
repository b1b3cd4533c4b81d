"""Programmes, as catalog told of them, and what each pays."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Self
from uuid import UUID

from ila_kit.clock import riga_date

from ila_funding.domain.quote import Quote
from ila_funding.domain.training import Training


@dataclass(frozen=True, slots=True)
class PinnedMethodology:
    """The version of the methodology an agreement came into force under; None when none was valid then."""

    version: str | None
    in_force_at: datetime

    @property
    def as_of(self) -> date:
        """The day in Riga whose rates these are."""
        return riga_date(self.in_force_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProgramme:
    """What this service keeps of a programme; `sequence` is the version it was told of last.

    `pinned` is what the agreement it is published under fixed; None while nobody told of that
    agreement, or when there is none. `title_en`, `family` and `territory` are None where nobody told them.
    """

    programme_id: UUID
    call_id: UUID
    title_lv: str
    funding_source: str
    training: Training
    sequence: int
    title_en: str | None = None
    agreement_id: UUID | None = None
    family: str | None = None
    territory: str | None = None
    pinned: PinnedMethodology | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What a programme pays: the result of the quote with this hash, asked for as of that day.

    `version` counts the prices told of the programme, and is 0 before the first.
    """

    programme_id: UUID
    amount: Decimal
    methodology_id: UUID
    methodology_version: str
    as_of: date
    quote_hash: str
    version: int = 0

    def after(self, told: "Price | None") -> Self | None:
        """Return the price as the next version of the one told last; None when it says the same."""
        version = told.version if told else 0
        if told is not None and replace(told, version=0) == replace(self, version=0):
            return None
        return replace(self, version=version + 1)


def priced(programme_id: UUID, made: Quote, as_of: date) -> Price:
    """Return the price of a programme that a quote explains."""
    return Price(
        programme_id=programme_id,
        amount=made.amount,
        methodology_id=made.methodology.id,
        methodology_version=made.methodology.version,
        as_of=as_of,
        quote_hash=made.hash,
    )
