"""Payment runs: claims paid together, by people who are all different (BR-712)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.clock import riga_date
from ila_kit.ids import uuid7
from ila_kit.money import ZERO
from ila_kit.states import SYSTEM, StateMachine, Step, Timer

from ila_funding.domain.claim import Claim
from ila_funding.domain.errors import ApproverMayNotRelease, SamePerson, SettlementDayOutOfRange
from ila_funding.domain.payee import BankAccount, Standing, masked
from ila_funding.domain.provider import Provider

MOST_CLAIMS = 50
NOT_RELEASED = "not-released-in-time"
_CHECKER, _RELEASER = frozenset({"payment_checker"}), frozenset({"payment_releaser"})
_DESK, _BY_ITSELF = frozenset({"payment_maker", "payment_checker", "payment_releaser"}), frozenset({SYSTEM})
_WAITS = Timer(timedelta(days=10), "lapse")
_AT_THE_BANK = Timer(timedelta(days=5), "remind")
# Before its release a run that nobody moves on gives its claims back by itself. After it, money may
# be on its way: only a person who saw the bank's answer ends it, and it is shown as overdue till then.
RUN_STATES = StateMachine(
    "payment run",
    "made",
    [
        Step("made", "check", "checked", _CHECKER),
        Step("made", "fail", "failed", _CHECKER | _RELEASER),
        Step("made", "lapse", "failed", _BY_ITSELF),
        Step("checked", "release", "released", _RELEASER),
        Step("checked", "fail", "failed", _CHECKER | _RELEASER),
        Step("checked", "lapse", "failed", _BY_ITSELF),
        Step("released", "export", "exported", _DESK),
        Step("released", "fail", "failed", _CHECKER | _RELEASER),
        Step("released", "remind", "released", _BY_ITSELF),
        Step("exported", "settle", "settled", _CHECKER),
        Step("exported", "fail", "failed", _CHECKER | _RELEASER),
        Step("exported", "remind", "exported", _BY_ITSELF),
    ],
    timers={"made": _WAITS, "checked": _WAITS, "released": _AT_THE_BANK, "exported": _AT_THE_BANK},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRun:
    """Claims that are paid together.

    The persons are those who took each step. `overdue_since` is when somebody should have moved it on.
    """

    id: UUID
    amount: Decimal
    call_id: UUID | None
    state: str = RUN_STATES.start
    reason: str | None = None
    made_by: str
    checked_by: str | None = None
    released_by: str | None = None
    released_at: datetime | None = None
    exported_by: str | None = None
    exported_at: datetime | None = None
    file_sha256: str | None = None
    settled_by: str | None = None
    settled_on: date | None = None
    bank_reference: str | None = None
    failed_by: str | None = None
    due_at: datetime | None
    overdue_since: datetime | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime

    def after(self, action: str, roles: Iterable[str], now: datetime, **changes: Any) -> "PaymentRun":
        """Return the run after a step of its state table. Raises WrongState or NotYourStep."""
        state = RUN_STATES.next_state(self.state, action, roles)
        times: dict[str, Any] = {
            "overdue_since": now if action == "remind" else None,
            "due_at": _due(state, action, now),
        }
        return replace(self, state=state, version=self.version + 1, updated_at=now, **times, **changes)

    def actions_for(self, person: str, roles: Iterable[str]) -> list[str]:
        """Return the steps that a person may take with it now."""
        barred = {
            "check": (self.made_by,),
            "release": (self.made_by, self.checked_by),
            "settle": (self.made_by, self.released_by),
        }
        return [
            action
            for action in RUN_STATES.actions(self.state)
            if RUN_STATES.steps[self.state, action].roles & set(roles)
            and person not in barred.get(action, ())
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """What one claim gets in a run, and where it goes: the IBAN is masked, the whole one stays sealed.

    Without an account `account_id` is None. `state` is open, settled or failed.
    """

    claim_id: UUID
    organisation_id: UUID
    call_id: UUID
    amount: Decimal
    title: str
    account_id: UUID | None
    holder: str | None
    iban_masked: str | None
    account_state: str | None
    payable_from: datetime | None
    state: str = "open"

    @property
    def standing(self) -> Standing:
        """Whether money may go to its account."""
        return Standing(self.account_state, self.payable_from)


def new_run(
    paid: Sequence[tuple[Claim, BankAccount | None, str]], person: str, now: datetime
) -> tuple[PaymentRun, list[Payment]]:
    """Return a run of claims, each with the account it goes to and the title of its organisation.

    Raises SamePerson for somebody who handled one of the claims.
    """
    refuse_handlers(person, [claim for claim, _, _ in paid])
    payments = [_payment(*one) for one in paid]
    calls = {one.call_id for one in payments}
    run = PaymentRun(
        id=uuid7(),
        amount=sum((one.amount for one in payments), ZERO),
        call_id=calls.pop() if len(calls) == 1 else None,
        made_by=person,
        due_at=_due(RUN_STATES.start, "make", now),
        created_at=now,
        updated_at=now,
    )
    return run, payments


def refuse_handlers(person: str, claims: Iterable[Claim]) -> None:
    """Refuse somebody who pays what they claimed or approved themselves. Raises SamePerson."""
    if any(person in claim.handled_by for claim in claims):
        raise SamePerson(thing="claim")


def refuse_same(person: str, *earlier: str | None) -> None:
    """Refuse somebody who took one of the earlier steps, in whatever role. Raises SamePerson.

    Source: BR-712.
    """
    if person in earlier:
        raise SamePerson(thing="payment run")


def refuse_approver(person: str, first_paid: Iterable[Provider]) -> None:
    """Refuse to let somebody release the first payment of a provider they approved.

    Raises ApproverMayNotRelease. Source: BR-712.
    """
    for provider in first_paid:
        if person in map(str, provider.approved_by):
            raise ApproverMayNotRelease(organisation_id=str(provider.organisation_id))


def require_settlement_day(run: PaymentRun, day: date, now: datetime) -> None:
    """Refuse a day on which the bank cannot have carried the run out. Raises SettlementDayOutOfRange."""
    first = riga_date(run.exported_at or now)
    if not first <= day <= riga_date(now):
        raise SettlementDayOutOfRange(first=first.isoformat(), last=riga_date(now).isoformat())


def _payment(claim: Claim, account: BankAccount | None, title: str) -> Payment:
    return Payment(
        claim_id=claim.id,
        organisation_id=claim.organisation_id,
        call_id=claim.call_id,
        amount=claim.amount,
        title=title,
        account_id=account.account_id if account else None,
        holder=account.holder if account else None,
        iban_masked=masked(account.iban) if account else None,
        account_state=account.state if account else None,
        payable_from=account.payable_from if account else None,
    )


def _due(state: str, action: str, now: datetime) -> datetime | None:
    timer = RUN_STATES.timers.get(state)
    return None if timer is None or action == "remind" else now + timer.after
