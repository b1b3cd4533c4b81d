"""What a learner is entitled to in a call, and who pays which part of a price."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID

from ila_kit.clock import RIGA, riga_date
from ila_kit.money import ZERO, to_cents

from ila_funding.domain.errors import EntitlementExhausted, EntitlementExpired


@dataclass(frozen=True, slots=True)
class Terms:
    """What a call decides of entitlements.

    `amount` is the most public money a learner gets in the call, None: the price of each accepted
    programme. `months` is how long an entitlement lasts from the first money held, None: without an end.
    """

    co_payment_percent: int = 0
    amount: Decimal | None = None
    months: int | None = None

    @property
    def unbounded(self) -> bool:
        """Whether the whole price is public money, whatever was paid before."""
        return self == Terms()


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """A learner's entitlement in a call; `used` is what is held, committed and consumed of it.

    `first_held_at` is when money was first held, None while none ever was: what waits for money begins
    nothing. `lapsed` is what was left when its time was over.
    """

    account_id: UUID
    ceiling: Decimal | None
    valid_until: datetime | None
    used: Decimal = ZERO
    lapsed: Decimal = ZERO
    first_held_at: datetime | None = None

    @property
    def left(self) -> Decimal | None:
        """What may still be held; None: no bound."""
        return None if self.ceiling is None else self.ceiling - self.used - self.lapsed

    def bounded(self, terms: Terms) -> "Entitlement":
        """Return it with the bounds of a call's terms that it has not got yet; those it has stay.

        So accounts from before the call had bounds get theirs: their months run from the first money held
        too, and no ceiling is below what is used.

        Source: BR-710.
        """
        ceiling, until = self.ceiling, self.valid_until
        if ceiling is None and terms.amount is not None:
            ceiling = max(terms.amount, self.used)
        if until is None and self.first_held_at is not None:
            until = lasting(terms.months, riga_date(self.first_held_at))
        return replace(self, ceiling=ceiling, valid_until=until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lapsed:
    """A learner's entitlement in a call whose time is over; `amount` is what was left of it, if bounded."""

    account_id: UUID
    person_id: UUID
    call_id: UUID
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Usable:
    """A top-up that may pay for a programme, and what is left of it."""

    top_up_id: UUID
    left: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """What a top-up pays of a price."""

    top_up_id: UUID
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Split:
    """Who pays a price: public + shares + co-payment, to the cent."""

    public: Decimal
    shares: tuple[Share, ...] = ()
    co_payment: Decimal = ZERO

    @property
    def topped_up(self) -> Decimal:
        """What others than the budget line and the learner pay."""
        return sum((share.amount for share in self.shares), ZERO)


def lasting(months: int | None, since: date) -> datetime | None:
    """Return the first instant after an entitlement of so many months, in Riga; None: it has no end.

    It ends with the same day of a later month, or with that month's last day when it is shorter.
    """
    if months is None:
        return None
    year, month = divmod(since.year * 12 + since.month - 1 + months, 12)
    day = min(since.day, calendar.monthrange(year, month + 1)[1])
    last = date(year, month + 1, day)
    return datetime.combine(last + timedelta(days=1), time(), RIGA).astimezone(UTC)


def split(
    price: Decimal, terms: Terms, entitlement: Entitlement, top_ups: Iterable[Usable], now: datetime
) -> Split:
    """Return who pays a price.

    The co-payment is the only thing that is rounded, once; public money pays the rest as far as the
    entitlement reaches. Top-ups pay, in their order, what the entitlement lacks, and then for the
    learner, who never pays more than the co-payment. Raises EntitlementExpired, or EntitlementExhausted
    when nothing is left, or not enough together with the top-ups.

    Source: BR-710.
    """
    if entitlement.valid_until is not None and entitlement.valid_until <= now:
        raise EntitlementExpired(valid_until=entitlement.valid_until.isoformat())
    own = to_cents(price * terms.co_payment_percent / 100)
    left = price if entitlement.left is None else max(entitlement.left, ZERO)
    public = min(price - own, left)
    shares = tuple(_shares(price - public, top_ups))
    co_payment = price - public - sum((share.amount for share in shares), ZERO)
    if public <= ZERO or co_payment > own:
        raise EntitlementExhausted(left=str(left), price=str(price))
    return Split(public, shares, co_payment)


def _shares(wanted: Decimal, top_ups: Iterable[Usable]) -> Iterable[Share]:
    for one in top_ups:
        if (amount := min(wanted, one.left)) > ZERO:
            wanted -= amount
            yield Share(one.top_up_id, amount)
