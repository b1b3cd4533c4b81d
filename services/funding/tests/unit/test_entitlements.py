"""Who pays which part of a price: the call's terms, the entitlement that is left, top-ups, the learner."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_funding.domain.entitlement import Entitlement, Terms, Usable, lasting, split
from ila_funding.domain.errors import EntitlementExhausted, EntitlementExpired
from ila_kit.ids import uuid7
from ila_kit.money import CENT
from ila_kit.testing.fakes import NOON

CENTS = st.integers(1, 10_000_000).map(lambda cents: cents * CENT)
PRICE = Decimal("608.99")


def entitled(left: str | None = None, used: str = "0.00", until: datetime | None = None) -> Entitlement:
    ceiling = None if left is None else Decimal(left) + Decimal(used)
    return Entitlement(account_id=uuid7(), ceiling=ceiling, valid_until=until, used=Decimal(used))


def of(*amounts: str) -> list[Usable]:
    return [Usable(uuid7(), Decimal(amount)) for amount in amounts]


@given(price=CENTS, percent=st.integers(0, 100), left=st.none() | CENTS, top_ups=st.lists(CENTS, max_size=4))
def test_a_price_is_split_to_the_cent_and_nobody_pays_more_than_they_owe(price, percent, left, top_ups):
    usable = [Usable(uuid7(), amount) for amount in top_ups]
    entitlement = Entitlement(account_id=uuid7(), ceiling=left, valid_until=None)
    try:
        parts = split(price, Terms(percent, left), entitlement, usable, NOON)
    except EntitlementExhausted:
        lacking = price - (price if left is None else left) - sum(top_ups)
        assert percent == 100 or price * (100 - percent) / 100 < CENT or lacking * 100 >= -price * percent
        return
    assert parts.public + parts.topped_up + parts.co_payment == price
    assert parts.public > 0
    assert parts.co_payment >= 0
    assert left is None or parts.public <= left
    assert abs(parts.public - price * (100 - percent) / 100) <= CENT / 2 or parts.public == left
    assert parts.co_payment <= price * percent / 100 + CENT / 2
    of_each = {one.top_up_id: one.left for one in usable}
    assert all(0 < share.amount <= of_each[share.top_up_id] for share in parts.shares)
    assert all(part == part.quantize(CENT) for part in (parts.public, parts.topped_up, parts.co_payment))


def test_the_first_call_pays_the_whole_price():
    parts = split(PRICE, Terms(), entitled(), of("100.00"), NOON)
    assert (parts.public, parts.shares, parts.co_payment) == (PRICE, (), 0)


def test_a_co_payment_of_ten_percent_is_rounded_once():
    parts = split(PRICE, Terms(10), entitled(), [], NOON)
    assert (parts.public, parts.co_payment) == (Decimal("548.09"), Decimal("60.90"))


def test_top_ups_pay_what_the_entitlement_lacks_and_then_for_the_learner():
    employer, fund = of("150.00", "40.00")
    parts = split(PRICE, Terms(10, Decimal("500.00")), entitled("400.00", "100.00"), [employer, fund], NOON)
    assert parts.public == Decimal("400.00")
    assert [(one.top_up_id, one.amount) for one in parts.shares] == [
        (employer.top_up_id, Decimal("150.00")),
        (fund.top_up_id, Decimal("40.00")),
    ]
    assert parts.co_payment == Decimal("18.99")


@pytest.mark.parametrize("left", ["0.00", "500.00"])
def test_what_is_left_must_pay_all_but_the_co_payment(left):
    with pytest.raises(EntitlementExhausted):
        split(PRICE, Terms(10, Decimal(1000)), entitled(left), [], NOON)


def test_nothing_is_held_once_the_entitlement_is_over():
    with pytest.raises(EntitlementExpired):
        split(PRICE, Terms(months=1), entitled(until=NOON), [], NOON)
    parts = split(PRICE, Terms(months=1), entitled(until=NOON + timedelta(seconds=1)), [], NOON)
    assert parts.public == PRICE


@pytest.mark.parametrize(
    ("months", "since", "end"),
    [
        (1, date(2024, 1, 31), datetime(2024, 2, 29, 22, tzinfo=UTC)),
        (12, date(2024, 11, 20), datetime(2025, 11, 20, 22, tzinfo=UTC)),
        (7, date(2024, 11, 20), datetime(2025, 6, 20, 21, tzinfo=UTC)),
    ],
)
def test_an_entitlement_lasts_through_its_last_day_in_riga(months, since, end):
    assert lasting(months, since) == end


def test_an_entitlement_without_months_has_no_end():
    assert lasting(None, date(2024, 11, 20)) is None
