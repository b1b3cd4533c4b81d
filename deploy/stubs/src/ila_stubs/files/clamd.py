"""A stand-in virus scanner that speaks clamd's protocol over TCP, with faults to order."""

import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

# The test file that every scanner calls a virus (EICAR), in two pieces so that this file is none.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-" + rb"STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
FOUND = "Eicar-Test-Signature"
MODES = ("none", "slow", "error", "garbage", "empty")
_LARGEST_CHUNK = 32 * 1024 * 1024
_LONGEST_COMMAND = 1_024


@dataclass
class Scanner:
    """What the scanner is ordered to do (`mode`), and how many bytes it was given."""

    mode: str = "none"
    seconds: float = 5.0
    scanned: list[int] = field(default_factory=list)

    def verdict(self, content: bytes) -> bytes:
        """Return the answer about a stream, as clamd spells it, or a broken one."""
        self.scanned.append(len(content))
        if self.mode == "slow":
            time.sleep(self.seconds)
        spoiled = {
            "error": b"INSTREAM size limit exceeded. ERROR\0",
            "garbage": b"\xff\xfe{<\0",
            "empty": b"",
        }
        right = f"stream: {FOUND} FOUND\0" if EICAR in content else "stream: OK\0"
        return spoiled.get(self.mode, right.encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], scanner: Scanner):
        self.scanner = scanner
        super().__init__(address, _Handler)


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server: Any = self.server
        command = self._command()
        if command == b"PING":
            self.wfile.write(b"PONG\0")
        elif command == b"INSTREAM":
            self.wfile.write(server.scanner.verdict(b"".join(self._chunks())))
        else:
            self.wfile.write(b"UNKNOWN COMMAND\0")

    def _command(self) -> bytes:
        """Return a command in the form that ends with a NUL."""
        read = b""
        while len(read) < _LONGEST_COMMAND and (byte := self.rfile.read(1)) not in (b"", b"\0"):
            read += byte
        return read.removeprefix(b"z")

    def _chunks(self) -> Iterator[bytes]:
        while True:
            (length,) = struct.unpack("!L", self.rfile.read(4))
            if not 0 < length <= _LARGEST_CHUNK:
                return
            yield self.rfile.read(length)


@contextmanager
def running(scanner: Scanner, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Answer from a thread; gives the port."""
    with _Server((host, port), scanner) as server:
        thread = threading.Thread(target=server.serve_forever, name="clamd", daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
