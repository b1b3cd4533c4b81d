"""What a decision about a price, and a learner's account, are told with to the person they are about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.money import ZERO

from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.hold import Hold
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.programme import PublishedProgramme


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceStatement:
    """A decided price with all it comes from. Titles of the call and the programme are those told last.

    `programme_title_en` is None where nobody told one.

    `quote` is the stored one, as JSON. price = public + topped_up + co_payment. Persons are not named:
    the number of the application says whose it is.
    """

    hold_id: UUID
    application_id: UUID
    applied_on: date
    decided_at: datetime
    call_code: str
    call_title_lv: str
    call_title_en: str
    funding_source: str
    programme_title_lv: str
    programme_title_en: str | None
    methodology: Methodology
    quote: dict[str, Any]
    price: Decimal
    public: Decimal
    topped_up: Decimal
    co_payment: Decimal


def price_statement(
    hold: Hold, call: PublishedCall, programme: PublishedProgramme, methodology: Methodology
) -> PriceStatement:
    """Return the statement of a hold's price."""
    return PriceStatement(
        hold_id=hold.id,
        application_id=hold.application_id,
        applied_on=hold.applied_on,
        decided_at=hold.created_at,
        call_code=call.code,
        call_title_lv=call.title_lv,
        call_title_en=call.title_en,
        funding_source=call.funding_source,
        programme_title_lv=programme.title_lv,
        programme_title_en=programme.title_en,
        methodology=methodology,
        quote=hold.quote,
        price=hold.amount + hold.topped_up + hold.co_payment,
        public=hold.amount,
        topped_up=hold.topped_up,
        co_payment=hold.co_payment,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CallAccount:
    """A learner's account in one call: granted = held + committed + consumed + released + expired.

    `ceiling` None is no bound, `valid_until` None no end; `lapsed` is what was left at that end.
    """

    call_id: UUID
    code: str
    title_lv: str
    title_en: str
    granted: Decimal
    held: Decimal
    committed: Decimal
    consumed: Decimal
    released: Decimal
    expired: Decimal
    co_payment: Decimal
    ceiling: Decimal | None
    lapsed: Decimal
    valid_until: datetime | None
    lapsed_at: datetime | None

    @property
    def left(self) -> Decimal | None:
        """What may still be held; None: no bound."""
        if self.lapsed_at is not None:
            return ZERO
        used = self.held + self.committed + self.consumed
        return None if self.ceiling is None else self.ceiling - used - self.lapsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What an employer or another fund added to an account in a call, and what of it may still be used."""

    call_id: UUID
    funder_name: str
    amount: Decimal
    left: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountMovement:
    """What an account gained, or lost when negative, why, and where it comes from.

    A hold's movements name programme and application, those of a top-up its funder.
    """

    at: datetime
    reason: str
    amount: Decimal
    call_code: str
    application_id: UUID | None
    programme_title_lv: str | None
    programme_title_en: str | None
    funder_name: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountStatement:
    """A learner's account as it stood at an instant, and how it came there, the oldest movement first.

    Persons are not named: the number of the account says whose it is.
    """

    person_id: UUID
    made_at: datetime
    calls: Sequence[CallAccount]
    added: Sequence[Added]
    movements: Sequence[AccountMovement]


def account_movements(entries: Sequence[Mapping[str, Any]]) -> list[AccountMovement]:
    """Return one movement of each transaction, in the order of its entries.

    It is what a transaction brings to an account of the learner, or takes away where it brings nothing.
    """
    chosen: dict[UUID, Mapping[str, Any]] = {}
    for entry in entries:
        known = chosen.setdefault(entry["transaction_id"], entry)
        if entry["amount"] > known["amount"]:
            chosen[entry["transaction_id"]] = entry
    return [
        AccountMovement(
            **{name: one[name] for name in ("at", "reason", "amount", "call_code", "application_id")},
            **{name: one[name] for name in ("programme_title_lv", "programme_title_en", "funder_name")},
        )
        for one in chosen.values()
    ]
