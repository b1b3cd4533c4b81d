"""Closed-loop HTTP clients that cost little themselves: one kept-alive socket a thread, ready-made bytes."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Requests = Iterator[bytes]


@dataclass
class Measured:
    """What one run saw: answers by status, and how long each took, in seconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        """Return the time in milliseconds that this share of the answers stayed below."""
        ordered = sorted(self.times)
        return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]

    def errors(self) -> dict[int, int]:
        """Return the answers that were no success."""
        return {status: count for status, count in self.statuses.items() if not 200 <= status < 300}


def request(
    method: str, url: str, path: str, token: str | None = None, body: bytes = b"", key: str | None = None
) -> bytes:
    """Return the bytes of one HTTP/1.1 request."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {urlsplit(url).netloc}"]
    if token:
        lines.append(f"Authorization: Bearer {token}")
    if key:
        lines.append(f"Idempotency-Key: {key}")
    if body or method == "POST":
        lines += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def connect(url: str) -> socket.socket:
    """Return a socket to the host of a URL."""
    made = socket.create_connection((urlsplit(url).hostname, urlsplit(url).port), timeout=30)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return made


def exchange(sock: socket.socket, data: bytes) -> tuple[int, bytes]:
    """Send one request and return status and body of its answer."""
    sock.sendall(data)
    received = b""
    while (end := received.find(b"\r\n\r\n")) < 0:
        received += _more(sock)
    head = received[:end].lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0]) if b"content-length:" in head else 0
    while len(received) < end + 4 + length:
        received += _more(sock)
    return int(received[9:12]), received[end + 4 :]


def load(
    url: str, clients: int, seconds: float, client: Callable[[int, socket.socket], Iterator[int]]
) -> Measured:
    """Run `clients` threads for a while; each draws statuses from its own `client(number, socket)`."""
    result, lock, stop = Measured(), threading.Lock(), time.perf_counter() + seconds

    def run(number: int) -> None:
        times, statuses = [], []
        with connect(url) as sock:
            steps = client(number, sock)
            before = time.perf_counter()
            while before < stop:
                statuses.append(next(steps))
                now = time.perf_counter()
                times.append(now - before)
                before = now
        with lock:
            result.times += times
            for status in statuses:
                result.statuses[status] = result.statuses.get(status, 0) + 1

    started = time.perf_counter()
    threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    result.seconds = time.perf_counter() - started
    return result


def _more(sock: socket.socket) -> bytes:
    data = sock.recv(65_536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
