"""Late changes: what happened in a month that is closed already, until another person books it."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.states import StateMachine, Step

from ila_funding.domain.errors import SamePerson
from ila_funding.domain.period import KEEPERS, month_of

LATE_STATES = StateMachine(
    "late change",
    "queued",
    [Step("queued", "book", "booked", KEEPERS), Step("queued", "dismiss", "dismissed", KEEPERS)],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange:
    """A settlement of a payment run on a day whose month (`belongs_to`, its first day) is closed.

    It moves no money until somebody else books it: into the month of that day, which is open
    (`booked_in`), with a reference to the closed one. Dismissed, with a reason, it never happened.
    """

    id: UUID
    run_id: UUID
    belongs_to: date
    settled_on: date
    bank_reference: str
    amount: Decimal
    state: str = LATE_STATES.start
    queued_by: str
    queued_at: datetime
    resolved_by: str | None = None
    resolved_at: datetime | None = None
    booked_in: date | None = None
    reason: str | None = None
    version: int = 1

    def booked(self, person: str, roles: frozenset[str], now: datetime) -> "LateChange":
        """Return it booked today, by another person than who told it. Raises WrongState, SamePerson.

        Source: BR-712.
        """
        return replace(self._resolved("book", person, roles, now), booked_in=month_of(riga_date(now)))

    def dismissed(self, person: str, roles: frozenset[str], reason: str, now: datetime) -> "LateChange":
        """Return it set aside, by another person than who told it. Raises WrongState, SamePerson."""
        return replace(self._resolved("dismiss", person, roles, now), reason=reason)

    def _resolved(self, action: str, person: str, roles: frozenset[str], now: datetime) -> "LateChange":
        state = LATE_STATES.next_state(self.state, action, roles)
        if person == self.queued_by:
            raise SamePerson(thing="late change")
        version = self.version + 1
        return replace(self, state=state, resolved_by=person, resolved_at=now, version=version)
