"""Amounts are exact: at most two decimals, no float, no other spelling."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.money import as_money, from_money, parse_amount, to_cents

cents = st.integers(min_value=-(10**14) + 1, max_value=10**14 - 1)


@given(cents)
def test_every_amount_of_whole_cents_is_written_and_read_back(number):
    amount = Decimal(number).scaleb(-2)
    money = as_money(amount)
    assert from_money(money) == amount
    assert Fraction(money["amount"]) == Fraction(number, 100)


@pytest.mark.parametrize(
    ("text", "amount"),
    [("427.43", "427.43"), ("427.4", "427.40"), ("427", "427.00"), ("0", "0.00"), ("-0.01", "-0.01")],
)
def test_an_amount_is_read_to_the_cent(text, amount):
    assert str(parse_amount(text)) == amount


@pytest.mark.parametrize(
    "text",
    [
        "427.430",
        "427.431",
        "0.001",
        "1e3",
        "1E3",
        "1e-2",
        "NaN",
        "sNaN",
        "Infinity",
        "-Infinity",
        "-0",
        "-0.0",
        "-0.00",
        "+1",
        "01",
        "1.",
        ".5",
        "",
        " 1",
        "1 ",
        "1\n",
        "1,50",
        "1_000",
        "1 000",
        "0x10",
        "٤٢٧.٤٣",
        "４２７.４３",
        "1²",
        "1000000000000",
        "9" * 400,
        "427.43 EUR",
        "--1",
        "1.2.3",
        "1\0",
    ],
)
def test_any_other_spelling_of_a_number_is_refused(text):
    with pytest.raises(ValueError, match="decimal string"):
        parse_amount(text)


@pytest.mark.parametrize("value", [1, 1.5, Decimal("1.50"), True, None, ["1"], b"1", float("nan")])
def test_what_is_no_text_is_no_amount(value):
    with pytest.raises(ValueError, match="decimal string"):
        parse_amount(value)


@given(st.text(max_size=12))
def test_a_text_is_either_an_exact_amount_or_refused(text):
    try:
        amount = parse_amount(text)
    except ValueError:
        return
    assert Fraction(text) == Fraction(amount)
    assert amount.as_tuple().exponent == -2


@pytest.mark.parametrize("amount", ["0.001", "427.431", "NaN", "sNaN", "Infinity", "-Infinity", "1e40"])
def test_what_is_not_whole_cents_is_never_shown(amount):
    with pytest.raises(ValueError, match="cents"):
        as_money(Decimal(amount))


def test_nothing_has_no_sign():
    assert as_money(Decimal("0.00") * -1)["amount"] == "0.00"


@pytest.mark.parametrize("currency", ["USD", "eur", ""])
def test_another_currency_is_refused(currency):
    with pytest.raises(ValueError, match="EUR"):
        from_money({"amount": "1.00", "currency": currency})


@pytest.mark.parametrize(
    ("exact", "rounded"), [("1.005", "1.01"), ("1.0049", "1.00"), ("-1.005", "-1.01"), ("2.675", "2.68")]
)
def test_rounding_goes_half_away_from_zero(exact, rounded):
    assert to_cents(Decimal(exact)) == Decimal(rounded)
