"""Messages to learners: what happened to an application, told in the account and by letter (e-mail)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.states import SYSTEM, StateMachine, Step

from ila_applications.domain.applications import Case, Change, Happening

# What people are told of; the other steps follow at once, or are only looked up.
TOLD = frozenset(
    {
        *("submit", "withdraw", "queue", "lapse", "close"),
        *("ask_evidence", "accept_evidence", "refuse", "uphold_contest", "dismiss_contest", "settle"),
        *("draw_place", "draw_place_provisionally", "lack_funds", "refuse_funds", "offer", "lose_funds"),
        *(
            "enrol",
            "join_group",
            "cancel_group",
            "transfer",
            "note_no_show",
            "drop_out",
            "interrupt",
            "resume",
        ),
        *("complete", "fail", "note_payment"),
    }
)
_BY_POST = frozenset({SYSTEM})
# How a letter ends. `not_wanted`: the person wants none; `no_address`: gave none; `not_offered`: this
# installation sends none; `failed`: the post refused it, or could not be given it for too long.
LETTER = StateMachine(
    "letter",
    "waiting",
    [
        Step("waiting", end, end, _BY_POST)
        for end in ("sent", "failed", "not_wanted", "no_address", "not_offered")
    ],
)
# A letter that the post does not take is given again for about a day [default], then the account alone tells.
TRIES = 8
FIRST_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """How far the letter of a message has come: a state of `LETTER`, when, after how many tries, and why."""

    state: str = LETTER.start
    at: datetime | None = None
    tries: int = 0
    reason: str | None = None

    def ended(self, how: str, now: datetime, reason: str | None = None) -> "Letter":
        """Return the letter at its end. Raises WrongState when it has one already."""
        state = LETTER.next_state(self.state, how, _BY_POST)
        tries = self.tries + (how in ("sent", "failed"))
        return Letter(state=state, at=now, tries=tries, reason=reason)

    def put_off(self, now: datetime, reason: str) -> "Letter":
        """Return the letter after a try that failed for the moment; the last one is its end."""
        if self.tries + 1 >= TRIES:
            return self.ended("failed", now, reason)
        return Letter(state=self.state, at=now, tries=self.tries + 1, reason=reason)

    @property
    def next_try(self) -> datetime | None:
        """When it is tried again; None before the first try, and at its end."""
        if self.at is None or self.state != LETTER.start:
            return None
        wait: timedelta = FIRST_WAIT * 2 ** (self.tries - 1)
        return self.at + wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A step of an application that its owner is told of; `id` is the happening's."""

    id: UUID
    person_id: UUID
    case: Case
    happening: Happening
    read_at: datetime | None = None
    letter: Letter = Letter()


def worth_telling(change: Change) -> bool:
    """Tell whether the owner of an application is told of a step by a message."""
    return change.happening.action in TOLD
