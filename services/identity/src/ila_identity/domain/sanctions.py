"""Sanctions of organisations: what each bars, on which facts and grounds, until when, and the reply to it.

Source: 01-mission sections 2 (sanction officer) and 5 (organisation: active → suspended → closed);
BR-605 (silence has a default end).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step, Timer, WrongState

from ila_identity.domain.errors import EndPassed, ReplyTooLate
from ila_identity.domain.organisations import CLOSED
from ila_identity.domain.working_days import DAY, first_working_day_after, start_of

NEW_OFFERS, NEW_ENROLMENTS, PAYMENTS, ALL = "new_offers", "new_enrolments", "payments", "all"
CLOSURE = "closure"
SCOPES = (NEW_OFFERS, NEW_ENROLMENTS, PAYMENTS, ALL)
# What each scope bars. A closure bars no payments: what is owed to an organisation stays owed.
BARS: Mapping[str, frozenset[str]] = {
    NEW_OFFERS: frozenset({NEW_OFFERS}),
    NEW_ENROLMENTS: frozenset({NEW_ENROLMENTS}),
    PAYMENTS: frozenset({PAYMENTS}),
    ALL: frozenset({NEW_OFFERS, NEW_ENROLMENTS, PAYMENTS}),
    CLOSURE: frozenset({NEW_OFFERS, NEW_ENROLMENTS}),
}
IN_FORCE = "in_force"
FULL, PARTIAL = "full", "partial"
_OFFICERS, _SYSTEM = frozenset({"sanction_officer"}), frozenset({SYSTEM})
REPLIERS = frozenset({"provider_admin", "provider_signatory"})


def _not_final(sanction: "Sanction") -> None:
    if sanction.scope == CLOSURE:
        raise WrongState(thing="sanction", state=CLOSURE, action="lift")


SANCTION = StateMachine(
    "sanction",
    IN_FORCE,
    [
        Step(IN_FORCE, "lift", "lifted", _OFFICERS, _not_final),
        Step(IN_FORCE, "end", "ended", _SYSTEM),
    ],
)


@dataclass(frozen=True, slots=True)
class Replying:
    """Somebody of the organisation replies to a sanction, at an instant."""

    sanction: "Sanction"
    at: datetime


def _in_time(step: Replying) -> None:
    due_at = step.sanction.reply_due_at
    if due_at is not None and step.at >= due_at:
        raise ReplyTooLate()


REPLY = StateMachine(
    "sanction_reply",
    "awaited",
    [
        Step("awaited", "reply", "given", REPLIERS, _in_time),
        Step("awaited", "miss", "missed", _SYSTEM),
    ],
    # The real time is `reply_due_at`, by working days.
    timers={"awaited": Timer(timedelta(days=14), "miss")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """On what a sanction stands, in the words of who imposes it."""

    facts: str
    legal_basis: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sanction:
    """One sanction of an organisation, from its beginning to its end; kept for good.

    `ends_on` is its last day in Latvia, `ends_at` the first instant after that; both None when it is
    open-ended. `reply_due_at` is the first instant too late for a reply. A closure awaits none:
    `reply_state` is None, because nobody acts for a closed organisation any more.
    """

    id: UUID
    organisation_id: UUID
    scope: str
    facts: str
    legal_basis: str
    state: str
    imposed_by: str
    imposed_at: datetime
    ends_on: date | None = None
    ends_at: datetime | None = None
    reply_state: str | None = None
    reply_due_at: datetime | None = None
    reply: str | None = None
    replied_by: str | None = None
    replied_at: datetime | None = None
    ended_by: str | None = None
    ended_at: datetime | None = None
    end_reason: str | None = None
    updated_at: datetime
    version: int = 1

    @property
    def in_force(self) -> bool:
        """Whether it bars anything now."""
        return self.state == IN_FORCE

    def lifted(self, by: str, roles: Iterable[str], reason: str, now: datetime) -> "Sanction":
        """Return it lifted by an officer. Raises WrongState or NotYourStep."""
        state = SANCTION.next_state(self.state, "lift", roles, self)
        return self._now(now, state=state, ended_by=by, ended_at=now, end_reason=reason)

    def ended(self, now: datetime) -> "Sanction":
        """Return it ended by itself. Raises WrongState."""
        return self._now(now, state=SANCTION.next_state(self.state, "end", _SYSTEM), ended_at=now)

    def replied(self, by: str, roles: Iterable[str], text: str, now: datetime) -> "Sanction":
        """Return it with the reply of the organisation.

        Raises WrongState (there is one, or none was awaited), NotYourStep or ReplyTooLate.
        """
        state = REPLY.next_state(self.reply_state or "none", "reply", roles, Replying(self, now))
        return self._now(now, reply_state=state, reply=text, replied_by=by, replied_at=now)

    def missed(self, now: datetime) -> "Sanction":
        """Return it with the time for a reply over. Raises WrongState."""
        return self._now(now, reply_state=REPLY.next_state(self.reply_state or "none", "miss", _SYSTEM))

    def _now(self, now: datetime, **changes: object) -> "Sanction":
        return replace(self, **changes, updated_at=now, version=self.version + 1)  # type: ignore[arg-type]


def impose(
    organisation_id: UUID,
    scope: str,
    grounds: Grounds,
    *,
    by: str,
    now: datetime,
    reply_days: int,
    ends_on: date | None = None,
) -> Sanction:
    """Return a new sanction; the organisation may reply within so many working days.

    Raises EndPassed when its last day is over already.
    """
    ends_at = None if ends_on is None else start_of(ends_on + DAY)
    if ends_at is not None and ends_at <= now:
        raise EndPassed()
    return Sanction(
        id=uuid7(),
        organisation_id=organisation_id,
        scope=scope,
        facts=grounds.facts,
        legal_basis=grounds.legal_basis,
        state=SANCTION.start,
        imposed_by=by,
        imposed_at=now,
        ends_on=ends_on,
        ends_at=ends_at,
        reply_state=REPLY.start,
        reply_due_at=reply_due(now, reply_days),
        updated_at=now,
    )


def closure(organisation_id: UUID, grounds: Grounds, *, by: str, now: datetime) -> Sanction:
    """Return the closing of an organisation, as the last row of its history."""
    return Sanction(
        id=uuid7(),
        organisation_id=organisation_id,
        scope=CLOSURE,
        facts=grounds.facts,
        legal_basis=grounds.legal_basis,
        state=SANCTION.start,
        imposed_by=by,
        imposed_at=now,
        updated_at=now,
    )


def reply_due(imposed_at: datetime, days: int) -> datetime:
    """Return the first instant that is too late: the reply is in time until the end of the last
    of so many Latvian working days after the day of the sanction.
    """
    day = riga_date(imposed_at)
    for _ in range(days):
        day = first_working_day_after(day)
    return start_of(day + DAY)


def barred_by(sanctions: Iterable[Sanction]) -> frozenset[str]:
    """Return what sanctions bar together: those that are in force, each its own scope and nothing else."""
    return frozenset().union(*(BARS[one.scope] for one in sanctions if one.in_force))


def grade_of(state: str, barred: Iterable[str]) -> str:
    """Return how far an organisation in this state is barred: in part, in full, or for good."""
    if state == CLOSED:
        return CLOSED
    return FULL if set(barred) == BARS[ALL] else PARTIAL
