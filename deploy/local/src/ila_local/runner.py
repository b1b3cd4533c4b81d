"""Runs the whole suite, or its database alone, for as long as a person or a command needs it."""

import asyncio
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from ila_kit.bus.broker import Broker, BrokerDown

from ila_local import clock
from ila_local.data_dir import DataDir
from ila_local.databases import BUS, SERVICES, Databases
from ila_local.errors import CannotRun
from ila_local.keys import Keys
from ila_local.leftovers import end_orphans
from ila_local.log import RUNNER, PrefixedLog
from ila_local.ports import free_port, is_free, remembered_ports
from ila_local.postgres import EmbeddedPostgres, remove_cluster
from ila_local.process import Life, Process, death_signal
from ila_local.processes import PORTS, READERS, REGISTERS, Surroundings, database_task, table
from ila_local.settings import Settings
from ila_local.supervisor import Log, Supervisor
from ila_local.valkey import EmbeddedValkey

PROGRAMS = Path(sys.executable).parent
START_LIMIT = 90  # seconds until a suite that is not ready gives up
INTERRUPTED = 130  # exit code of a command that was told to stop
TAIL_LINES = 60

Body = Callable[[Supervisor], Awaitable[int]]


def run(settings: Settings) -> int:
    """Run the suite until told to stop; return the exit code."""
    log, started = PrefixedLog(sys.stdout), time.monotonic()

    async def until_told(supervisor: Supervisor) -> int:
        seconds = time.monotonic() - started
        log.announce(f"ready in {seconds:.1f} s: http://127.0.0.1:{settings.ila_port}")
        await supervisor.failed
        return 1

    data = DataDir(settings.ila_data_dir)
    with data.locked():
        rows, _ = suite(settings, data)
        return supervise(rows, data, log, until_told, interrupted=0)


def with_suite(
    settings: Settings, command: Sequence[str], log_file: Path | None, programs: Path = PROGRAMS
) -> int:
    """Run a command beside a suite of its own on free ports; return the command's exit code.

    On somebody's own PostgreSQL the suite gets a database of its own, which is dropped in the end.
    """
    with _temporary_data(log_file) as (data, log):
        name = f"ila_t_{secrets.token_hex(4)}"
        settings = replace(settings, ila_port=free_port(), ila_data_dir=data.path, ila_database_name=name)
        rows, databases = suite(settings, data, programs)
        environment = {
            "ILA_URL": f"http://127.0.0.1:{settings.ila_port}",
            "ILA_DATA_DIR": str(data.path),
            "ILA_SUITE_DATABASE_URL": databases.suite_url(),
        }
        try:
            return supervise(rows, data, log, _runs(command, environment))
        finally:
            _drop(settings, databases)


def _drop(settings: Settings, databases: Databases) -> None:
    """Drop what a suite made on servers of others; one that is gone must not hide why the suite ended."""
    try:
        if settings.ila_broker_url:
            Broker(settings.ila_broker_url, prefix=databases.name).remove(READERS)
        if settings.ila_database_url:
            databases.drop()
    except (CannotRun, BrokerDown) as fault:
        print(f"ila-local: {fault}", file=sys.stderr)


def beside_running_suite(settings: Settings, command: Sequence[str], log_file: Path | None) -> int:
    """Run a command beside the suite that runs here; beside one of its own when none does."""
    data = DataDir(settings.ila_data_dir)
    if not data.is_locked():
        return with_suite(settings, command, log_file)
    url = f"http://127.0.0.1:{_port_of_door(data)}"
    environment = {"ILA_URL": url, "ILA_DATA_DIR": str(data.path)}
    return subprocess.run(command, env={**os.environ, **environment}, check=False).returncode


def _port_of_door(data: DataDir) -> int:
    ports = {row["role"]: row["port"] for row in data.read_json("run.json", [])}
    door = ports.get("nginx") or ports.get("gateway")
    if door is None:
        raise CannotRun("The suite is still starting; wait for its line «ready».")
    return int(door)


def with_postgres(command: Sequence[str], log_file: Path | None) -> int:
    """Run a command beside an embedded PostgreSQL, or the one that is named; return its exit code."""
    if os.environ.get("ILA_DATABASE_URL"):
        return subprocess.run(command, check=False).returncode
    with _temporary_data(log_file) as (data, log):
        server = EmbeddedPostgres(data, free_port())
        databases = databases_on(server.admin_url, "ila", data)
        environment = {"ILA_DATABASE_URL": server.admin_url}
        rows = [server.process(), database_task(databases, data.path, needs=("postgres",))]
        return supervise(rows, data, log, _runs(command, environment))


def suite(settings: Settings, data: DataDir, programs: Path = PROGRAMS) -> tuple[list[Process], Databases]:
    """Return the table of processes for these settings, and where their data lives.

    Call it with the data directory locked. `programs` is the folder of the console scripts.
    """
    end_orphans(str(data.path))
    if not is_free(settings.ila_port):
        raise CannotRun(
            f"Port {settings.ila_port} is taken: stop what listens there, or choose another, "
            f"for example ILA_PORT={settings.ila_port + 1}."
        )
    ports = remembered_ports(data, PORTS) | {settings.ila_front: settings.ila_port}
    valkey = EmbeddedValkey(data, ports["valkey"])
    server = None if settings.ila_database_url else EmbeddedPostgres(data, ports["postgres"])
    admin_url = server.admin_url if server else settings.ila_database_url
    databases = databases_on(admin_url, settings.ila_database_name, data)
    around = Surroundings(
        data_dir=data.path,
        programs=programs,
        ports=ports,
        keys=Keys(data),
        databases=databases,
        broker_url=settings.ila_broker_url or databases.bus_url(),
        session_store_url=valkey.url,
        secret_key=data.password("gateway-secret-key"),
        front_secret=data.password("gateway-front-secret"),
        front=settings.ila_front,
        register_secrets={name: data.password(f"register-{name}") for name in REGISTERS},
        clock_file=data.path / clock.FILE,
    )
    stores = [store.process() for store in (server, valkey) if store]
    return table(around, tuple(stores)), databases


def databases_on(admin_url: str, name: str, data: DataDir) -> Databases:
    """Return the suite's databases on a server, with the passwords this data directory keeps."""
    passwords = {owner: data.password(f"{name}_{owner}") for owner in (*SERVICES, BUS)}
    return Databases(admin_url, name, passwords)


def supervise(
    rows: Sequence[Process], data: DataDir, log: Log, body: Body, interrupted: int = INTERRUPTED
) -> int:
    """Start the processes, do the body, stop the processes; return the exit code.

    A signal to stop ends the start or the body at once; the code then is `interrupted`. It is 1 when a
    process had to be killed.
    """
    return asyncio.run(_supervise(rows, data, log, body, interrupted))


async def _supervise(rows: Sequence[Process], data: DataDir, log: Log, body: Body, interrupted: int) -> int:
    supervisor = Supervisor(rows, str(data.path), log, lambda lives: _write_state(data, lives))
    work = asyncio.create_task(_start_and_do(supervisor, body))
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(stop, work.cancel)
    code, killed = interrupted, []
    try:
        with suppress(asyncio.CancelledError):
            code = await work
    finally:
        log(RUNNER, "stopping")
        killed = await supervisor.stop()
        (data.path / "run.json").unlink(missing_ok=True)
    if killed:
        log(RUNNER, f"had to kill {', '.join(killed)}")
    return code or bool(killed)


async def _start_and_do(supervisor: Supervisor, body: Body) -> int:
    await supervisor.start(START_LIMIT)
    return await body(supervisor)


def _write_state(data: DataDir, lives: Sequence[Life]) -> None:
    """Tell who runs where, for tests and for people."""
    runner = {"role": RUNNER, "pid": os.getpid(), "port": None}
    rows = [{"role": life.process.role, "pid": life.pid, "port": life.process.port} for life in lives]
    data.write_json("run.json", [runner, *rows])


def _runs(command: Sequence[str], environment: Mapping[str, str]) -> Body:
    """Return a body that runs a command to its end, and stops it when told to."""

    async def body(_: Supervisor) -> int:
        end_with_us = death_signal(signal.SIGTERM)
        try:
            child = await asyncio.create_subprocess_exec(
                *command, env={**os.environ, **environment}, preexec_fn=end_with_us
            )
        except OSError as fault:
            raise CannotRun(f"{command[0]} cannot be run: {fault}.") from None
        try:
            return await child.wait()
        finally:
            if child.returncode is None:
                child.terminate()
                await child.wait()

    return body


@contextmanager
def _temporary_data(log_file: Path | None) -> Iterator[tuple[DataDir, Log]]:
    """Lend a data directory that is deleted afterwards, and a log that is shown when things go wrong."""
    folder = Path(tempfile.mkdtemp(prefix="ila-"))
    folder.chmod(0o711)
    data = DataDir(folder)
    try:
        with data.locked(), (log_file or folder / "suite.log").open("w+", encoding="utf-8") as file:
            try:
                yield data, PrefixedLog(file)
            except CannotRun:
                file.seek(0)
                sys.stderr.writelines(file.readlines()[-TAIL_LINES:])
                raise
    finally:
        remove_cluster(data)
        shutil.rmtree(folder, ignore_errors=True)
