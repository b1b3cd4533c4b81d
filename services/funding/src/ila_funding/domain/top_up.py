"""Top-ups: what an employer or another fund adds to a learner's entitlement, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from ila_kit.actor import Role
from ila_kit.ids import uuid7
from ila_kit.money import ZERO
from ila_kit.states import SYSTEM, StateMachine, Step

from ila_funding.domain.errors import NothingUnused
from ila_funding.domain.hold import AS_IT_HAPPENS, Booking
from ila_funding.domain.ledger import Account, Movement, Reason

_OFFICERS = frozenset({"rate_manager", "rate_approver"})
_FUNDERS = _OFFICERS | {"employer_admin"}
TOP_UP_STATES = StateMachine(
    "top-up",
    "proposed",
    [
        Step("proposed", "confirm", "active", frozenset({"employer_admin", "rate_approver"})),
        Step("proposed", "reverse", "reversed", _FUNDERS),
        Step("proposed", "expire", "expired", frozenset({SYSTEM})),
        Step("active", "reverse", "reversed", _FUNDERS),
        Step("active", "expire", "expired", frozenset({SYSTEM})),
    ],
)


class Funder(StrEnum):
    """Who adds money: an employer its own, or another public fund, which takes two people."""

    EMPLOYER = "employer"
    FUND = "fund"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopUp:
    """Money promised to a learner in a call beside the budget line.

    At every instant held + committed + consumed + returned ≤ amount. It pays for every programme of the
    call, unless it is kept for some `kinds` of training or some programmes.
    """

    id: UUID
    person_id: UUID
    call_id: UUID
    funder_kind: Funder
    funder_id: UUID
    funder_name: str
    amount: Decimal
    held: Decimal = ZERO
    committed: Decimal = ZERO
    consumed: Decimal = ZERO
    returned: Decimal = ZERO
    kinds: tuple[str, ...] = ()
    programme_ids: tuple[UUID, ...] = ()
    valid_until: datetime
    state: str = TOP_UP_STATES.start
    reason: str | None = None
    proposed_by: str
    confirmed_by: str | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime

    @property
    def left(self) -> Decimal:
        """What nothing is paid from yet, while it may be used; zero otherwise."""
        return self.unused if self.state == "active" else ZERO

    @property
    def unused(self) -> Decimal:
        """What was neither used nor given back."""
        return self.amount - self.held - self.committed - self.consumed - self.returned

    @property
    def unrestricted(self) -> bool:
        """Whether it pays for every programme of the call."""
        return not self.kinds and not self.programme_ids

    def is_kept_by(self, roles: Collection[Role]) -> bool:
        """Tell whether these roles decide about it: its employer's administrators, a fund's officers."""
        if self.funder_kind is Funder.EMPLOYER:
            return Role("employer_admin", self.funder_id) in roles
        return any(role.name in _OFFICERS for role in roles)

    def actions_for(self, person: str, roles: Collection[Role]) -> list[str]:
        """Return the steps that a person may take with it now."""
        held = {role.name for role in roles}
        return [
            action
            for action in (TOP_UP_STATES.actions(self.state) if self.is_kept_by(roles) else ())
            if TOP_UP_STATES.steps[self.state, action].roles & held
            and not self.needs_another_than(person, action)
            and not (action == "reverse" and self._has_nothing_back)
        ]

    def needs_another_than(self, person: str, action: str) -> bool:
        """Tell whether a step is for somebody else than a person: a fund's money takes two."""
        alone = action == "reverse" and self.state == "proposed"
        return self.funder_kind is Funder.FUND and person == self.proposed_by and not alone

    def pays(self, kind: str, programme_id: UUID, now: datetime) -> bool:
        """Tell whether it may pay for a programme at an instant: ring-fenced ones only for what they are for.

        Source: BR-710.
        """
        if self.left <= ZERO or self.valid_until <= now:
            return False
        return self.unrestricted or kind in self.kinds or programme_id in self.programme_ids

    def confirmed(self, actor: str, roles: frozenset[str], now: datetime) -> tuple["TopUp", Movement]:
        """Return it ready for use, and how its money came. Raises WrongState, NotYourStep."""
        state = TOP_UP_STATES.next_state(self.state, "confirm", roles)
        after = replace(self, state=state, confirmed_by=actor, version=self.version + 1, updated_at=now)
        moves = (Account.FUNDER, Account.TOPPED_UP)
        return after, self._movement(Reason.TOP_UP, moves, self.amount, now)

    def ended(
        self, action: str, roles: frozenset[str], reason: str, now: datetime
    ) -> tuple["TopUp", Movement | None]:
        """Return it after `reverse` or `expire`, and how the unused part went back to its funder.

        What is used already stays where it is. Raises NothingUnused when a reversal would give nothing
        back, WrongState when it ended already.
        """
        state = TOP_UP_STATES.next_state(self.state, action, roles)
        back = self.left
        if action == "reverse" and self._has_nothing_back:
            raise NothingUnused(top_up_id=str(self.id))
        after = replace(
            self,
            state=state,
            reason=reason,
            returned=self.returned + back,
            version=self.version + 1,
            updated_at=now,
        )
        if back <= ZERO:
            return after, None
        why = Reason.TOP_UP_REVERSAL if action == "reverse" else Reason.TOP_UP_EXPIRY
        return after, self._movement(why, (Account.TOPPED_UP, Account.FUNDER), back, now)

    @property
    def _has_nothing_back(self) -> bool:
        return self.state == "active" and self.left <= ZERO

    def _movement(
        self, reason: Reason, moves: tuple[Account, Account], amount: Decimal, now: datetime
    ) -> Movement:
        return Movement(
            id=uuid7(),
            at=now,
            reason=reason,
            source=moves[0],
            target=moves[1],
            amount=amount,
            line_id=None,
            call_id=self.call_id,
            person_id=self.person_id,
            top_up_id=self.id,
            funder_id=self.funder_id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a hold takes from a top-up; `movement_id` is the ledger transaction that moved it last."""

    hold_id: UUID
    top_up_id: UUID
    amount: Decimal
    state: str
    movement_id: UUID


# What each step of a hold does with its shares; money of an ended top-up goes back to its funder.
_STEPS = {
    "hold": (Reason.HOLD, "held"),
    "commit": (Reason.COMMITMENT, "committed"),
    "consume": (Reason.SETTLEMENT, "consumed"),
    "release": (Reason.RELEASE, "released"),
    "expire": (Reason.EXPIRY, "released"),
    "recover": (Reason.RECOVERY, "released"),
}
_ACCOUNTS = {
    "held": Account.TOPPED_HELD,
    "committed": Account.TOPPED_COMMITTED,
    "consumed": Account.TOPPED_CONSUMED,
}


def taken(top_up: TopUp, hold_id: UUID, amount: Decimal, now: datetime) -> tuple[TopUp, Use, Movement]:
    """Return a top-up with a share of it held, the share, and how it moved."""
    use = Use(hold_id=hold_id, top_up_id=top_up.id, amount=amount, state="free", movement_id=hold_id)
    return followed(top_up, use, "hold", now)


def followed(
    top_up: TopUp, use: Use, action: str, now: datetime, booking: Booking = AS_IT_HAPPENS
) -> tuple[TopUp, Use, Movement]:
    """Return a top-up and a share of it after a step of the hold, and how the share moved."""
    reason, state = _STEPS[action]
    source = _ACCOUNTS.get(use.state, Account.TOPPED_UP)
    back = Account.TOPPED_UP if top_up.state == "active" else Account.FUNDER
    target = _ACCOUNTS.get(state, back)
    moved = Movement(
        id=uuid7(),
        at=now,
        reason=reason,
        source=source,
        target=target,
        amount=use.amount,
        line_id=None,
        call_id=top_up.call_id,
        person_id=top_up.person_id,
        hold_id=use.hold_id,
        top_up_id=top_up.id,
        funder_id=top_up.funder_id,
        organisation_id=booking.organisation_id,
        effective_on=booking.effective_on,
        belongs_to=booking.belongs_to,
        reverses=use.movement_id if state == "released" else None,
    )
    changes = {use.state: -use.amount, state: use.amount}
    if target is Account.FUNDER:
        changes["returned"] = use.amount
    balances = {
        name: getattr(top_up, name) + changes.get(name, ZERO)
        for name in ("held", "committed", "consumed", "returned")
    }
    after = replace(top_up, **balances, version=top_up.version + 1, updated_at=now)
    return after, replace(use, state=state, movement_id=moved.id), moved
