"""Facts that applications tells. A person is an id here; no birth date, name or code ever rides along."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from ila_kit.events import Event

from ila_applications.domain.applications import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutApplication:
    """What every event of an application names: whose it is and what for."""

    subject_field: ClassVar[str] = "application_id"

    application_id: UUID
    person_id: UUID
    programme_id: UUID
    call_id: UUID
    version: int

    @classmethod
    def of(cls, application: Application, **facts: Any) -> Self:
        """Return the event of an application as it is now."""
        return cls(
            application_id=application.id,
            person_id=application.person_id,
            programme_id=application.programme_id,
            call_id=application.call_id,
            version=application.version,
            **facts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationSubmitted(AboutApplication, Event):
    """A person committed to a programme and has a receipt."""

    type: ClassVar[str] = "applications.application_submitted.v1"

    programme_version: int
    receipt_sequence: int
    received_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFoundEligible(AboutApplication, Event):
    """The person may learn this and a place is set apart: money is to be held."""

    type: ClassVar[str] = "applications.application_found_eligible.v1"

    provisional: bool
    applied_on: date
    receipt_sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationRefused(AboutApplication, Event):
    """A rule said no; which one and by which fact, without the fact's value."""

    type: ClassVar[str] = "applications.application_refused.v1"

    code: str
    rule: str
    fact: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationWithdrawn(AboutApplication, Event):
    """The person took a submitted application back: place and money are free again."""

    type: ClassVar[str] = "applications.application_withdrawn.v1"

    from_state: str
    withdrawn_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceOffered(AboutApplication, Event):
    """Place and money are held for the person until `expires_at`."""

    type: ClassVar[str] = "applications.place_offered.v1"

    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceExpired(AboutApplication, Event):
    """A place that was set apart is free again, and so is its money; `reason` says why.

    `not-accepted`, `no-money`, `no-group`, `group-cancelled`, `agreement-ended` or `too-late`.
    """

    type: ClassVar[str] = "applications.place_expired.v1"

    from_state: str
    reason: str
    expired_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnerEnrolled(AboutApplication, Event):
    """The person accepted the place by an own act and is enrolled: the held money is to be committed."""

    type: ClassVar[str] = "applications.learner_enrolled.v1"

    enrolled_at: datetime
    receipt_sequence: int
