"""Prices and taken places of programmes end the same in any order, told once or often."""

from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.consumers import HANDLERS
from ila_catalog.domain.prices import per_hour
from ila_kit.clock import utc_now
from ila_kit.events import Envelope
from ila_kit.ids import uuid7

PROGRAMME, GROUP, OTHER = uuid7(), uuid7(), uuid7()


def told(kind, subject, version, **data):
    return Envelope(
        id=uuid7(),
        source=kind.split(".")[0],
        type=f"{kind}.v1",
        subject=str(subject),
        time=utc_now(),
        sequence=version,
        data={"programme_id": str(PROGRAMME), "version": version} | data,
    )


def priced(version, amount):
    return told(
        "funding.programme_priced",
        PROGRAMME,
        version,
        amount={"amount": amount, "currency": "EUR"},
        methodology_id=str(uuid7()),
        methodology_version="1-2e/24/254",
        as_of="2024-11-06",
        quote_hash="0" * 64,
    )


def members(version, count, group=GROUP):
    kind = "applications.group_places_changed"
    return told(kind, group, version, group_id=str(group), members=count, free=0)


def cancelled(version, group=GROUP):
    return told("applications.group_cancelled", group, version, group_id=str(group))


def hear(unit, envelopes):
    for envelope in envelopes:
        HANDLERS[envelope.type](unit, envelope)


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_newest_price_stays(unit, order):
    news = [priced(1, "608.99"), priced(2, "854.40"), priced(3, "608.99")]
    unit.programme_news.known.add(PROGRAMME)
    hear(unit, [*(news[one] for one in order), *news])
    assert unit.programme_news.prices[PROGRAMME][0].amount == Decimal("608.99")
    assert unit.audited[-1][3]["version"] == 3


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_members_of_all_groups_take_places_but_for_a_cancelled_one(unit, order):
    unit.programme_news.known.add(PROGRAMME)
    news = [members(4, 11), members(5, 12), cancelled(6), members(3, 7, OTHER)]
    hear(unit, [*(news[one] for one in order), *news])
    assert unit.programme_news.taken(PROGRAMME) == 7


def test_a_programme_that_is_not_known_is_passed_over(unit):
    hear(unit, [priced(1, "608.99"), members(1, 3)])
    assert (unit.programme_news.prices, unit.audited) == ({}, [])


@pytest.mark.parametrize(
    ("amount", "hours", "share"), [("427.43", 167, "2.56"), ("427.20", 80, "5.34"), ("0.05", 10, "0.01")]
)
def test_an_hour_is_a_share_of_the_price_in_cents(amount, hours, share):
    assert per_hour(Decimal(amount), hours) == Decimal(share)


@given(st.integers(1, 10**8), st.integers(1, 80_000))
def test_the_share_of_an_hour_is_never_off_by_more_than_half_a_cent(cents, hours):
    amount = Decimal(cents) / 100
    assert abs(per_hour(amount, hours) * hours - amount) * 2 <= Decimal(hours) / 100
