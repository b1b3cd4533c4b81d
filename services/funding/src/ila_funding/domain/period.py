"""Accounting periods: months in Riga; nothing is booked into one that is closed."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.states import StateMachine, Step

from ila_funding.domain.errors import SamePerson

KEEPERS = frozenset({"rate_manager", "rate_approver"})
PERIOD_STATES = StateMachine("period", "proposed", [Step("proposed", "close", "closed", KEEPERS)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A month that somebody proposed to close, or that is closed; `period` is its first day."""

    id: UUID
    period: date
    state: str = PERIOD_STATES.start
    proposed_by: str
    proposed_at: datetime
    closed_by: str | None = None
    closed_at: datetime | None = None
    version: int = 1

    def closed(self, person: str, roles: frozenset[str], now: datetime) -> "Period":
        """Return it closed, by another person than who proposed that. Raises WrongState, SamePerson.

        Source: BR-712.
        """
        state = PERIOD_STATES.next_state(self.state, "close", roles)
        if person == self.proposed_by:
            raise SamePerson(thing="period")
        return replace(self, state=state, closed_by=person, closed_at=now, version=self.version + 1)


def month_of(day: date) -> date:
    """Return the first day of the month of a day."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """Return the first day of the month after."""
    return month_of(month + timedelta(days=31))


def has_ended(month: date, now: datetime) -> bool:
    """Tell whether a month is over in Riga."""
    return next_month(month) <= riga_date(now)
