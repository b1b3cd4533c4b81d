"""Token buckets, decided by one process."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_gateway.buckets import Buckets, Rate
from ila_gateway.store import connect

NOWHERE = connect("redis://127.0.0.1:1/0")


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


def buckets(clock):
    """Return buckets that never settle by themselves: settling has its own tests."""
    made = Buckets(NOWHERE, clock)
    made._settled_at = float("inf")
    return made


def test_a_full_bucket_allows_a_burst_and_then_says_when_to_come_back():
    clock = Clock()
    mine, rate = buckets(clock), Rate(2, 5)
    drawn = [mine.draw("x", rate) for _ in range(6)]
    assert [one.admitted for one in drawn] == [True] * 5 + [False]
    assert [one.left for one in drawn] == [4, 3, 2, 1, 0, 0]
    assert (drawn[-1].wait, drawn[-1].full) == (1, 3)
    clock.now += drawn[-1].wait
    assert mine.draw("x", rate).admitted


def test_slow_rates_say_how_long_to_wait():
    clock = Clock()
    mine, rate = buckets(clock), Rate(0.1, 1)
    assert mine.draw("x", rate).admitted
    refused = mine.draw("x", rate)
    assert (refused.admitted, refused.wait) == (False, 10)
    clock.now += 10
    assert mine.draw("x", rate).admitted


def test_a_costly_request_takes_several_tokens_or_none():
    clock = Clock()
    mine, rate = buckets(clock), Rate(2, 15)
    assert mine.draw("x", rate, 10).left == 5
    refused = mine.draw("x", rate, 10)
    assert (refused.admitted, refused.left, refused.wait) == (False, 5, 3)
    assert mine.draw("x", rate).left == 4, "what a costly request did not get is there for others"
    clock.now += 3
    assert mine.draw("x", rate, 10).left == 0


def test_no_request_costs_more_than_a_full_bucket():
    mine, rate = buckets(Clock()), Rate(1, 3)
    assert mine.draw("x", rate, 10).left == 0
    assert mine.draw("x", rate, 10).wait == 3


def test_buckets_are_apart():
    mine, rate = buckets(Clock()), Rate(1, 1)
    assert mine.draw("x", rate).admitted
    assert mine.draw("y", rate).admitted
    assert not mine.draw("x", rate).admitted


@given(
    st.floats(0.5, 50),
    st.integers(1, 20),
    st.lists(st.floats(0, 3), min_size=1, max_size=80),
)
def test_nobody_gets_more_than_a_burst_and_what_came_back_since(per_second, burst, pauses):
    clock = Clock()
    mine, rate, admitted = buckets(clock), Rate(per_second, burst), 0
    for pause in pauses:
        clock.now += pause
        drawn = mine.draw("x", rate)
        admitted += drawn.admitted
        assert admitted <= burst + (clock.now - 1_000) * per_second + 1e-3
        assert 0 <= drawn.left <= burst
        assert drawn.admitted or drawn.wait >= 1


@given(st.floats(0.5, 50), st.integers(1, 20), st.integers(0, 30))
def test_who_waits_as_told_is_admitted(per_second, burst, before):
    clock = Clock()
    mine, rate = buckets(clock), Rate(per_second, burst)
    for _ in range(before):
        mine.draw("x", rate)
    drawn = mine.draw("x", rate)
    clock.now += drawn.wait
    assert mine.draw("x", rate).admitted


def test_a_flood_of_names_is_forgotten_where_it_does_not_matter(monkeypatch):
    monkeypatch.setattr("ila_gateway.buckets._MOST_BUCKETS", 10)
    clock = Clock()
    mine, rate = buckets(clock), Rate(1, 2)
    for number in range(9):
        mine.draw(f"early {number}", rate)
    clock.now += 5
    mine.draw("late", rate)
    mine.draw("late", rate)
    for number in range(3):
        mine.draw(f"more {number}", rate)
    assert not mine.draw("late", rate).admitted
    assert len(mine._full_at) < 10


def test_a_store_that_is_away_is_noted_once_and_harms_nobody(caplog):
    mine, rate = buckets(Clock()), Rate(1, 3)
    for _ in range(2):
        assert mine.draw("x", rate).admitted
        mine.settle()
    assert caplog.text.count("this process alone") == 1
    assert mine.draw("x", rate).left == 0


@pytest.mark.parametrize(("rate", "window"), [(Rate(20, 200), 10), (Rate(3, 10), 4)])
def test_the_window_is_how_long_an_empty_bucket_takes_to_fill(rate, window):
    assert rate.window == window
