"""The whole table: real stores and e-identity, samples in place of the services and doors."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest
from ila_local.data_dir import DataDir
from ila_local.databases import SERVICES
from ila_local.ports import free_port

from ..conftest import SAMPLE_RUNNER, eventually, marked

pytestmark = pytest.mark.integration

SAMPLE = Path(__file__).parents[1] / "sample.py"
ROLES = {"runner", "postgres", "valkey", "eidentity", "registers", "mail", "gateway", "portal"}


@pytest.fixture
def programs(tmp_path):
    """A folder of console scripts: the real stand-ins, samples for all others."""
    for name in (*SERVICES, "gateway", "portal"):
        script = tmp_path / f"ila-{name}"
        script.write_text(f'#!/bin/sh\nexec {sys.executable} {SAMPLE} "$@"\n')
        script.chmod(0o755)
    for name in ("ila-stub-eidentity", "ila-stub-registers", "ila-stub-mail"):
        (tmp_path / name).symlink_to(Path(sys.executable).with_name(name))
    return tmp_path


@pytest.fixture
def start_suite(start, programs):
    def start_one(port: int | None = None, **environment: str):
        return start("suite", str(programs), ILA_PORT=str(port or free_port()), **environment)

    return start_one


def children_and_selves(pids) -> list[psutil.Process]:
    found = [psutil.Process(pid) for pid in pids]
    return found + [child for process in found for child in process.children(recursive=True)]


def test_it_starts_whole_and_stops_whole(start_suite, data_dir):
    runner = start_suite()
    runner.says("all is ready")
    assert set(runner.running()) == ROLES | {*SERVICES} | {f"{one}-worker" for one in (*SERVICES, "gateway")}
    family = children_and_selves(pid for role, pid in runner.running().items() if role != "runner")
    runner.process.send_signal(signal.SIGINT)
    assert runner.ends() == 0
    assert not any(process.is_running() for process in family)
    assert not marked(data_dir)


def test_nothing_secret_in_the_data_directory_is_open_to_others(start_suite, data_dir):
    start_suite().says("all is ready")
    secret = [
        data_dir / "passwords.json",
        *(data_dir / "keys").iterdir(),
        data_dir / "valkey" / "valkey.conf",
    ]
    assert len(secret) > 8
    assert {stat.S_IMODE(path.stat().st_mode) for path in secret} == {0o600}
    assert stat.S_IMODE((data_dir / "postgres").stat().st_mode) == 0o700


def test_a_killed_runner_leaves_nothing_and_the_next_one_finds_the_data(start_suite, data_dir):
    first = start_suite()
    first.says("all is ready")
    family = children_and_selves(pid for role, pid in first.running().items() if role != "runner")
    assert len(family) > len(ROLES) + 8, "gunicorn and PostgreSQL have children"
    write(data_dir, first)
    first.process.kill()
    first.ends()
    eventually(lambda: not any(is_alive(process) for process in family))
    second = start_suite()
    second.says("all is ready")
    assert read(data_dir, second) == "kept"


def test_killed_stores_come_back_with_what_they_promised(start_suite, data_dir):
    runner = start_suite()
    runner.says("all is ready")
    write(data_dir, runner)
    for times, role in enumerate(("postgres", "valkey", "postgres", "eidentity"), start=1):
        os.kill(runner.running()[role], signal.SIGKILL)
        eventually(lambda times=times: runner.output.count("ready again") == times)
    assert read(data_dir, runner) == "kept"


def test_a_taken_port_is_told(start_suite):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        runner = start_suite(port=other.getsockname()[1])
        assert runner.ends() == 1
        assert "is taken" in runner.output


def beside_suite(programs: Path, script: str, **environment: str) -> subprocess.CompletedProcess:
    command = [sys.executable, SAMPLE_RUNNER, "-", "with-suite", programs, "sh", "-c", script]
    return subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)


def test_a_command_beside_a_suite_finds_it_and_gives_its_exit_code(programs):
    run = beside_suite(
        programs, 'curl -fsS $ILA_URL && cat $ILA_DATA_DIR/run.json; echo "in $ILA_DATA_DIR"; exit 7'
    )
    assert run.returncode == 7, run.stderr
    assert '"role": "funding-worker"' in run.stdout
    folder = Path(run.stdout.rpartition("in ")[2].strip())
    assert not folder.exists()
    assert not marked(folder)


def test_a_suite_beside_a_command_can_use_somebodys_own_stores(programs):
    script = 'grep -c postgres "$ILA_DATA_DIR/run.json"; echo at $ILA_SUITE_DATABASE_URL'
    suite = [sys.executable, SAMPLE_RUNNER, "-", "with-suite", programs, "sh", "-c", script]
    postgres = [sys.executable, "-m", "ila_local.cli", "with-postgres", "--"]
    run = subprocess.run([*postgres, *suite], capture_output=True, text=True)
    assert run.stdout.split()[:2] == ["0", "at"], run.stderr
    assert "/ila_t_" in run.stdout


def test_a_suite_that_does_not_start_shows_its_last_lines(programs):
    (programs / "ila-funding").write_text("#!/bin/sh\necho broken by a test\nexit 9\n")
    run = beside_suite(programs, "true")
    assert run.returncode == 1
    assert "broken by a test" in run.stderr
    assert "funding-migrate ended with 9" in run.stderr


def test_a_suite_that_is_told_to_stop_stops_its_command_too(programs):
    script = "echo $$; exec sleep 600"
    command = [sys.executable, SAMPLE_RUNNER, "-", "with-suite", programs, "sh", "-c", script]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            sleep = psutil.Process(int(process.stdout.readline()))
        finally:
            process.terminate()
        assert process.wait(30) == 130
    assert not sleep.is_running()


def is_alive(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def connect(data_dir: Path, runner) -> psycopg.Connection:
    port = next(row["port"] for row in runner.state() if row["role"] == "postgres")
    password = DataDir(data_dir).password("ila_funding")
    return psycopg.connect(f"postgresql://ila_funding:{password}@127.0.0.1:{port}/ila", autocommit=True)


def write(data_dir: Path, runner) -> None:
    with connect(data_dir, runner) as database:
        database.execute("CREATE TABLE promise (word text)")
        database.execute("INSERT INTO promise VALUES ('kept')")


def read(data_dir: Path, runner) -> str:
    with connect(data_dir, runner) as database:
        return database.execute("SELECT word FROM promise").fetchone()[0]
