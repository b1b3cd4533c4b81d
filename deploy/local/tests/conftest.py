"""Runners as processes, in data directories of their own."""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from ila_local.process import MARK

SAMPLE_RUNNER = Path(__file__).with_name("sample_runner.py")
PATIENCE = 30


class RunnerProcess:
    """A runner that was started over sample processes, and what it says."""

    def __init__(self, data_dir: Path, *names: str, **environment: str):
        self.data_dir = data_dir
        command = [sys.executable, SAMPLE_RUNNER, data_dir, *names]
        self._output = data_dir.with_name(f"output-{time.monotonic_ns()}.txt")
        with self._output.open("w") as output:
            self.process = subprocess.Popen(
                command, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def says(self, text: str) -> None:
        eventually(lambda: text in self.output or self._ended_early())

    def _ended_early(self) -> None:
        assert self.process.poll() is None, self.output

    def running(self) -> dict[str, int]:
        """Return the process ids by role, as run.json tells them."""
        return {row["role"]: row["pid"] for row in self.state()}

    def state(self) -> list[dict]:
        return json.loads((self.data_dir / "run.json").read_text())

    def ends(self) -> int:
        return self.process.wait(PATIENCE)


def eventually(condition) -> None:
    """Wait until the condition holds."""
    until = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < until, "It did not happen."
        time.sleep(0.02)


def marked(data_dir: Path) -> list[psutil.Process]:
    """Return the living processes that a runner started on this data directory."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.environ().get(MARK) == str(data_dir) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except psutil.Error:
            continue
    return found


@pytest.fixture(autouse=True)
def _own_stores(monkeypatch):
    """These tests start stores of their own, also when the others run on somebody's."""
    for name in [name for name in os.environ if name.startswith("ILA_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def data_dir():
    """A folder for a data directory, outside of folders closed to others, as a checkout usually is."""
    with tempfile.TemporaryDirectory(prefix="ila-test-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "data"


@pytest.fixture
def start(data_dir):
    """Start a runner over sample processes; whatever it leaves is ended after the test."""
    started = []

    def start_one(*names: str, **environment: str) -> RunnerProcess:
        started.append(RunnerProcess(data_dir, *names, **environment))
        return started[-1]

    yield start_one
    for one in started:
        if one.process.poll() is None:
            one.process.terminate()
            one.process.wait(PATIENCE)
    for orphan in marked(data_dir):
        orphan.kill()
