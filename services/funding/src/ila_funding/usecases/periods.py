"""Closing accounting periods, and booking what comes late."""

from datetime import date
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.errors import Missing
from ila_kit.ids import uuid7

from ila_funding.domain.errors import PeriodNotNext, PeriodProposed
from ila_funding.domain.hold import Booking
from ila_funding.domain.period import Period, has_ended, month_of, next_month
from ila_funding.ports import Unit


def next_to_close(unit: Unit) -> date | None:
    """Return the month that is closed next: the first one that is not, once it is over; None for none."""
    month = unit.periods.first_open()
    return month if month is not None and has_ended(month, unit.now) else None


def propose_closing(unit: Unit, month: date) -> Period:
    """Propose to close a month; until another person closes it, it stays open.

    Months are closed in their order, once they are over in Riga. Raises PeriodNotNext, PeriodProposed.
    """
    following = next_to_close(unit)
    if month != following:
        raise PeriodNotNext(period=month.isoformat(), following=following and following.isoformat())
    period = Period(id=uuid7(), period=month, proposed_by=unit.actor.id, proposed_at=unit.now)
    if not unit.periods.add(period):
        raise PeriodProposed(period=month.isoformat())
    unit.audit("propose_closing", "period", period.id, period=month.isoformat())
    return period


def close_period(unit: Unit, period_id: UUID) -> Period:
    """Close a month for good, as another person, and keep what each account gained in it.

    Whatever is being posted into it at this moment is waited for; what comes later is refused by the
    database. Raises Missing, WrongState, NotYourStep, SamePerson.

    Source: BR-712.
    """
    period = unit.periods.lock(period_id)
    if period is None:
        raise Missing()
    closed = period.closed(unit.actor.id, unit.actor.role_names, unit.now)
    kept = unit.periods.close(closed)
    unit.audit("close_period", "period", period.id, period=period.period.isoformat(), balances=kept)
    return closed


def booked_on(unit: Unit, day: date) -> Booking:
    """Return how what happened on a day in Riga is booked: on that day, or late when its month is closed.

    Source: BR-712: closed periods stay closed.
    """
    month = month_of(day)
    if next_month(month) > riga_date(unit.now) or unit.periods.keep_open(month):
        return Booking(effective_on=day)
    return Booking(belongs_to=month)
