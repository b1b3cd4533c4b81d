"""The phases of a call: when each is open, decided by instants."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from ila_kit.clock import riga_date

from ila_catalog.domain.riga import days_later

APPLICATIONS = "applications"
OFFERS = "offers"
EVALUATION = "evaluation"
NAMES = (
    "needs_approval",
    "preparation",
    OFFERS,
    EVALUATION,
    "agreements",
    APPLICATIONS,
    "group_formation",
    "learning",
)
_WEEK = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase. It is open from `opens_at` until just before `closes_at`.

    `planned_opens_at` and `planned_closes_at` are the schedule as its source has it; they differ
    only in demonstration data, whose phases are moved so that one can apply today.
    """

    name: str
    title_lv: str
    title_en: str
    opens_at: datetime
    closes_at: datetime
    planned_opens_at: datetime
    planned_closes_at: datetime
    source: str


def is_open(phase: Phase, at: datetime) -> bool:
    """Tell whether a phase is open at an instant: the closing instant itself is too late.

    Source: BR-306; S-Sub1: the last minute counts whole.
    """
    return phase.opens_at <= at < phase.closes_at


def phase_named(phases: Iterable[Phase], name: str) -> Phase:
    """Return the phase of that name. Raises KeyError when a call has none."""
    for phase in phases:
        if phase.name == name:
            return phase
    raise KeyError(name)


def contains_day(phase: Phase, day: date) -> bool:
    """Tell whether a Latvian day lies in a phase, as it is scheduled now."""
    last = riga_date(phase.closes_at - timedelta(microseconds=1))
    return riga_date(phase.opens_at) <= day <= last


def shift_to_open(phase: Phase, day: date) -> int:
    """Return by how many days the plan must move for this phase to be open on a day.

    0 when the plan has it open; else whole weeks, so that weekdays stay, to the last start not
    after the day: most of the phase is still to come.
    """
    planned = replace(phase, opens_at=phase.planned_opens_at, closes_at=phase.planned_closes_at)
    if contains_day(planned, day):
        return 0
    return (day - riga_date(phase.planned_opens_at)).days // _WEEK * _WEEK


def shifted(phase: Phase, days: int) -> Phase:
    """Return the phase moved by days from its plan; local clock times and length in days stay."""
    return replace(
        phase,
        opens_at=days_later(phase.planned_opens_at, days),
        closes_at=days_later(phase.planned_closes_at, days, closes=True),
    )
