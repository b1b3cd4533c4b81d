"""Bank accounts of organisations, as identity tells of them when a payment run is made."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

CONFIRMED = "confirmed"


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether money may go to an account: `state` is None when there is none."""

    state: str | None = None
    payable_from: datetime | None = None

    @property
    def confirmed(self) -> bool:
        """Whether a second person confirmed it."""
        return self.state == CONFIRMED and self.payable_from is not None

    def cooled(self, now: datetime) -> bool:
        """Tell whether its cooling time is over."""
        return self.confirmed and self.payable_from is not None and self.payable_from <= now


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """An account of an organisation; money goes to it once confirmed, from `payable_from` on."""

    organisation_id: UUID
    title: str
    account_id: UUID
    iban: str = field(repr=False)
    holder: str
    state: str
    payable_from: datetime | None

    @property
    def standing(self) -> Standing:
        """Whether money may go to it."""
        return Standing(self.state, self.payable_from)


def account_to_pay(accounts: Iterable[BankAccount], now: datetime) -> BankAccount | None:
    """Return the account an organisation is paid to: the confirmed one that cooled last.

    While no account has cooled: one that is still cooling, else any, so that the check can name what
    is wrong with it. None when there is none.

    Source: BR-714.
    """
    return max(accounts, key=lambda one: _rank(one, now), default=None)


def masked(iban: str) -> str:
    """Return an IBAN that people recognise and nobody can pay to."""
    return f"{iban[:4]}…{iban[-4:]}"


def _rank(account: BankAccount, now: datetime) -> tuple[bool, bool, datetime]:
    standing, begins = account.standing, account.payable_from or datetime.min.replace(tzinfo=UTC)
    return standing.cooled(now), standing.confirmed, begins
