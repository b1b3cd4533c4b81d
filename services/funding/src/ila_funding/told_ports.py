"""What prices need from outside: methodologies, what catalog told, prices told; `ports` joins them."""

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.impact import Pinned
from ila_funding.domain.methodology import Methodologies, Methodology
from ila_funding.domain.methodology_record import MethodologyRecord
from ila_funding.domain.programme import Price, PublishedProgramme


class MethodologyStore(Protocol):
    """Versions of the methodology."""

    def deciding(self, as_of: date, known_at: datetime) -> Methodology:
        """Return the version valid on a day, as known at an instant. Raises NoMethodology."""

    def by_version(self, version: str) -> Methodology:
        """Return the version a decision was pinned to. Raises KeyError for one that never was."""

    @property
    def approved(self) -> Methodologies:
        """Every version in force."""

    def waiting_unpinned(self) -> int:
        """Return how many applications wait for money in programmes that no agreement pins."""

    def pinned(self) -> list[Pinned]:
        """Return what names each version and stays as it is: agreements in force, and live holds."""

    def get(self, methodology_id: UUID) -> MethodologyRecord | None:
        """Return one with its life, in any state."""

    def lock(self, methodology_id: UUID) -> MethodologyRecord | None:
        """Return one that nobody else changes until this transaction ends."""

    def lock_approvals(self) -> Methodologies:
        """Return the approved versions, while no other approval goes on."""

    def add(self, record: MethodologyRecord) -> None:
        """Store a new one. Raises VersionTaken."""

    def save(self, record: MethodologyRecord) -> None:
        """Store a changed one; an approved one decides in every process from then on. Raises VersionTaken."""


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

    def unpinned(self) -> list[PublishedProgramme]:
        """Return the programmes whose methodology no agreement pins."""

    def save(self, programme: PublishedProgramme) -> bool:
        """Store a programme; False when what is stored is not older."""


class PriceStore(Protocol):
    """What was told of the price of each programme."""

    def get(self, programme_id: UUID) -> Price | None:
        """Return the price told last; None when none was told."""

    def put(self, price: Price) -> bool:
        """Store the next price of a programme; False when somebody stored one since."""

    def note_refusal(self, programme_id: UUID, code: str, tried_by: UUID | None) -> None:
        """Store why a programme cannot be priced, and by which methodology; a told price stays told."""
