"""Facts that applications tells. A person is an id here; no birth date, name or code ever rides along."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar, Self
from uuid import UUID

from ila_kit.erasure import Erased
from ila_kit.events import Event
from ila_kit.looks import Look

from ila_applications.domain.applications import Application
from ila_applications.domain.groups import Group
from ila_applications.domain.results import Result


class PersonErased(Erased):
    """Applications erased its part of a person."""

    type: ClassVar[str] = "applications.person_erased.v1"


class PersonalDataViewed(Look):
    """Somebody looked at what applications keeps of persons."""

    type: ClassVar[str] = "applications.personal_data_viewed.v1"


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
    """The person may learn this and a place is set apart: money is to be held.

    `drawn`: the place was won by lot, or came free for the next lot of the list. `turn` is the place
    in the order in which money is set apart: of receipts, or of lots.
    """

    type: ClassVar[str] = "applications.application_found_eligible.v1"

    provisional: bool
    applied_on: date
    receipt_sequence: int
    drawn: bool
    turn: int


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


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningCompleted(AboutApplication, Event):
    """A learner completed the programme; `attendance_percent` is a decimal with two places, as text."""

    type: ClassVar[str] = "applications.learning_completed.v1"

    group_id: UUID
    completed_on: date
    attended_hours: int
    total_hours: int
    attendance_percent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningNotCompleted(AboutApplication, Event):
    """A learner ended without completing: what was held for them is free, by the rule of the call."""

    type: ClassVar[str] = "applications.learning_not_completed.v1"

    group_id: UUID | None
    ended_on: date
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultVerified(AboutApplication, Event):
    """The agency verified that a learner completed: the institution may claim the unit cost."""

    type: ClassVar[str] = "applications.result_verified.v1"

    group_id: UUID
    organisation_id: UUID
    completed_on: date
    attended_hours: int
    total_hours: int
    verified_at: datetime

    @classmethod
    def about(cls, application: Application, result: Result, group: Group, on: date, at: datetime) -> Self:
        """Return the event of a result that was verified now."""
        return cls.of(
            application,
            group_id=group.id,
            organisation_id=group.organisation_id,
            completed_on=on,
            attended_hours=result.attended_hours,
            total_hours=result.total_hours,
            verified_at=at,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutGroup:
    """What every step of a group names."""

    subject_field: ClassVar[str] = "group_id"

    group_id: UUID
    programme_id: UUID
    call_id: UUID
    organisation_id: UUID
    version: int

    @classmethod
    def of(cls, group: Group, **facts: Any) -> Self:
        """Return the event of a group as it is now."""
        return cls(
            group_id=group.id,
            programme_id=group.programme_id,
            call_id=group.call_id,
            organisation_id=group.organisation_id,
            version=group.version,
            **facts,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupOpened(AboutGroup, Event):
    """A group takes learners."""

    type: ClassVar[str] = "applications.group_opened.v1"

    minimum: int
    maximum: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPlacesChanged(Event):
    """Learners joined or left a group."""

    type: ClassVar[str] = "applications.group_places_changed.v1"
    subject_field: ClassVar[str] = "group_id"

    group_id: UUID
    programme_id: UUID
    members: int
    free: int
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupStarted(AboutGroup, Event):
    """The learning of a group began."""

    type: ClassVar[str] = "applications.group_started.v1"

    started_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupFinished(AboutGroup, Event):
    """The sessions of a group are over and cover the programme."""

    type: ClassVar[str] = "applications.group_finished.v1"

    finished_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupCancelled(AboutGroup, Event):
    """A group takes place no more; its learners were moved, or their places and money are free."""

    type: ClassVar[str] = "applications.group_cancelled.v1"

    cancelled_at: datetime
    reason: str
