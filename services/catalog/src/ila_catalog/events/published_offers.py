"""What this service tells of phases and offers."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from ila_kit.events import Event

from ila_catalog.domain.offers import Offer, Receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPhaseChanged(Event):
    """A phase of a call has begun or ended; each phase tells its own, under a version of its own."""

    type: ClassVar[str] = "catalog.call_phase_changed.v1"
    subject_field: ClassVar[str] = "call_id"

    call_id: UUID
    phase: str
    state: str
    at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSubmitted(Event):
    """An institution has submitted an offer, in a version that never changes; its receipt stands in it."""

    type: ClassVar[str] = "catalog.offer_submitted.v1"
    subject_field: ClassVar[str] = "offer_id"

    offer_id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_id: UUID
    kind: str
    submission: int
    receipt_sequence: int
    received_at: datetime
    sha256: str
    version: int

    @classmethod
    def of(cls, offer: Offer, receipt: Receipt) -> Self:
        """Tell about a submitted offer."""
        return cls(
            offer_id=offer.id,
            organisation_id=offer.organisation_id,
            call_id=offer.call_id,
            programme_id=offer.programme_id,
            kind=offer.kind,
            submission=receipt.submission,
            receipt_sequence=receipt.sequence,
            received_at=receipt.received_at,
            sha256=receipt.sha256,
            version=offer.version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(Event):
    """An institution has taken a submitted offer back before the deadline."""

    type: ClassVar[str] = "catalog.offer_withdrawn.v1"
    subject_field: ClassVar[str] = "offer_id"

    offer_id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_id: UUID
    withdrawn_at: datetime
    version: int

    @classmethod
    def of(cls, offer: Offer) -> Self:
        """Tell about an offer that was withdrawn just now."""
        return cls(
            offer_id=offer.id,
            organisation_id=offer.organisation_id,
            call_id=offer.call_id,
            programme_id=offer.programme_id,
            withdrawn_at=offer.updated_at,
            version=offer.version,
        )
