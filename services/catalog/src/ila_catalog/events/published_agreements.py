"""The facts of decisions, agreements and closed programmes."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from ila_kit.events import Event

from ila_catalog.domain.agreements import REASON_OF, Agreement
from ila_catalog.domain.evaluation import Decision
from ila_catalog.domain.offers import Offer
from ila_catalog.domain.programmes import Programme


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDecided(Event):
    """The commission has approved or rejected an offer."""

    type: ClassVar[str] = "catalog.offer_decided.v1"
    subject_field: ClassVar[str] = "offer_id"

    offer_id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_id: UUID
    outcome: str
    decided_at: datetime
    version: int

    @classmethod
    def of(cls, offer: Offer, decision: Decision) -> Self:
        """Tell about a decision and the offer as it is after it."""
        return cls(
            offer_id=offer.id,
            organisation_id=offer.organisation_id,
            call_id=offer.call_id,
            programme_id=offer.programme_id,
            outcome=decision.outcome,
            decided_at=decision.decided_at,
            version=offer.version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementInForce(Event):
    """Both sides have signed: the programmes it covers may be published and paid."""

    type: ClassVar[str] = "catalog.agreement_in_force.v1"
    subject_field: ClassVar[str] = "agreement_id"

    agreement_id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_ids: list[UUID]
    number: str
    in_force_at: datetime
    version: int

    @classmethod
    def of(cls, agreement: Agreement, in_force_at: datetime) -> Self:
        """Tell about an agreement in force since an instant."""
        return cls(
            agreement_id=agreement.id,
            organisation_id=agreement.organisation_id,
            call_id=agreement.call_id,
            programme_ids=agreement.programme_ids,
            number=agreement.number,
            in_force_at=in_force_at,
            version=agreement.version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementEnded(Event):
    """An agreement that was in force is over: nothing reached from now on is paid under it."""

    type: ClassVar[str] = "catalog.agreement_ended.v1"
    subject_field: ClassVar[str] = "agreement_id"

    agreement_id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_ids: list[UUID]
    outcome: str
    ended_at: datetime
    version: int

    @classmethod
    def of(cls, agreement: Agreement, at: datetime) -> Self:
        """Tell about an agreement that ended at an instant."""
        return cls(
            agreement_id=agreement.id,
            organisation_id=agreement.organisation_id,
            call_id=agreement.call_id,
            programme_ids=agreement.programme_ids,
            outcome=agreement.state,
            ended_at=at,
            version=agreement.version,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgrammeClosed(Event):
    """A published programme takes nobody any more."""

    type: ClassVar[str] = "catalog.programme_closed.v1"
    subject_field: ClassVar[str] = "programme_id"

    programme_id: UUID
    call_id: UUID
    provider_id: UUID
    reason: str
    closed_at: datetime
    version: int

    @classmethod
    def of(cls, programme: Programme, outcome: str, at: datetime) -> Self:
        """Tell about a programme whose agreement is over with this outcome."""
        return cls(
            programme_id=programme.id,
            call_id=programme.call_id,
            provider_id=programme.provider.id,
            reason=REASON_OF[outcome],
            closed_at=at,
            version=programme.version,
        )
