"""Hold requests: what other services told of one application's need for money."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from ila_kit.states import SYSTEM, StateMachine, Step

_BY_ITSELF = frozenset({SYSTEM})
_ANSWERS = {"wait": "waiting", "grant": "granted", "refuse": "refused"}
REQUEST_STATES = StateMachine(
    "hold request",
    "asked",  # only until the transaction that asks has decided it
    [
        *(
            Step(state, action, answered, _BY_ITSELF)
            for state in ("asked", "waiting")
            for action, answered in _ANSWERS.items()
        ),
        Step("waiting", "withdraw", "withdrawn", _BY_ITSELF),
        Step("granted", "withdraw", "withdrawn", _BY_ITSELF),
        Step("granted", "refuse", "refused", _BY_ITSELF),
        Step("refused", "withdraw", "withdrawn", _BY_ITSELF),
        Step("withdrawn", "reopen", "asked", _BY_ITSELF),
    ],
)


class Refused:
    """Why no money was set apart; the code of a rule (`no-methodology`) may stand there too."""

    BUDGET_EXHAUSTED = "budget-exhausted"
    LINE_PAUSED = "line-paused"
    NO_BUDGET_LINE = "no-budget-line"
    HOLD_NOT_HELD = "hold-not-held"
    PROGRAMME_NOT_IN_CALL = "programme-not-in-call"
    CONTENT_HELD = "content-held"


class Ending(StrEnum):
    """Why an application needs no money any more."""

    WITHDRAWN = "application-withdrawn"
    EXPIRED = "place-expired"
    REFUSED = "application-refused"
    NOT_COMPLETED = "learning-not-completed"


@dataclass(frozen=True, slots=True)
class EarlyEnding:
    """An ending that came before the eligibility of its application did."""

    application_id: UUID
    ended_sequence: int
    reason: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRequest:
    """An eligible application's wish for money: one per application, whatever arrives how often.

    `line_id` is None when no budget line pays for it, `amount` until it is calculated; `strata` are those of
    the programme when it was asked for. `behind` is the person's own hold for the same content that it
    waits for: in no line's queue until that one is bound or given back. The three
    sequences are the versions of the application at which it was found eligible, enrolled and ended
    last: facts are ordered by them, not by the time they arrive.
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
    strata: Sequence[str] = ()
    behind: UUID | None = None
    eligible_sequence: int
    enrolled_sequence: int | None = None
    ended_sequence: int | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime

    @property
    def ended(self) -> bool:
        """Whether the last word is that it needs no money; eligibility after an ending reopens it.

        Who enrolled after an ending was found eligible again in between, whether we heard of it or not.
        """
        lives_since = max(self.eligible_sequence, self.enrolled_sequence or 0)
        return self.ended_sequence is not None and self.ended_sequence >= lives_since

    def after(self, action: str, now: datetime, **changes: Any) -> "HoldRequest":
        """Return the request after a step of its state table. Raises WrongState."""
        state = REQUEST_STATES.next_state(self.state, action, _BY_ITSELF)
        changes = {"behind": None} | changes
        return replace(self, state=state, version=self.version + 1, updated_at=now, **changes)

    def told(self, now: datetime, **changes: Any) -> "HoldRequest":
        """Return the request with what was told of it, its state as it was."""
        return replace(self, version=self.version + 1, updated_at=now, **changes)
