"""The command line refuses in a sentence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from ila_local.data_dir import DataDir

ILA_LOCAL = Path(sys.executable).with_name("ila-local")


def ila_local(*command: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [ILA_LOCAL, *command], env=os.environ | environment, capture_output=True, text=True, timeout=30
    )


def test_reset_refuses_while_a_runner_is_alive(tmp_path):
    data = DataDir(tmp_path / "data")
    with data.locked():
        data.password("postgres")
        run = ila_local("reset", ILA_DATA_DIR=str(data.path))
        assert (run.returncode, (data.path / "passwords.json").exists()) == (1, True)
        assert f"process {os.getpid()}" in run.stderr
    assert ila_local("reset", ILA_DATA_DIR=str(data.path)).returncode == 0
    assert not (data.path / "passwords.json").exists()


def test_reset_of_nothing_makes_nothing(tmp_path):
    assert ila_local("reset", ILA_DATA_DIR=str(tmp_path / "data")).returncode == 0
    assert not (tmp_path / "data").exists()


def test_the_clock_is_turned_forward_only(tmp_path):
    data = DataDir(tmp_path / "data")
    assert "No suite runs" in ila_local("clock", "+49h", ILA_DATA_DIR=str(data.path)).stderr
    with data.locked():
        assert "2 days, 1:00:00 ahead" in ila_local("clock", "+49h", ILA_DATA_DIR=str(data.path)).stdout
        back = ila_local("clock", "-1h", ILA_DATA_DIR=str(data.path))
        assert (back.returncode, "back is no way to go" in back.stderr) == (1, True)
        assert "2 days, 1:00:00 ahead" in ila_local("clock", ILA_DATA_DIR=str(data.path)).stdout


@pytest.mark.parametrize(
    ("command", "environment", "says"),
    [
        (["run"], {"ILA_PORT": "many"}, "ILA_PORT is not a whole number"),
        (["run"], {"ILA_DATABASE_NAME": "a;b"}, "ILA_DATABASE_NAME"),
        (["with-suite"], {}, "Say which command to run"),
        (["provision"], {}, "ILA_DATABASE_URL is not set"),
    ],
)
def test_what_cannot_be_done_is_told_without_a_trace(command, environment, says):
    run = ila_local(*command, **environment)
    assert run.returncode == 1
    assert says in run.stderr
    assert "Traceback" not in run.stderr
