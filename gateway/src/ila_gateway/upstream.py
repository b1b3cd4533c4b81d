"""Connections to one neighbour: kept alive, used again, and dropped before the neighbour drops them."""

import http.client
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from ila_kit.errors import Unavailable
from ila_kit.web.problems import BadRequest

from ila_gateway.bodies import Body
from ila_gateway.heads import Headers, Reader

# Services close a connection that was idle for 75 s; one that is younger than this is surely open.
IDLE_SECONDS = 60
_MOST_IDLE = 64
_WHOLE_BYTES = 64 * 1024
_PIECE = 64 * 1024
_GONE = (ConnectionError, http.client.RemoteDisconnected)
_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
_NO_BODY = Body(0)


class ServiceDown(Unavailable):
    """A neighbour cannot be reached, or broke off."""

    code = "service-unavailable"


class ServiceTimeout(BadRequest):
    """A neighbour did not answer in time."""

    def __init__(self, service: str) -> None:
        super().__init__("service-timeout", 504, service=service)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a neighbour.

    `repeatable`: it may be sent a second time. `seconds`: how long the answer may take, when that is not
    what is usual for this neighbour.
    """

    method: str
    target: str
    headers: Headers = field(default_factory=list)
    body: Body = _NO_BODY
    repeatable: bool = False
    seconds: float | None = None


class Connection:
    """One connection to a neighbour, for one request at a time."""

    def __init__(self, sock: socket.socket):
        self.socket = sock
        self.used_at = 0.0
        self.reused = False

    def close(self) -> None:
        """Drop the connection."""
        self.socket.close()

    def is_open(self) -> bool:
        """Tell whether the neighbour still keeps its end: nothing to read is the good sign."""
        if isinstance(self.socket, ssl.SSLSocket):
            return True  # cannot be looked into; its age and the one retry must do
        before = self.socket.gettimeout()
        try:
            self.socket.settimeout(0)
            self.socket.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            self.socket.settimeout(before)
            return True
        except OSError:
            return False
        return False  # closed, or bytes nobody asked for


class Answer:
    """A neighbour's answer: its head is here, its body comes piece by piece or at once.

    `broke_off`: the neighbour did not send the whole body it had begun.
    """

    def __init__(self, upstream: "Upstream", connection: Connection, reader: Reader):
        self._upstream = upstream
        self._connection: Connection | None = connection
        self._reader = reader
        self._at_end: Callable[[], None] | None = None
        self.broke_off = False
        self.status = reader.status
        self.reason = reader.reason
        self.headers = reader.fields

    def at_end(self, act: Callable[[], None]) -> None:
        """Have something done once, when the answer is read or given up."""
        self._at_end = act

    def body(self) -> Iterable[bytes]:
        """Return the body; a short one is read at once, and its connection is free again."""
        length = self._reader.length
        if length is not None and not self._reader.chunked and length <= _WHOLE_BYTES:
            return [self.whole()]
        return Pieces(self._pieces(), self.give_up)

    def whole(self) -> bytes:
        """Return the whole body."""
        try:
            data = self._reader.read()
        except (OSError, http.client.HTTPException) as fault:
            raise self._broken(fault) from fault
        finally:
            self.give_up()
        return data

    def _pieces(self) -> Iterator[bytes]:
        try:
            yield from iter(self._reader.read1, b"")
        except (OSError, http.client.HTTPException) as fault:
            raise self._broken(fault) from fault
        finally:
            self.give_up()

    def give_up(self) -> None:
        """Let the connection go; it is dropped unless the answer was read: the rest would be the next one."""
        connection, self._connection = self._connection, None
        if connection and self._reader.is_clean:
            self._upstream.give_back(connection)
        elif connection:
            connection.close()
        self._end()

    def _broken(self, fault: Exception) -> Exception:
        self.broke_off = True
        return self._upstream.fault(fault)

    def _end(self) -> None:
        act, self._at_end = self._at_end, None
        if act:
            act()


class Pieces:
    """A body in pieces. Closed by the server also when it broke off, or was never begun."""

    def __init__(self, pieces: Iterator[bytes], give_up: Callable[[], None]):
        self._pieces = pieces
        self._give_up = give_up

    def __iter__(self) -> Iterator[bytes]:
        return self._pieces

    def close(self) -> None:
        """End it, wherever it is."""
        self._give_up()


class Upstream:
    """A neighbour at one address."""

    def __init__(
        self,
        name: str,
        url: str,
        connect_seconds: float,
        answer_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ):
        parts = urlsplit(url)
        self.name = name
        self.host = parts.netloc
        self._tls = ssl.create_default_context() if parts.scheme == "https" else None
        self._address = (parts.hostname or "", parts.port or (443 if self._tls else 80))
        self._connect_seconds = connect_seconds
        self._answer_seconds = answer_seconds
        self._clock = clock
        self._idle: list[Connection] = []

    def exchange(self, request: Request) -> Answer:
        """Send a request and return the answer's head. Raises ServiceDown or ServiceTimeout.

        One that may be repeated is sent a second time, once, when the connection breaks before the first
        byte of an answer: the neighbour had closed it, or one of its processes died.
        """
        try:
            return self._send(self._connection() if not request.body.is_long else self._connect(), request)
        except _GONE as fault:
            if not request.repeatable:
                raise self.fault(fault) from fault
        except (OSError, http.client.HTTPException) as fault:
            raise self.fault(fault) from fault
        try:
            return self._send(self._connect(), request)
        except (OSError, http.client.HTTPException) as fault:
            raise self.fault(fault) from fault

    def give_back(self, connection: Connection) -> None:
        """Keep a connection for the next request."""
        if len(self._idle) >= _MOST_IDLE:
            connection.close()
            return
        connection.used_at, connection.reused = self._clock(), True
        self._idle.append(connection)

    def close(self) -> None:
        """Drop every connection that waits for a request."""
        while self._idle:
            self._idle.pop().close()

    def fault(self, fault: Exception) -> Exception:
        """Return what a fault of the connection means to the caller."""
        if isinstance(fault, TimeoutError):
            return ServiceTimeout(self.name)
        return ServiceDown(service=self.name)

    def _head(self, request: Request) -> bytes:
        lines = [f"{request.method} {request.target} HTTP/1.1", f"Host: {self.host}"]
        lines += [f"{name}: {value}" for name, value in request.headers]
        if request.body.length or request.method in _WITH_BODY:
            lines.append(f"Content-Length: {request.body.length}")
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")

    def _send(self, connection: Connection, request: Request) -> Answer:
        connection.socket.settimeout(request.seconds or self._answer_seconds)
        reader = Reader(connection.socket, request.method)
        try:
            whole = self._sent(connection, request.body.after(self._head(request)))
            reader.begin()
        except BaseException:
            connection.close()
            raise
        reader.will_close |= not whole
        return Answer(self, connection, reader)

    def _sent(self, connection: Connection, pieces: Iterable[bytes]) -> bool:
        """Send everything; return False when the neighbour stopped listening, to answer early perhaps."""
        for count, piece in enumerate(pieces):
            try:
                connection.socket.sendall(piece)
            except ConnectionError:
                if count == 0:
                    raise
                return False
        return True

    def _connection(self) -> Connection:
        """Return the connection used last, which is the youngest; a new one when none is left."""
        while self._idle:
            connection = self._idle.pop()
            if self._clock() - connection.used_at < IDLE_SECONDS and connection.is_open():
                return connection
            connection.close()
        return self._connect()

    def _connect(self) -> Connection:
        try:
            sock = socket.create_connection(self._address, timeout=self._connect_seconds)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._tls:
                sock = self._tls.wrap_socket(sock, server_hostname=self._address[0])
        except OSError as fault:
            raise ServiceDown(service=self.name) from fault
        return Connection(sock)
