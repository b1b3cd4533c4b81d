"""The suite's clock goes forward, for everybody at once, and never back."""

import stat
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.clock import MovedClock, utc_now
from ila_local import clock
from ila_local.data_dir import DataDir
from ila_local.errors import CannotRun


def test_without_a_file_the_clock_is_right(tmp_path):
    assert clock.ahead(tmp_path) == timedelta(0)


def test_steps_add_up_and_services_see_them(tmp_path):
    assert clock.turn(tmp_path, timedelta(hours=49)) == timedelta(hours=49)
    assert clock.turn(tmp_path, timedelta(minutes=30)) == timedelta(hours=49, minutes=30)
    moved = MovedClock(tmp_path / clock.FILE)
    assert abs(moved() - utc_now() - timedelta(hours=49, minutes=30)) < timedelta(seconds=5)
    assert stat.S_IMODE((tmp_path / clock.FILE).stat().st_mode) == 0o600


def test_a_step_back_is_refused_and_changes_nothing(tmp_path):
    clock.turn(tmp_path, timedelta(hours=1))
    with pytest.raises(CannotRun, match="forward only"):
        clock.turn(tmp_path, timedelta(seconds=-1))
    assert clock.ahead(tmp_path) == timedelta(hours=1)


@given(st.lists(st.timedeltas(min_value=timedelta(0), max_value=timedelta(days=40)), max_size=5))
def test_it_never_goes_back_whatever_the_steps(tmp_path_factory, steps):
    folder, seen = tmp_path_factory.mktemp("clock"), timedelta(0)
    for step in steps:
        now = clock.turn(folder, step)
        assert now >= seen
        seen = now


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("+49h", timedelta(hours=49)),
        ("+90s", timedelta(seconds=90)),
        ("+15m", timedelta(minutes=15)),
        ("+31d", timedelta(days=31)),
    ],
)
def test_steps_are_written_with_a_sign_and_a_unit(text, step):
    assert clock.parse_step(text) == step


@pytest.mark.parametrize("text", ["-1h", "49h", "+h", "+1", "+1w", "+1.5h", "tomorrow", "+9999999d", " +1h"])
def test_other_steps_are_refused_in_a_sentence(text):
    with pytest.raises(CannotRun, match=r"\+49h"):
        clock.parse_step(text)


def test_only_a_running_suite_has_a_clock_to_turn(tmp_path):
    data = DataDir(tmp_path / "data")
    with pytest.raises(CannotRun, match="No suite runs"):
        clock.turn_running(data, "+1h")
    with data.locked():
        assert clock.turn_running(data, "+49h") == "The clock is 2 days, 1:00:00 ahead of the real one."
        assert clock.turn_running(data, "") == "The clock is 2 days, 1:00:00 ahead of the real one."
