"""Programmes and calls as the catalogue last told of them: what an application is bound by."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from ila_kit.clock import RIGA

from ila_applications.domain.errors import ApplicationsClosed, ApplicationsNotOpenYet

FIRST_COME = "first_come"


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A published programme. `version` is the one a person confirms when submitting."""

    id: UUID
    call_id: UUID
    kind: str
    title_lv: str
    title_en: str
    places: int
    starts_on: date
    applications_open_at: datetime
    applications_close_at: datetime
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A published call. The last three are defaults of ours until the catalogue tells them.

    Source: BR-506 (offered place), BR-605 (silence has a default end) [default].
    """

    id: UUID
    minimum_age: int
    opening_mode: str
    offered_place_hours: int
    applications_open_at: datetime
    applications_close_at: datetime
    version: int
    funds_answer_hours: int = 24
    funds_wait_days: int = 14
    evidence_days: int = 14


@dataclass(frozen=True, slots=True)
class Offering:
    """A programme with its call; the call is None while only the programme has been heard of."""

    programme: Programme
    call: Call | None

    @property
    def opens_at(self) -> datetime:
        """The first instant that takes a submission."""
        return (self.call or self.programme).applications_open_at

    @property
    def closes_at(self) -> datetime:
        """The first instant that takes none any more."""
        return (self.call or self.programme).applications_close_at

    @property
    def starts_at(self) -> datetime:
        """The first instant of the programme's first day in Latvia."""
        return datetime.combine(self.programme.starts_on, time(), RIGA)

    @property
    def by_receipt(self) -> bool:
        """Whether places go to whoever applied first."""
        return self.call is not None and self.call.opening_mode == FIRST_COME

    def must_not_be_over(self, received_at: datetime) -> None:
        """Raise ApplicationsClosed once the window is over."""
        if received_at >= self.closes_at:
            raise ApplicationsClosed(closed_at=self.closes_at)

    def must_be_open(self, received_at: datetime) -> None:
        """Raise ApplicationsNotOpenYet or ApplicationsClosed unless a submission counts at this instant."""
        if received_at < self.opens_at:
            raise ApplicationsNotOpenYet(opens_at=self.opens_at)
        self.must_not_be_over(received_at)

    def deadline(self, state: str, now: datetime) -> datetime | None:
        """Return when a state that is entered now ends by itself; None when it does not."""
        call = self.call
        if state == "draft":
            return self.closes_at
        if state in ("waiting", "accepted"):
            return max(self.starts_at, now)
        if call is None:
            return None
        lasts = {
            "eligible": timedelta(hours=call.funds_answer_hours),
            "waiting_for_funds": timedelta(days=call.funds_wait_days),
            "offered": timedelta(hours=call.offered_place_hours),
            "needs_evidence": timedelta(days=call.evidence_days),
            "provisional": timedelta(days=call.evidence_days),
            "interrupted": timedelta(days=180),
        }
        return now + lasts[state] if state in lasts else None
