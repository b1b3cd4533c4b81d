"""Free ports, the same ones at every start."""

import random
import socket
from collections.abc import Iterable
from pathlib import Path

from ila_local.data_dir import DataDir
from ila_local.errors import CannotRun

_LOWEST = 18_000


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def free_port(taken: Iterable[int] = ()) -> int:
    """Return a port nobody listens on, below those the system gives to outgoing connections.

    A server on one of those could lose its port while it restarts: to a client of anything, and first of
    all to its own clients, which a retry can connect to themselves.
    """
    taken, last = set(taken), _first_outgoing() - 1
    for port in random.sample(range(_LOWEST, last), last - _LOWEST):
        if port not in taken and is_free(port):
            return port
    raise CannotRun(f"No port between {_LOWEST} and {last} is free.")


def remembered_ports(data: DataDir, roles: Iterable[str]) -> dict[str, int]:
    """Return a free port for each role: last time's if it still is free."""
    known: dict[str, int] = data.read_json("ports.json", {})
    ports: dict[str, int] = {}
    for role in roles:
        port = known.get(role, 0)
        usable = port and port not in ports.values() and is_free(port)
        ports[role] = port if usable else free_port({*known.values(), *ports.values()})
    data.write_json("ports.json", known | ports)
    return ports


def _first_outgoing() -> int:
    setting = Path("/proc/sys/net/ipv4/ip_local_port_range")
    first = int(setting.read_text().split()[0]) if setting.exists() else 32_768
    return first if first > _LOWEST + 1_000 else 65_535
