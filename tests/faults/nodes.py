"""Brokers of a test's own, to be killed."""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ila_kit.bus.broker import Broker, BrokerDown

SERVER = "/usr/lib/rabbitmq/bin/rabbitmq-server"


class RabbitNode:
    """A RabbitMQ node with its own ports and folders, beside whatever else runs here."""

    def __init__(self, folder: Path):
        self.folder, self.name = folder, f"drill-{secrets.token_hex(4)}@localhost"
        self.port, self._distribution, self._epmd = _free_ports(3)
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"
        self._running: subprocess.Popen[bytes]

    def start(self) -> None:
        """Start the node; returns when it takes connections."""
        self._running = subprocess.Popen(
            [SERVER],
            env=self._environment(),
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **_account(),
        )
        self._wait()

    def kill(self) -> None:
        """End the node as a power cut would."""
        os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait(10)

    def stop(self) -> None:
        """End the node and its port mapper."""
        if self._running.poll() is None:
            self.kill()
        # It refuses to end while it still knows a node; it notices the end of ours in a moment.
        for _ in range(50):
            ended = subprocess.run(
                ["epmd", "-port", str(self._epmd), "-kill"], env=self._environment(), capture_output=True
            )
            if b"Killed" in ended.stdout:
                return

    def _environment(self) -> dict[str, str]:
        folder = str(self.folder)
        return {
            "PATH": os.environ["PATH"],
            "HOME": folder,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_CONFIG_FILE": f"{folder}/none",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{folder}/plugins",
            "RABBITMQ_NODENAME": self.name,
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": f"{folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{folder}/log",
            "RABBITMQ_PID_FILE": f"{folder}/pid",
        }

    def _wait(self) -> None:
        broker = Broker(self.url, prefix="probe")
        for _ in range(120):
            try:
                broker.declare("probe", [])
                return
            except BrokerDown:
                if self._running.poll() is not None:
                    raise
                time.sleep(0.5)
        raise TimeoutError("RabbitMQ does not answer")


@contextmanager
def rabbit_node() -> Iterator[RabbitNode]:
    """Give a running node in a folder that is removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ila-rabbit-"))
    if account := _account():
        os.chown(folder, account["user"], account["group"])
    node = RabbitNode(folder)
    try:
        node.start()
        yield node
    finally:
        node.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _account() -> dict[str, int]:
    """Return how `subprocess` becomes the user of the package; root's files would stay in its way."""
    if os.geteuid() != 0:
        return {}
    user = pwd.getpwnam("rabbitmq")
    return {"user": user.pw_uid, "group": user.pw_gid}


def _free_ports(count: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.close()
    return ports
