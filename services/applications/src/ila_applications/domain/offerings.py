"""Programmes and calls as the catalogue last told of them: what an application is bound by."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from ila_kit.clock import RIGA

from ila_applications.domain.errors import ApplicationsClosed, ApplicationsNotOpenYet, EnrolmentsBarred

FIRST_COME, DRAW = "first_come", "draw"
VOCATIONAL = frozenset({"module", "module_set"})
# Defaults of ours for the silence of others, until a call says something else. Source: BR-605.
CHECK_TIME = timedelta(days=3)  # also for who applies when the programme has begun
GROUP_WAIT = timedelta(days=30)
RESULTS_WAIT = timedelta(days=180)
INTERRUPTION = timedelta(days=180)
# The general law gives one month to contest a decision, and one to answer.
CONTEST_TIME = timedelta(days=31)
# What was received in the last instant is stored before the entries of a draw are pinned.
DRAW_GRACE = timedelta(minutes=5)
# Nobody stops waiting before the places of a draw have gone out.
DRAW_TIME = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stratum:
    """A part of the people for whom a call reserves at least `percent` of the places of each programme.

    Ages are full years on the day of application, both bounds included. Source: BR-505 (strata, quotas).
    """

    code: str
    lowest_age: int
    highest_age: int
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a programme that is taught and priced by itself, with its learning hours."""

    title: str
    hours: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """A published programme. `version` is the one a person confirms when submitting.

    `provider_id` and `ends_on` are None, and `parts` is empty, only when it was told of before
    the catalogue gave them; then no group can be made for it.
    """

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
    parts: tuple[Part, ...] = ()
    provider_id: UUID | None = None
    ends_on: date | None = None

    @property
    def family(self) -> str:
        """The family of its kind: `vocational` or `higher_education`."""
        return "vocational" if self.kind in VOCATIONAL else "higher_education"

    @property
    def hours(self) -> int:
        """The learning hours of all its parts."""
        return sum(part.hours for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A published call. The last three are defaults of ours until the catalogue tells them.

    Source: BR-506 (offered place), BR-601 (group), BR-602a (learning hour; 0 minutes: hours are
    not tied to the clock), BR-603 (completion), BR-605 (silence has a default end) [default].
    """

    id: UUID
    minimum_age: int
    opening_mode: str
    offered_place_hours: int
    applications_open_at: datetime
    applications_close_at: datetime
    version: int
    group_minimum: int = 10
    completion_attendance_percent: int = 70
    completion_needs_test: bool = True
    learning_hour_minutes_vocational: int = 40
    learning_hour_minutes_studies: int = 45
    funds_answer_hours: int = 24
    funds_wait_days: int = 14
    evidence_days: int = 14
    draw_strata: tuple[Stratum, ...] = ()
    draw_source_lv: str = ""
    draw_source_en: str = ""

    @property
    def by_draw(self) -> bool:
        """Whether a draw decides who gets the places."""
        return self.opening_mode == DRAW

    @property
    def pin_at(self) -> datetime:
        """When the entries of its draw are pinned, if it has one; later while checks are under way."""
        return self.applications_close_at + DRAW_GRACE

    def learning_hour_minutes(self, kind: str) -> int:
        """Return how many minutes of the clock a learning hour of a kind of programme lasts."""
        if kind in VOCATIONAL:
            return self.learning_hour_minutes_vocational
        return self.learning_hour_minutes_studies


@dataclass(frozen=True, slots=True)
class Offering:
    """A programme with its call; the call is None while only the programme has been heard of.

    `closed_at` is when the catalogue closed the programme for good; None while it has not.
    `barred`: its institution lets nobody new in for now, by a sanction. `drawn_at` is when the lots
    of its call were drawn, `pinned_at` when the entries were pinned before.
    """

    programme: Programme
    call: Call | None
    closed_at: datetime | None = None
    barred: bool = False
    drawn_at: datetime | None = None
    pinned_at: datetime | None = None

    @property
    def opens_at(self) -> datetime:
        """The first instant that takes a submission."""
        return (self.call or self.programme).applications_open_at

    @property
    def closes_at(self) -> datetime:
        """The first instant that takes none any more."""
        window = (self.call or self.programme).applications_close_at
        return window if self.closed_at is None else min(window, self.closed_at)

    @property
    def starts_at(self) -> datetime:
        """The first instant of the programme's first day in Latvia."""
        return _midnight(self.programme.starts_on)

    @property
    def ends_at(self) -> datetime:
        """The first instant after the programme's last day in Latvia."""
        return _midnight((self.programme.ends_on or self.programme.starts_on) + timedelta(days=1))

    @property
    def by_receipt(self) -> bool:
        """Whether places go to whoever applied first."""
        return self.call is not None and self.call.opening_mode == FIRST_COME

    @property
    def by_draw(self) -> bool:
        """Whether a draw decides who gets the places."""
        return self.call is not None and self.call.by_draw

    @property
    def awaits_draw(self) -> bool:
        """Whether the lots are still to be drawn."""
        return self.by_draw and self.drawn_at is None

    def must_not_be_over(self, received_at: datetime) -> None:
        """Raise ApplicationsClosed once the window is over."""
        if received_at >= self.closes_at:
            raise ApplicationsClosed(closed_at=self.closes_at)

    def must_not_be_closed(self) -> None:
        """Raise ApplicationsClosed when the programme was closed for good."""
        if self.closed_at is not None:
            raise ApplicationsClosed(closed_at=self.closed_at)

    def must_let_in(self) -> None:
        """Raise EnrolmentsBarred while nobody new is let in."""
        if self.barred:
            raise EnrolmentsBarred()

    def must_be_open(self, received_at: datetime) -> None:
        """Raise ApplicationsNotOpenYet or ApplicationsClosed unless a submission counts at this instant."""
        if received_at < self.opens_at:
            raise ApplicationsNotOpenYet(opens_at=self.opens_at)
        self.must_not_be_over(received_at)

    def deadline(self, state: str, now: datetime) -> datetime | None:
        """Return when a state that is entered now ends by itself; None when it does not."""
        fixed = {
            "draft": self.closes_at,
            "submitted": max(self.starts_at, now + CHECK_TIME),
            "checking": max(self.starts_at, now + CHECK_TIME),
            "waiting": self._waits_until(now),
            "accepted": max(self.starts_at, now),
            "enrolled": max(self.starts_at, now) + GROUP_WAIT,
            "learning": max(self.ends_at, now) + RESULTS_WAIT,
            "interrupted": now + INTERRUPTION,
            "ineligible": now + CONTEST_TIME,
            "contested": now + CONTEST_TIME,
        }
        return fixed[state] if state in fixed else self._by_call(state, now)

    def _waits_until(self, now: datetime) -> datetime:
        """Return until when somebody waits for a place; nobody stops before the lots are drawn."""
        until = max(self.starts_at, self.closes_at, now)
        if self.call is None or not self.by_draw:
            return until
        return max(until, (self.drawn_at or max(now, self.call.pin_at)) + DRAW_TIME)

    def _by_call(self, state: str, now: datetime) -> datetime | None:
        call = self.call
        if call is None:
            return None
        lasts = {
            "eligible": timedelta(hours=call.funds_answer_hours),
            "provisional": timedelta(hours=call.funds_answer_hours),
            "waiting_for_funds": timedelta(days=call.funds_wait_days),
            "offered": timedelta(hours=call.offered_place_hours),
            "needs_evidence": timedelta(days=call.evidence_days),
        }
        return now + lasts[state] if state in lasts else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), RIGA)
