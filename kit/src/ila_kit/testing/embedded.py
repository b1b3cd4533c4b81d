"""A PostgreSQL of a test session's own, from the wheel that `make run` uses."""

import contextlib
import importlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg


class EmbeddedServer:
    """An embedded PostgreSQL in a folder, that can be killed and started again."""

    def __init__(self, folder: Path):
        # Asked for by name: the kit knows nobody, and only tests of this repository need it.
        local = importlib.import_module("ila_local.postgres")
        self._processes = importlib.import_module("ila_local.process")
        self._postgres = local.EmbeddedPostgres(local.DataDir(folder), _free_port())
        self.admin_url: str = self._postgres.admin_url
        self._running: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start the server and wait until it answers."""
        row = self._postgres.process()
        row.before()
        self._running = subprocess.Popen(
            row.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=self._processes.death_signal(signal.SIGINT),
            **self._processes.become(row.account),
        )
        _wait_for(self.admin_url)

    def kill(self) -> None:
        """End the server and all its sessions as a power cut would."""
        server = psutil.Process(self._running.pid)
        for process in (server, *server.children()):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._running.wait(10)

    def stop(self) -> None:
        """End the server, if it runs."""
        if self._running.poll() is None:
            self._running.send_signal(signal.SIGINT)
        self._running.wait(30)


@contextmanager
def embedded_server() -> Iterator[EmbeddedServer]:
    """Give a running server in a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ila-test-"))
    folder.chmod(0o711)
    try:
        server = EmbeddedServer(folder)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(url: str) -> Any:
    for _ in range(300):
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise TimeoutError("the embedded PostgreSQL does not answer")
