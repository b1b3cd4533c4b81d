"""The circuit breaker, on a clock that tests move; and against a plain model of what it should do."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.breaker import Breaker

REST = 10.0


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def breaker(clock):
    return Breaker(failures=3, rest_seconds=REST, clock=clock)


def fail(breaker, times):
    for _ in range(times):
        breaker.failed()


def test_it_opens_after_failures_in_a_row(breaker):
    fail(breaker, 2)
    assert breaker.admits()
    fail(breaker, 1)
    assert not breaker.admits()


def test_a_success_between_failures_starts_the_count_anew(breaker):
    fail(breaker, 2)
    breaker.succeeded()
    fail(breaker, 2)
    assert breaker.admits()


def test_after_a_rest_one_trial_is_made_for_all(breaker, clock):
    fail(breaker, 3)
    clock.now += REST
    assert [breaker.admits() for _ in range(3)] == [True, False, False]


def test_a_good_trial_closes_it_and_a_bad_one_means_another_rest(breaker, clock):
    fail(breaker, 3)
    clock.now += REST
    assert breaker.admits()
    fail(breaker, 1)
    clock.now += REST - 1
    assert not breaker.admits()
    clock.now += 1
    assert breaker.admits()
    breaker.succeeded()
    assert [breaker.admits() for _ in range(3)] == [True] * 3


def test_a_trial_nobody_reports_on_blocks_it_for_one_rest_only(breaker, clock):
    fail(breaker, 3)
    clock.now += REST
    assert breaker.admits()
    clock.now += REST
    assert breaker.admits()


@given(st.lists(st.sampled_from(["good", "bad", "wait"]), max_size=60))
def test_never_more_than_the_limit_of_failures_go_through_within_one_rest(events):
    clock = Clock()
    breaker = Breaker(failures=3, rest_seconds=REST, clock=clock)
    in_a_row: list[float] = []
    for event in events:
        if event == "wait":
            clock.now += 4
        elif breaker.admits():
            if event == "good":
                breaker.succeeded()
                in_a_row = []
            else:
                breaker.failed()
                in_a_row.append(clock.now)
    after_opening = in_a_row[2:]
    gaps = [later - sooner for sooner, later in pairwise(after_opening)]
    assert all(gap >= REST for gap in gaps)
