"""Where an organisation is paid to: added by one person, confirmed by another, and not at once.

Source: BR-714 (a change of the account number needs a second person and a cooling time).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, StateMachine, Step, Timer
from stdnum import exceptions
from stdnum import iban as numbers

from ila_identity.domain.errors import MalformedIban, SecondPersonNeeded

_INVENTED_BANK = "PARA"


@dataclass(frozen=True, slots=True)
class Iban:
    """A well-formed account number; its `repr` hides it, because a repr ends up in logs."""

    compact: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Iban":
        """Return the account number that a text writes, spaces or not. Raises MalformedIban."""
        try:
            return cls(numbers.validate(text))
        except exceptions.ValidationError:
            raise MalformedIban() from None

    @classmethod
    def invented(cls, organisation_id: UUID) -> "Iban":
        """Return the account number of an organisation at a bank that does not exist: always the same."""
        basic = f"{_INVENTED_BANK}{organisation_id.int % 10**13:013}"
        return cls(f"LV{numbers.calc_check_digits('LV00' + basic)}{basic}")

    def masked(self) -> str:
        """Return the number with all but its country and its last four characters hidden."""
        return f"{self.compact[:2]}**{'*' * (len(self.compact) - 8)}{self.compact[-4:]}"


@dataclass(frozen=True, slots=True)
class Confirming:
    """Somebody confirms an account."""

    account: "BankAccount"
    by: str


def _other_person(step: Confirming) -> None:
    if step.by == step.account.added_by:
        raise SecondPersonNeeded()


_SYSTEM = frozenset({SYSTEM})
CONFIRMERS = frozenset({"provider_admin", "provider_signatory"})
BANK_ACCOUNT = StateMachine(
    "bank_account",
    "added",
    [
        Step("added", "confirm", "confirmed", CONFIRMERS, _other_person),
        Step("added", "lapse", "lapsed", _SYSTEM),
        Step("confirmed", "replace", "replaced", _SYSTEM),
    ],
    timers={"added": Timer(timedelta(days=30), "lapse")},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """An account of an organisation; money goes there from `payable_from` on, while it is confirmed."""

    id: UUID
    organisation_id: UUID
    iban: Iban
    holder: str
    state: str
    added_by: str
    confirmed_by: str | None
    confirmed_at: datetime | None
    payable_from: datetime | None
    due_at: datetime | None
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @classmethod
    def add(cls, organisation_id: UUID, iban: Iban, holder: str, by: str, now: datetime) -> "BankAccount":
        """Return a new account that waits for a second person."""
        return cls(
            id=uuid7(),
            organisation_id=organisation_id,
            iban=iban,
            holder=holder,
            state=BANK_ACCOUNT.start,
            added_by=by,
            confirmed_by=None,
            confirmed_at=None,
            payable_from=None,
            due_at=now + BANK_ACCOUNT.timers[BANK_ACCOUNT.start].after,
            created_at=now,
            updated_at=now,
        )

    def confirmed(self, by: str, roles: Iterable[str], now: datetime, cooling: timedelta) -> "BankAccount":
        """Return it confirmed by another person, paid to after the cooling time.

        Raises WrongState, NotYourStep or SecondPersonNeeded.
        """
        state = BANK_ACCOUNT.next_state(self.state, "confirm", roles, Confirming(self, by))
        return replace(self._at(state, now), confirmed_by=by, confirmed_at=now, payable_from=now + cooling)

    def ended(self, action: str, now: datetime) -> "BankAccount":
        """Return it lapsed or replaced. Raises WrongState."""
        return self._at(BANK_ACCOUNT.next_state(self.state, action, _SYSTEM), now)

    def _at(self, state: str, now: datetime) -> "BankAccount":
        return replace(self, state=state, due_at=None, updated_at=now, version=self.version + 1)
