"""Processes of the bench's own, beside the running suite."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg
import requests
from ila_local import nginx
from ila_local.ports import free_port
from suite import processes

HERE = Path(__file__).parent
PROGRAMS = Path(sys.executable).parent
GUNICORN = [
    "--worker-class=gthread",
    "--threads=8",
    "--keep-alive=75",
    "--no-control-socket",
    "--log-level=error",
]


@dataclass(frozen=True)
class Started:
    """A process that answers at an address."""

    url: str
    pid: int


@contextmanager
def bare() -> Iterator[Started]:
    """Run the two bare applications, and tell the front one."""
    database = os.environ["ILA_SUITE_DATABASE_URL"]
    with psycopg.connect(database) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body jsonb NOT NULL)")
        connection.execute(
            'INSERT INTO bare (body) SELECT \'{"state": "draft"}\' FROM generate_series(1, 1000)'
        )
    with (
        _application("back", 1, {"BARE_DATABASE_URL": database}) as back,
        _application("front", 1, {"BARE_BACK_URL": back.url}) as front,
    ):
        yield front


@contextmanager
def small_service() -> Iterator[Started]:
    """Run a service that does nothing, on as many processes as there are cores."""
    with _application("small", os.cpu_count() or 1, {}) as small:
        yield small


@contextmanager
def service(name: str, **settings: str) -> Iterator[Started]:
    """Run a service once more, with the settings of the suite's own, but for some. Its log goes nowhere."""
    port = free_port()
    environment = settings_of(processes()[name]["pid"]) | settings | {"PORT": str(port)}
    with _running([str(PROGRAMS / f"ila-{name}"), "serve"], environment, port) as started:
        yield started


@contextmanager
def gateway(**settings: str) -> Iterator[Started]:
    """Run another gateway with the settings of the suite's own, but for some.

    It knows the same sessions and tokens.
    """
    with service("gateway", **settings) as started:
        yield started


@contextmanager
def nginx_before(gateway_pid: int, folder: Path) -> Iterator[Started]:
    """Run nginx in front of a gateway."""
    port = free_port()
    nginx.configure(folder, str(PROGRAMS / "ila-gateway"), settings_of(gateway_pid), port)
    with _running(nginx.command(folder), dict(os.environ), port) as started:
        yield started


def settings_of(pid: int) -> dict[str, str]:
    """Return the environment of a process."""
    environment: dict[str, str] = psutil.Process(pid).environ()
    return environment


@contextmanager
def _application(name: str, workers: int, settings: dict[str, str]) -> Iterator[Started]:
    port = free_port()
    size = [f"--workers={workers}", f"--bind=127.0.0.1:{port}"]
    command = [sys.executable, "-m", "gunicorn", *GUNICORN, *size, f"bare:{name}()"]
    with _running(command, os.environ | settings, port) as started:
        yield started


@contextmanager
def _running(command: Sequence[str], environment: dict[str, str], port: int) -> Iterator[Started]:
    process = subprocess.Popen(command, env=environment, cwd=HERE, stderr=subprocess.DEVNULL)
    try:
        started = Started(f"http://127.0.0.1:{port}", process.pid)
        _wait_for(started.url, process)
        yield started
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str, process: subprocess.Popen) -> None:
    """Return when somebody answers, whatever it is."""
    ends = time.monotonic() + 90
    while process.poll() is None and time.monotonic() < ends:
        try:
            requests.get(f"{url}/health/live", timeout=1)
            return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError(f"{process.args} did not start")
