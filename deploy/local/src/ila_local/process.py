"""A process of the suite: its row in the table, and one running life of it."""

import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import IO, Any

Probe = Callable[[], Awaitable[str | None]]

MARK = "ILA_RUNNER_DATA_DIR"  # in the environment of every process a runner starts
_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG
_LIBC = ctypes.CDLL(None, use_errno=True)


class Floor(IntEnum):
    """Who stops together: a lower floor stops first, while what it needs still runs."""

    DOORS = 0
    WORKERS = 1
    SERVICES = 2
    STORES = 3


@dataclass(frozen=True, slots=True)
class Account:
    """The system's user that a process runs as."""

    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Process:
    """One row: what runs, after what, how it shows that it is ready, how it stops.

    `probe` says why the process is not ready yet, None when it is; a row without a probe is a task that
    runs once and must end well. `before` runs ahead of each start. `needs` names rows to be ready first.
    """

    role: str
    command: tuple[str, ...]
    floor: Floor
    port: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    probe: Probe | None = None
    before: Callable[[], None] | None = None
    grace: float = 10
    stop_signal: signal.Signals = signal.SIGTERM
    account: Account | None = None


class Life:
    """One run of a process, from start to end. Make it by `start`."""

    def __init__(self, process: Process, popen: "subprocess.Popen[bytes]"):
        self.process = process
        self.pid = popen.pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._popen = popen
        self._watch = os.pidfd_open(popen.pid)
        asyncio.get_running_loop().add_reader(self._watch, self._end)

    @classmethod
    def start(cls, process: Process, data_dir: str) -> "Life":
        """Start the process in a session of its own. Raises OSError when it cannot start.

        It gets its stop signal from the system when this process dies, however it dies. The system binds
        that to the thread that starts it, so this is called from the main thread alone.
        """
        popen = subprocess.Popen(
            process.command,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **process.environment, MARK: data_dir},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=death_signal(process.stop_signal),
            **become(process.account),
        )
        return cls(process, popen)

    def lines(self) -> AsyncIterator[str]:
        """Yield what the process and its children write, line by line."""
        return _lines(self._popen.stdout)

    def signal(self) -> None:
        """Ask the process to stop."""
        if not self.ended.done():
            self._popen.send_signal(self.process.stop_signal)

    def kill_group(self) -> None:
        """Kill what is left of the process and its children."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)

    def _end(self) -> None:
        asyncio.get_running_loop().remove_reader(self._watch)
        os.close(self._watch)
        # Children that outlive their parent would keep its port from the next life.
        self.kill_group()
        self.ended.set_result(self._popen.wait())


def become(account: Account | None) -> dict[str, Any]:
    """Return how `subprocess` becomes this user, in a folder every user may stand in; {} for None."""
    if account is None:
        return {}
    return {"user": account.uid, "group": account.gid, "extra_groups": [], "cwd": "/"}


def death_signal(number: signal.Signals) -> Callable[[], None]:
    """Return what a child calls, before it becomes its program, to get this signal when its parent dies."""
    parent = os.getpid()

    def ask() -> None:
        _LIBC.prctl(_SET_DEATH_SIGNAL, number)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


async def _lines(pipe: IO[bytes] | None) -> AsyncIterator[str]:
    """Yield the lines written to a pipe, of any length, until its last writer closes it."""
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), pipe)
    rest = b""
    while chunk := await reader.read(65_536):
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            yield line.decode("utf-8", "replace")
    if rest:
        yield rest.decode("utf-8", "replace")
