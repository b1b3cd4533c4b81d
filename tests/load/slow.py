"""Clients that never finish what they say: a byte a second, and back again when a door was closed on them."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

HEAD = "GET /api/catalog/v1/public/calls HTTP/1.1\r\nHost: {host}\r\nX-Slow: "
BODY = (
    "POST /api/applications/v1/applications HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n"
    "Content-Length: 100000\r\nAuthorization: Bearer {token}\r\n\r\n"
)
# Long, and quick until it is let through: then it drips as well.
QUICK = BODY.replace("100000", "1000000") + "x" * 400_000
SILENT = "GET /health/live HTTP/1.1\r\nHost: {host}\r\n\r\n"


class Dripping:
    """Many connections that begin alike and then send a byte a second, from one thread."""

    def __init__(self, url: str, beginning: str, count: int, drip: bytes = b"x"):
        parts = urlsplit(url)
        self._address = (parts.hostname or "", parts.port or 80)
        self._beginning = beginning.encode()
        self._drip = drip
        self._open: list[socket.socket | None] = [None] * count
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self.connections = 0

    def start(self) -> None:
        """Connect them all, and go on by itself."""
        self._step()
        self._thread.start()

    def stop(self) -> None:
        """Close them all."""
        self._stopped.set()
        self._thread.join()
        for one in self._open:
            if one:
                one.close()

    def _run(self) -> None:
        while not self._stopped.wait(1.0):
            self._step()

    def _step(self) -> None:
        for place, one in enumerate(self._open):
            self._open[place] = self._dripped(one) if one else self._connected()

    def _connected(self) -> socket.socket | None:
        with suppress(OSError):
            made = socket.create_connection(self._address, timeout=5)
            made.sendall(self._beginning)
            made.setblocking(False)
            self.connections += 1
            return made
        return None

    def _dripped(self, one: socket.socket) -> socket.socket | None:
        """Send a byte; return nothing when the other side had enough."""
        try:
            if self._drip:
                one.send(self._drip)
            if one.recv(4096):
                return one
        except BlockingIOError:
            return one
        except OSError:
            pass
        one.close()
        return None


@contextmanager
def slow_clients(
    url: str, token: str, heads: int, bodies: int, silent: int = 0, quick: int = 0
) -> Iterator[list[Dripping]]:
    """Keep slow clients at a door for the length of the block; `quick` bodies are slow only at their end."""
    host = urlsplit(url).netloc
    crowd = [
        Dripping(url, HEAD.format(host=host), heads),
        Dripping(url, BODY.format(host=host, token=token), bodies),
        Dripping(url, QUICK.format(host=host, token=token), quick),
        Dripping(url, SILENT.format(host=host), silent, drip=b""),
    ]
    for one in crowd:
        one.start()
    try:
        yield crowd
    finally:
        for one in crowd:
            one.stop()
