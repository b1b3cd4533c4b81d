"""An answer of a neighbour, read off its connection: the head at once, the body piece by piece.

The library's reader wraps a file around the socket and reads heads by an e-mail parser; that cost
more than all else that forwarding a request costs us. What is not clearly an answer is a fault here.
"""

import re
import socket
from http.client import BadStatusLine, HTTPException, IncompleteRead, RemoteDisconnected

Headers = list[tuple[str, str]]
_LONGEST_HEAD = 65_536
_MOST_HEADERS = 200
_PIECE = 65_536
_STATUS = re.compile(r"HTTP/(1\.[01]) ([1-9][0-9]{2})(?: (.*))?")
_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;.*)?")


class Reader:
    """Reads one answer. `ended` tells that nothing of it is left on the connection."""

    def __init__(self, sock: socket.socket, method: str):
        self._socket = sock
        self._method = method
        self._ahead = b""
        self._chunk_left = 0
        self.ended = False
        self.status = 0
        self.reason = ""
        self.fields: Headers = []
        self.length: int | None = None
        self.chunked = False
        self.will_close = False

    def begin(self) -> None:
        """Read the head of the answer, passing over interim ones (1xx). Raises OSError or HTTPException."""
        version = self._read_head()
        while 100 <= self.status < 200:
            version = self._read_head()
        known = {name.lower(): value for name, value in self.fields}
        connection = known.get("connection", "").lower()
        length = known.get("content-length", "")
        self.chunked = known.get("transfer-encoding", "").lower() == "chunked"
        if self._method == "HEAD" or self.status in (204, 304):
            self.chunked, self.length = False, 0
        elif not self.chunked and length.isdecimal():
            self.length = int(length)
        endless = self.length is None and not self.chunked
        self.will_close = endless or "close" in connection or version == "1.0"
        self.ended = self.length == 0

    def read1(self, size: int = _PIECE) -> bytes:
        """Return the next piece of the body; nothing at its end. Raises OSError or HTTPException."""
        if self.ended:
            return b""
        if self.chunked:
            return self._of_chunk(size)
        piece = self._some(size if self.length is None else min(size, self.length))
        if self.length is None:
            self.ended = not piece
            return piece
        self.length -= len(self._promised(piece))
        self.ended = not self.length
        return piece

    def read(self) -> bytes:
        """Return what is left of the body. Raises OSError or HTTPException."""
        return b"".join(iter(self.read1, b""))

    @property
    def is_clean(self) -> bool:
        """Tell whether the connection is good for another request: what was promised came, and no more."""
        return self.ended and not self.will_close and not self._ahead

    def _read_head(self) -> str:
        lines = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        found = _STATUS.fullmatch(lines[0])
        if not found:
            raise BadStatusLine("not a status line")
        self.status, self.reason = int(found[2]), (found[3] or "").strip()
        if len(lines) > _MOST_HEADERS:
            raise HTTPException("too many header lines")
        self.fields = [_field(line) for line in lines[1:]]
        return found[1]

    def _of_chunk(self, size: int) -> bytes:
        if not self._chunk_left:
            self._chunk_left = self._next_size()
            if not self._chunk_left:
                while self._until(b"\r\n"):
                    pass  # trailers are nobody's
                self.ended = True
                return b""
        piece = self._promised(self._some(min(size, self._chunk_left)))
        self._chunk_left -= len(piece)
        if not self._chunk_left and self._until(b"\r\n"):
            raise HTTPException("a chunk is longer than it said")
        return piece

    def _next_size(self) -> int:
        found = _SIZE.fullmatch(self._until(b"\r\n"))
        if not found:
            raise HTTPException("not the size of a chunk")
        return int(found[1], 16)

    def _until(self, mark: bytes) -> bytes:
        """Return what comes before a mark."""
        while (end := self._ahead.find(mark)) < 0:
            if len(self._ahead) > _LONGEST_HEAD:
                raise HTTPException("a head or a line does not end")
            piece = self._socket.recv(_PIECE)
            if not piece and not self._ahead and not self.status:
                raise RemoteDisconnected("closed without an answer")
            self._ahead += self._promised(piece)
        found, self._ahead = self._ahead[:end], self._ahead[end + len(mark) :]
        return found

    def _some(self, size: int) -> bytes:
        if not self._ahead:
            return self._socket.recv(size)
        piece, self._ahead = self._ahead[:size], self._ahead[size:]
        return piece

    def _promised(self, piece: bytes) -> bytes:
        """Pass a piece on; nothing, where more was promised, is a fault."""
        if not piece:
            raise IncompleteRead(b"")
        return piece


def _field(line: str) -> tuple[str, str]:
    name, colon, value = line.partition(":")
    if not colon or not name.isprintable() or name != name.strip() or "\n" in value or "\r" in value:
        raise HTTPException("not a header line")
    return name, value.strip()
