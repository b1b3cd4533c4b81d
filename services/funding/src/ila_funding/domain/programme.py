"""Programmes, as catalog told of them."""

from dataclasses import dataclass
from uuid import UUID

from ila_funding.domain.training import Training


@dataclass(frozen=True, slots=True)
class PinnedMethodology:
    """The version of the methodology an agreement came into force under; None when none was valid then."""

    version: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProgramme:
    """What this service keeps of a programme; `sequence` is the version it was told of last.

    `pinned` is what the agreement it is published under fixed; None while nobody told of that
    agreement, or when there is none.
    """

    programme_id: UUID
    call_id: UUID
    title_lv: str
    funding_source: str
    training: Training
    sequence: int
    agreement_id: UUID | None = None
    pinned: PinnedMethodology | None = None
