"""What prices need from outside: methodologies, what catalog told, prices told; `ports` joins them."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.programme import Price, PublishedProgramme


class MethodologyStore(Protocol):
    """Versions of the methodology."""

    def deciding(self, as_of: date, known_at: datetime) -> Methodology:
        """Return the version valid on a day, as known at an instant. Raises NoMethodology."""

    def by_version(self, version: str) -> Methodology:
        """Return the version a decision was pinned to. Raises KeyError for one that never was."""


class CallStore(Protocol):
    """Calls, as catalog told of them."""

    def get(self, call_id: UUID) -> PublishedCall | None:
        """Return a call, or None when nobody told of it yet."""

    def save(self, call: PublishedCall) -> bool:
        """Store a call; False when what is stored is not older."""


class ProgrammeStore(Protocol):
    """Programmes, as catalog told of them."""

    def get(self, programme_id: UUID) -> PublishedProgramme | None:
        """Return a programme with what its agreement pinned, or None when nobody told of it yet."""

    def save(self, programme: PublishedProgramme) -> bool:
        """Store a programme; False when what is stored is not older."""


class PriceStore(Protocol):
    """What was told of the price of each programme."""

    def get(self, programme_id: UUID) -> Price | None:
        """Return the price told last; None when none was told."""

    def put(self, price: Price) -> bool:
        """Store the next price of a programme; False when somebody stored one since."""

    def note_refusal(self, programme_id: UUID, code: str) -> None:
        """Store why a programme cannot be priced; a price that was told stays told."""
