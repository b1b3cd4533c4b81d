"""Amounts and steps that make no sense are refused by name over HTTP, and not a row of the money changes."""

import pytest
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
BASE = "/api/funding/v1"
LINES = f"{BASE}/budget-lines"
MONEY = (
    "budget_line",
    "learner_account",
    "ledger_entry",
    "hold",
    "hold_request",
    "supported_content",
    "outbox",
)
AMOUNTS = {
    "negative": {"amount": "-1.00", "currency": "EUR"},
    "third decimal": {"amount": "1.001", "currency": "EUR"},
    "fraction of a cent": {"amount": "0.005", "currency": "EUR"},
    "NaN": {"amount": "NaN", "currency": "EUR"},
    "infinite": {"amount": "Infinity", "currency": "EUR"},
    "exponent": {"amount": "1e9", "currency": "EUR"},
    "huge": {"amount": "9" * 30 + ".00", "currency": "EUR"},
    "comma": {"amount": "1,00", "currency": "EUR"},
    "leading zero": {"amount": "01.00", "currency": "EUR"},
    "number": {"amount": 1.0, "currency": "EUR"},
    "another currency": {"amount": "1.00", "currency": "LVL"},
    "no currency": {"amount": "1.00"},
    "bare": "1.00",
    "nothing": None,
}


@pytest.fixture
def manager(visitor):
    return visitor.as_(uuid7(), "rate_manager")


@pytest.fixture
def money(world):
    """Everything that is stored of money, and a hold in it."""
    world.publish().hold()
    return lambda: {table: sorted(map(str, world.sql(f"SELECT * FROM {table}"))) for table in MONEY}


def fault(answer) -> tuple[int, str]:
    return answer.status_code, answer.json["code"]


@pytest.mark.parametrize("amount", AMOUNTS.values(), ids=AMOUNTS)
def test_an_amount_that_is_none_is_refused_with_its_place(world, money, manager, amount):
    ((line,),) = world.sql("SELECT id FROM budget_line")
    before = money()
    answer = manager.post(f"{LINES}/{line}/limit", {"limit": amount, "reason": "Papildu finansējums."})
    assert fault(answer) == (422, "invalid-request")
    assert all(pointer.startswith("/limit") for pointer in answer.json["errors"])
    new = {"call_id": str(world.call_id), "funding_source": "ESF+", "stratum": None, "reason": "Jauna rinda."}
    assert fault(manager.post(LINES, new | {"limit": amount})) == (422, "invalid-request")
    assert money() == before


def test_a_limit_below_what_is_held_is_refused_by_name(world, money, manager):
    ((line,),) = world.sql("SELECT id FROM budget_line")
    before = money()
    for limit in ("608.98", "0.00"):
        amount = {"amount": limit, "currency": "EUR"}
        answer = manager.post(f"{LINES}/{line}/limit", {"limit": amount, "reason": "Mazāk."})
        assert answer.status_code in (409, 422)
        assert answer.json["code"] in ("limit-below-use", "invalid-request")
    assert money() == before


@pytest.mark.parametrize("hours", [0, -1, 80.5, 2_001, 2**63 - 1, "80", None, True])
def test_a_quote_of_hours_that_nobody_can_learn_changes_nothing(money, visitor, hours):
    before = money()
    body = {"kind": "module", "parts": [{"title": "Algoritmi", "hours": hours}]}
    answer = visitor.post(f"{BASE}/public/quotes", body)
    assert answer.status_code == 422
    assert answer.json["code"] in ("invalid-request", "wrong-part")
    assert money() == before
