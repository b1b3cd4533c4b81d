"""Claims: what a provider asks to be paid for verified results (BR-711)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.money import ZERO
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_funding.domain.checks import Check, failed_names, latest
from ila_funding.domain.errors import ChecksFailed, NothingLeft, NothingToClaim, SamePerson, UnknownLine
from ila_funding.domain.result import ClaimableResult

MOST_LINES = 500
NOT_SUBMITTED = "not-submitted-in-time"
_PROVIDER, _OFFICER = frozenset({"provider_signatory"}), frozenset({"claim_officer"})
_BANK, _BY_ITSELF = frozenset({"payment_checker"}), frozenset({SYSTEM})
_LATE = Timer(timedelta(days=14), "remind")
# A provider's silence ends its draft. The agency's silence ends nothing: it is shown and noted as
# overdue, because neither paying nor refusing by itself would be right (BR-605).
CLAIM_STATES = StateMachine(
    "claim",
    "built",
    [
        Step("built", "submit", "submitted", _PROVIDER),
        Step("built", "lapse", "refused", _BY_ITSELF),
        Step("submitted", "check", "checked", _OFFICER),
        Step("submitted", "remind", "submitted", _BY_ITSELF),
        Step("checked", "approve", "approved", _OFFICER),
        Step("checked", "reduce", "reduced", _OFFICER),
        Step("checked", "refuse", "refused", _OFFICER),
        Step("checked", "remind", "checked", _BY_ITSELF),
        Step("approved", "pay", "paid", _BANK),
        Step("approved", "remind", "approved", _BY_ITSELF),
        Step("reduced", "pay", "paid", _BANK),
        Step("reduced", "remind", "reduced", _BY_ITSELF),
        Step("paid", "recover", "recovered", _BANK),
    ],
    timers={
        "built": Timer(timedelta(days=30), "lapse"),
        "submitted": _LATE,
        "checked": _LATE,
        "approved": _LATE,
        "reduced": _LATE,
    },
)
PAYABLE = ("approved", "reduced")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimLine:
    """One result in a claim, at the price its hold is pinned to. `state`: claimed, refused or recovered."""

    application_id: UUID
    programme_id: UUID
    hold_id: UUID
    completed_on: date
    amount: Decimal
    quote_hash: str
    state: str = "claimed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A claim of an organisation in a call; `amount` is the sum of its claimed lines.

    The persons are those who built, submitted, checked and decided it. `run_id` is the payment run it
    is in, None when in none. `overdue_since` is when somebody should have moved it on.
    """

    id: UUID
    organisation_id: UUID
    call_id: UUID
    amount: Decimal
    state: str = CLAIM_STATES.start
    reason: str | None = None
    built_by: str
    submitted_by: str | None = None
    checked_by: str | None = None
    decided_by: str | None = None
    run_id: UUID | None = None
    due_at: datetime | None
    overdue_since: datetime | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime

    @property
    def handled_by(self) -> frozenset[str]:
        """The persons who took a step with it."""
        persons = (self.built_by, self.submitted_by, self.checked_by, self.decided_by)
        return frozenset(one for one in persons if one is not None)

    def after(self, action: str, roles: Iterable[str], now: datetime, **changes: Any) -> "Claim":
        """Return the claim after a step of its state table. Raises WrongState or NotYourStep."""
        state = CLAIM_STATES.next_state(self.state, action, roles)
        times: dict[str, Any] = {
            "overdue_since": now if action == "remind" else None,
            "due_at": _due(state, action, now),
        }
        return replace(self, state=state, version=self.version + 1, updated_at=now, **times, **changes)

    def actions_for(self, person: str, roles: Iterable[str]) -> list[str]:
        """Return the steps that a person may take with it now; it is paid by its run only."""
        another = person not in self.handled_by
        return [
            action
            for action in CLAIM_STATES.actions(self.state)
            if CLAIM_STATES.steps[self.state, action].roles & set(roles)
            and action != "pay"
            and (another or action == "submit")
        ]

    def by_another(self, person: str) -> None:
        """Refuse a person who took an earlier step with it. Raises SamePerson."""
        if person in self.handled_by:
            raise SamePerson(thing="claim")


def new_claim(
    organisation_id: UUID, call_id: UUID, results: Sequence[ClaimableResult], person: str, now: datetime
) -> tuple[Claim, list[ClaimLine]]:
    """Return a claim of verified results, each at its pinned unit cost. Raises NothingToClaim.

    Source: BR-711.
    """
    if not results:
        raise NothingToClaim()
    lines = [
        ClaimLine(
            application_id=one.application_id,
            programme_id=one.programme_id,
            hold_id=one.hold_id,
            completed_on=one.completed_on,
            amount=one.amount,
            quote_hash=one.quote_hash,
        )
        for one in results
    ]
    claim = Claim(
        id=uuid7(),
        organisation_id=organisation_id,
        call_id=call_id,
        amount=total(lines),
        built_by=person,
        due_at=_due(CLAIM_STATES.start, "build", now),
        created_at=now,
        updated_at=now,
    )
    return claim, lines


def total(lines: Iterable[ClaimLine]) -> Decimal:
    """Return what the claimed lines come to."""
    return sum((line.amount for line in lines if line.state == "claimed"), ZERO)


def refuse_lines(lines: Sequence[ClaimLine], refused: Iterable[UUID]) -> list[ClaimLine]:
    """Return the lines after some were refused. Raises UnknownLine, or NothingLeft when all were."""
    names = set(refused)
    known = {line.application_id for line in lines if line.state == "claimed"}
    if foreign := names - known:
        raise UnknownLine(application_id=str(min(foreign)))
    if names == known:
        raise NothingLeft()
    return [replace(line, state="refused") if line.application_id in names else line for line in lines]


def require_passed(checks: Sequence[Check], without: Iterable[UUID] = ()) -> None:
    """Refuse a claim some of whose checks do not pass. Raises ChecksFailed with their names."""
    if failed := failed_names(latest(checks), without):
        raise ChecksFailed(checks=", ".join(failed))


def _due(state: str, action: str, now: datetime) -> datetime | None:
    timer = CLAIM_STATES.timers.get(state)
    return None if timer is None or action == "remind" else now + timer.after
