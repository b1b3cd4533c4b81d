"""The runner over small real processes: it starts them, keeps them, and leaves nothing behind."""

import os
import signal

import psutil
import pytest

from ..conftest import eventually, marked

pytestmark = pytest.mark.integration


def test_it_tells_when_all_are_ready_and_who_runs_where(start):
    runner = start("one", "two")
    runner.says("all is ready")
    state = {row["role"]: row for row in runner.state()}
    assert state.keys() == {"runner", "one", "two"}
    assert state["runner"] == {"role": "runner", "pid": runner.process.pid, "port": None}
    assert psutil.Process(state["two"]["pid"]).is_running()
    assert state["two"]["port"] != state["one"]["port"]
    assert "one                 │ sample ['serve'] says labdien" in runner.output


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_all_and_leaves_nothing(start, data_dir, stop):
    runner = start("one", "two")
    runner.says("all is ready")
    runner.process.send_signal(stop)
    assert runner.ends() == 0
    assert not marked(data_dir)
    assert not (data_dir / "run.json").exists()


def test_a_signal_in_the_middle_of_the_start_stops_it_too(start, data_dir):
    runner = start("one", "late:never")
    runner.says("labdien")
    runner.process.send_signal(signal.SIGINT)
    runner.process.send_signal(signal.SIGINT)
    assert runner.ends() == 0
    assert not marked(data_dir)


def test_a_killed_process_comes_back_on_its_port(start):
    runner = start("one", "two")
    runner.says("all is ready")
    before = {row["role"]: row for row in runner.state()}
    for times in (1, 2, 3):
        os.kill(runner.running()["one"], signal.SIGKILL)
        eventually(lambda times=times: runner.output.count("ready again") == times)
    after = {row["role"]: row for row in runner.state()}
    assert after["one"]["port"] == before["one"]["port"]
    assert after["two"] == before["two"]


def test_a_process_that_never_starts_ends_the_suite_with_its_name(start, data_dir):
    runner = start("one", "two:broken")
    assert runner.ends() == 1
    assert "two does not start; the last of 5 times it ended with 3" in runner.output
    assert not marked(data_dir)


def test_a_process_that_does_not_stop_is_killed_and_the_runner_says_so(start, data_dir):
    runner = start("one", "two:stubborn")
    runner.says("all is ready")
    runner.process.terminate()
    assert runner.ends() == 1
    assert "had to kill two" in runner.output
    assert not marked(data_dir)


def test_a_killed_runner_takes_its_processes_along(start, data_dir):
    runner = start("one", "two")
    runner.says("all is ready")
    runner.process.kill()
    runner.ends()
    eventually(lambda: not marked(data_dir))


def test_the_next_runner_ends_orphans_that_did_not_go(start, data_dir):
    first = start("one:stubborn")
    first.says("all is ready")
    first.process.kill()
    first.ends()
    (orphan,) = marked(data_dir)
    second = start("one")
    second.says("all is ready")
    assert not orphan.is_running()
    assert len(marked(data_dir)) == 1


def test_a_foreign_process_with_an_old_id_is_left_alone(start, data_dir):
    first = start("one")
    first.says("all is ready")
    first.process.kill()
    first.ends()
    (data_dir / "run.json").write_text(f'[{{"role": "one", "pid": {os.getpid()}, "port": 1}}]')
    start("one").says("all is ready")


def test_two_runners_do_not_share_a_data_directory(start):
    first = start("one")
    first.says("all is ready")
    second = start("one")
    assert second.ends() == 1
    assert f"A runner (process {first.process.pid}) is alive" in second.output
