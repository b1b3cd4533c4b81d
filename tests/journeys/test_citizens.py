"""No two journeys take the same citizen."""

import citizens
from ila_stubs.registers.companies import OTHERS
from ila_stubs.registers.people import DEAD, MINORS, UNKNOWN
from ila_stubs.registers.supports import SUPPORTED


def test_no_two_ranges_overlap():
    ranges = [one for one in vars(citizens).values() if isinstance(one, range)]
    everybody = [number for one in [*ranges, *citizens.TOLD_APART] for number in one]
    assert len(everybody) == len(set(everybody))
    assert all(1 <= number <= 9_999 for number in everybody)


def test_whom_registers_know_otherwise_is_in_no_range_of_a_journey():
    apart = {number for one in citizens.TOLD_APART for number in one}
    assert apart >= {*SUPPORTED, *MINORS, *UNKNOWN, *DEAD}
    assert {citizens.named(number) for number in apart} >= {*OTHERS, "citizen-1010", "citizen-1500"}


def test_somebody_is_another_one_each_time():
    few = range(1, 6)
    assert {citizens.somebody(few) for _ in few} == {citizens.named(number) for number in few}
