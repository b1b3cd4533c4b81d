"""The virus scanner: clamd asked over its socket, byte by byte, before anything is kept."""

import logging
import socket
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from ila_kit.files.blobs import CHUNK
from ila_kit.files.errors import FileInfected, ScannerUnavailable

log = logging.getLogger(__name__)
_SECONDS = 30.0
_LONGEST_ANSWER = 4_096


class Scanner(Protocol):
    """Judges a file before it is kept."""

    def scan(self, stream: BinaryIO) -> None:
        """Read a stream to its end. Raises FileInfected, or ScannerUnavailable when nobody judged it."""


class NoScanner:
    """Takes everything: no scanner is configured."""

    def scan(self, stream: BinaryIO) -> None:
        """Say nothing."""


class Clamd:
    """clamd at `tcp://host:port` or `unix:///path`, asked by its command INSTREAM."""

    def __init__(self, url: str, seconds: float = _SECONDS):
        self._url, self._seconds = urlsplit(url), seconds

    def scan(self, stream: BinaryIO) -> None:
        """Send the stream in chunks; take anything but a plain OK for what it is."""
        try:
            answer = self._ask(stream)
        except OSError as fault:
            raise ScannerUnavailable(fault=type(fault).__name__) from fault
        if answer.endswith(" FOUND"):
            found = answer.removeprefix("stream: ").removesuffix(" FOUND")[:100]
            log.warning("a file is infected", extra={"found": found})
            raise FileInfected(found=found)
        if answer != "stream: OK":
            raise ScannerUnavailable(fault="no verdict")

    def _ask(self, stream: BinaryIO) -> str:
        with self._connected() as connection:
            connection.sendall(b"zINSTREAM\0")
            while chunk := stream.read(CHUNK):
                connection.sendall(len(chunk).to_bytes(4, "big") + chunk)
            connection.sendall(bytes(4))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
                more = connection.recv(_LONGEST_ANSWER)
                if not more:
                    break
                answer += more
            return answer.rstrip(b"\0\n").decode("utf-8", "replace")

    def _connected(self) -> socket.socket:
        if self._url.scheme == "unix":
            connection = socket.socket(socket.AF_UNIX)
            connection.settimeout(self._seconds)
            try:
                connection.connect(self._url.path)
            except OSError:
                connection.close()
                raise
            return connection
        return socket.create_connection((str(self._url.hostname), self._url.port or 3310), self._seconds)
