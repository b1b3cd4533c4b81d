"""The unit-cost rules BR-701 to BR-706: properties, the source's examples, exact fractions."""

import random
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_funding.domain.calculation import amount as amount_of
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.domain.unit_cost import payable
from ila_funding.parameters import load_methodologies

METHODOLOGY = load_methodologies().versions[0]
CEILING = Decimal("2127.19")


@dataclass(frozen=True)
class Unit:
    """Hour rate and cap of one module."""

    rate: Decimal
    cap: Decimal


MODULE = Unit(Decimal("5.34"), Decimal("427.43"))
COURSE = Unit(Decimal("5.15"), Decimal("412.13"))


def payable_set(unit: Unit, parts: list[int], ceiling: Decimal | None = None) -> Decimal:
    """Return what a set pays, by a methodology with these numbers."""
    module, module_set, *_ = METHODOLOGY.kinds
    (programme,) = METHODOLOGY.continuing_programmes
    tried = replace(
        METHODOLOGY,
        kinds=(replace(module, rate=unit.rate, cap=unit.cap), module_set),
        continuing_programmes=(replace(programme, ceiling=ceiling or CEILING),),
    )
    named = None if ceiling is None else programme.title
    named_parts = tuple(Part("A", hours) for hours in parts)
    return amount_of(Training(kind=Kind.MODULE_SET, parts=named_parts, continuing_programme=named), tried)


euros = st.decimals(min_value="0.01", max_value=5_000, places=2)
units = st.builds(Unit, rate=euros, cap=euros)
hours = st.integers(min_value=1, max_value=2_000)


@given(unit=units, some=hours, more=hours)
def test_an_hour_more_never_pays_less_and_the_cap_holds(unit, some, more):
    assert payable(unit.rate, unit.cap, some) <= payable(unit.rate, unit.cap, some + more) <= unit.cap


@given(unit=units, some=hours)
def test_one_part_pays_the_product_or_the_cap_and_nothing_else(unit, some):
    assert payable(unit.rate, unit.cap, some) in (unit.rate * some, unit.cap)
    assert payable_set(unit, [some]) == payable(unit.rate, unit.cap, some)


@given(unit=units, parts=st.lists(hours, min_size=1, max_size=12), ceiling=st.none() | euros)
def test_a_set_pays_its_capped_parts_in_any_order(unit, parts, ceiling):
    total = payable_set(unit, parts, ceiling)
    assert total == payable_set(unit, sorted(parts), ceiling)
    assert total <= len(parts) * unit.cap
    assert ceiling is None or total <= ceiling


@given(unit=units, some=st.lists(hours, min_size=1, max_size=6), more=st.lists(hours, min_size=1, max_size=6))
def test_a_set_without_ceiling_is_the_sum_of_any_division_of_it(unit, some, more):
    assert payable_set(unit, some + more) == payable_set(unit, some) + payable_set(unit, more)


@given(unit=units, parts=st.lists(hours, min_size=1, max_size=12), ceiling=euros)
def test_the_ceiling_takes_only_what_is_above_it(unit, parts, ceiling):
    assert payable_set(unit, parts, ceiling) == min(payable_set(unit, parts), ceiling)


@given(unit=units, parts=st.lists(hours, min_size=1, max_size=12), ceiling=st.none() | euros)
def test_amounts_are_whole_cents(unit, parts, ceiling):
    assert payable_set(unit, parts, ceiling) % Decimal("0.01") == 0


@pytest.mark.parametrize(
    ("unit", "parts", "ceiling", "amount"),
    [
        pytest.param(MODULE, [167], None, "427.43", id="M-167, seed"),
        pytest.param(MODULE, [34], None, "181.56", id="M-034, seed"),
        pytest.param(MODULE, [136], None, "427.43", id="M-136, seed"),
        pytest.param(MODULE, [34, 136], CEILING, "608.99", id="MS-34+136, seed"),
        pytest.param(
            MODULE, [245, 245, 244, 46, 45, 45, 45, 45], None, "2489.13", id="MS-8mod uncapped, seed"
        ),
        pytest.param(MODULE, [245, 245, 244, 46, 45, 45, 45, 45], CEILING, "2127.19", id="MS-8mod, seed"),
        pytest.param(COURSE, [160], None, "412.13", id="SC-160, seed"),
        pytest.param(MODULE, [80], None, "427.20", id="M-080, derived: last below the cap"),
        pytest.param(MODULE, [81], None, "427.43", id="M-081, derived: first at the cap"),
        pytest.param(COURSE, [80], None, "412.00", id="SC-080, derived: last below the cap"),
        pytest.param(COURSE, [81], None, "412.13", id="SC-081, derived: first at the cap"),
        pytest.param(COURSE, [80, 160], None, "824.13", id="SM-80+160, derived"),
        pytest.param(MODULE, [81] * 5, CEILING, "2127.19", id="MS-5capped, derived"),
        pytest.param(MODULE, [81] * 5, None, "2137.15", id="MS-5capped uncapped, derived"),
        pytest.param(MODULE, [80, 80, 7], None, "891.78", id="BR-708: 167 h in pieces pays in full"),
        pytest.param(MODULE, [1], None, "5.34", id="one hour"),
        pytest.param(COURSE, [2_000], None, "412.13", id="most hours"),
    ],
)
def test_the_examples_of_the_source_to_the_cent(unit, parts, ceiling, amount):
    assert payable_set(unit, parts, ceiling) == Decimal(amount)


def test_ten_thousand_random_cases_against_exact_fractions():
    chance = random.Random(506)
    for _ in range(10_000):
        unit, ceiling = chance.choice([(MODULE, None), (MODULE, CEILING), (COURSE, None)])
        parts = [chance.randint(1, 2_000) for _ in range(chance.randint(1, 40))]
        rate, cap = Fraction(str(unit.rate)), Fraction(str(unit.cap))
        exact = sum(min(rate * part, cap) for part in parts)
        exact = exact if ceiling is None else min(exact, Fraction(str(ceiling)))
        assert Fraction(str(payable_set(unit, parts, ceiling))) == exact
