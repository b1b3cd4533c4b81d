"""Holds: money set apart for one application, and applications that wait for some."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step

from ila_funding.domain.ledger import Account, Movement, Reason
from ila_funding.domain.quote import Quote
from ila_funding.domain.training import Training

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
    ],
)
REQUEST_STATES = StateMachine(
    "hold request",
    "waiting",
    [
        Step("waiting", "wait", "waiting", _BY_ITSELF),
        Step("waiting", "grant", "granted", _BY_ITSELF),
        Step("waiting", "refuse", "refused", _BY_ITSELF),
        Step("waiting", "withdraw", "withdrawn", _BY_ITSELF),
        Step("granted", "withdraw", "withdrawn", _BY_ITSELF),
        Step("refused", "withdraw", "withdrawn", _BY_ITSELF),
    ],
)


class Refused:
    """Why no money was set apart; the code of a rule (`no-methodology`) may stand there too."""

    BUDGET_EXHAUSTED = "budget-exhausted"
    NO_BUDGET_LINE = "no-budget-line"
    APPLICATION_WITHDRAWN = "application-withdrawn"
    PROGRAMME_NOT_IN_CALL = "programme-not-in-call"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedProgramme:
    """What this service keeps of a programme; `sequence` is the version it was told of last."""

    programme_id: UUID
    call_id: UUID
    title_lv: str
    funding_source: str
    training: Training
    sequence: int


@dataclass(frozen=True, slots=True)
class EarlyWithdrawal:
    """A withdrawal that came before the eligibility of its application did."""

    application_id: UUID
    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """An eligible application's wish for money: one per application, whatever arrives how often.

    `line_id` is None when no budget line pays for it, `amount` until it is calculated.
    """

    application_id: UUID
    state: str = REQUEST_STATES.start
    reason: str | None = None
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    line_id: UUID | None = None
    applied_on: date
    receipt_sequence: int
    provisional: bool
    amount: Decimal | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime

    def after(self, action: str, now: datetime, **changes: Any) -> "HoldRequest":
        """Return the request after a step of its state table. Raises WrongState."""
        state = REQUEST_STATES.next_state(self.state, action, _BY_ITSELF)
        return replace(self, state=state, version=self.version + 1, updated_at=now, **changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Money set apart for an application, with the quote it was pinned to.

    `movement_id` is the ledger transaction that put the money where it is now.
    """

    id: UUID
    application_id: UUID
    person_id: UUID
    call_id: UUID
    programme_id: UUID
    line_id: UUID
    amount: Decimal
    state: str
    quote: dict[str, Any]
    quote_hash: str
    methodology_version: str
    applied_on: date
    provisional: bool
    expires_at: datetime
    movement_id: UUID
    version: int
    created_at: datetime
    updated_at: datetime

    def allows(self, action: str) -> bool:
        """Tell whether the state table has this step from here."""
        return action in HOLD_STATES.actions(self.state)


def new_hold(
    request: HoldRequest, line_id: UUID, quote: Quote, hold_days: int, now: datetime
) -> tuple[Hold, Movement]:
    """Return the hold of a request, and how its amount leaves what is free on the line."""
    hold_id = uuid7()
    movement = Movement(
        id=uuid7(),
        at=now,
        reason=Reason.HOLD,
        source=Account.FREE,
        target=Account.HELD,
        amount=quote.amount,
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
        amount=quote.amount,
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


def ended(hold: Hold, action: str, now: datetime) -> tuple[Hold, Movement]:
    """Return a hold after `release` or `expire`, and how its amount goes back: the reversal of the last move.

    Raises WrongState.
    """
    state = HOLD_STATES.next_state(hold.state, action, _BY_ITSELF)
    movement = Movement(
        id=uuid7(),
        at=now,
        reason=Reason.RELEASE if action == "release" else Reason.EXPIRY,
        source=Account(hold.state),
        target=Account.FREE,
        amount=hold.amount,
        line_id=hold.line_id,
        call_id=hold.call_id,
        person_id=hold.person_id,
        hold_id=hold.id,
        reverses=hold.movement_id,
    )
    ended = replace(hold, state=state, movement_id=movement.id, version=hold.version + 1, updated_at=now)
    return ended, movement
