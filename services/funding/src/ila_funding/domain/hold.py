"""Holds: money set apart for one application, and where it goes from there."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.money import ZERO
from ila_kit.states import SYSTEM, StateMachine, Step

from ila_funding.domain.entitlement import Split
from ila_funding.domain.errors import SupportCheckOpen
from ila_funding.domain.ledger import Account, Movement, Reason
from ila_funding.domain.quote import Quote
from ila_funding.domain.request import HoldRequest

_BY_ITSELF = frozenset({SYSTEM})
HOLD_STATES = StateMachine(
    "hold",
    "held",
    [
        Step("held", "commit", "committed", _BY_ITSELF),
        Step("held", "release", "released", _BY_ITSELF),
        Step("held", "expire", "expired", _BY_ITSELF),
        Step("committed", "consume", "consumed", _BY_ITSELF),
        Step("committed", "release", "released", _BY_ITSELF),
        Step("consumed", "recover", "released", _BY_ITSELF),
    ],
)
LIVE = ("held", "committed", "consumed")
# What the register of earlier support says: it was not heard yet, nobody else paid, somebody did.
PENDING, CLEAR, FOUND = "pending", "clear", "found"
# What each step writes into the ledger: why, and where the money goes.
_MOVES = {
    "commit": (Reason.COMMITMENT, Account.COMMITTED),
    "consume": (Reason.SETTLEMENT, Account.CONSUMED),
    "release": (Reason.RELEASE, Account.FREE),
    "expire": (Reason.EXPIRY, Account.FREE),
    "recover": (Reason.RECOVERY, Account.FREE),
}


@dataclass(frozen=True, slots=True)
class Booking:
    """Which provider a movement is about, and on which day in Riga it is booked: see `Movement`."""

    organisation_id: UUID | None = None
    effective_on: date | None = None
    belongs_to: date | None = None


AS_IT_HAPPENS = Booking()


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money set apart for an application, with the quote it was pinned to.

    `amount` is public money; with what top-ups and the learner pay it is the quoted price.
    `movement_id` is the ledger transaction that put the money where it is now. `told_at` is when others
    were told of it, None while the register of earlier support was not heard; `support_answer_id` is the
    register's answer, which identity keeps, `earlier_support` what it found.
    """

    id: UUID
    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    line_id: UUID
    amount: Decimal
    topped_up: Decimal = ZERO
    co_payment: Decimal = ZERO
    state: str
    quote: dict[str, Any]
    quote_hash: str
    methodology_version: str
    applied_on: date
    provisional: bool
    expires_at: datetime
    movement_id: UUID
    support_check: str = PENDING
    support_answer_id: UUID | None = None
    support_checked_at: datetime | None = None
    earlier_support: str | None = None
    told_at: datetime | None = None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def live(self) -> bool:
        """Whether the money is still this application's."""
        return self.state in LIVE

    def allows(self, action: str) -> bool:
        """Tell whether the state table has this step from here."""
        return action in HOLD_STATES.actions(self.state)


def new_hold(
    request: HoldRequest, line_id: UUID, quote: Quote, parts: Split, hold_days: int, now: datetime
) -> tuple[Hold, Movement]:
    """Return the hold of a request, and how its public part leaves what is free on the line."""
    hold_id = uuid7()
    movement = Movement(
        id=uuid7(),
        at=now,
        reason=Reason.HOLD,
        source=Account.FREE,
        target=Account.HELD,
        amount=parts.public,
        line_id=line_id,
        call_id=request.call_id,
        person_id=request.person_id,
        hold_id=hold_id,
    )
    hold = Hold(
        id=hold_id,
        application_id=request.application_id,
        person_id=request.person_id,
        call_id=request.call_id,
        programme_id=request.programme_id,
        line_id=line_id,
        amount=parts.public,
        topped_up=parts.topped_up,
        co_payment=parts.co_payment,
        state=HOLD_STATES.start,
        quote=to_json(quote),
        quote_hash=quote.hash,
        methodology_version=quote.methodology.version,
        applied_on=request.applied_on,
        provisional=request.provisional,
        expires_at=now + timedelta(days=hold_days),
        movement_id=movement.id,
        version=1,
        created_at=now,
        updated_at=now,
    )
    return hold, movement


def moved(hold: Hold, action: str, now: datetime, booking: Booking = AS_IT_HAPPENS) -> tuple[Hold, Movement]:
    """Return a hold after a step of its state table, and how its amount moves in the ledger.

    What gives money back reverses the last move of the hold, so it can happen only once. Raises WrongState,
    SupportCheckOpen for a commitment before the register of earlier support said that nobody else paid.
    """
    if action == "commit" and hold.support_check != CLEAR:
        raise SupportCheckOpen(hold_id=str(hold.id))
    state = HOLD_STATES.next_state(hold.state, action, _BY_ITSELF)
    reason, target = _MOVES[action]
    movement = Movement(
        id=uuid7(),
        at=now,
        reason=reason,
        source=Account(hold.state),
        target=target,
        amount=hold.amount,
        line_id=hold.line_id,
        call_id=hold.call_id,
        person_id=hold.person_id,
        hold_id=hold.id,
        reverses=hold.movement_id if target is Account.FREE else None,
        organisation_id=booking.organisation_id,
        effective_on=booking.effective_on,
        belongs_to=booking.belongs_to,
    )
    after = replace(hold, state=state, movement_id=movement.id, version=hold.version + 1, updated_at=now)
    return after, movement
