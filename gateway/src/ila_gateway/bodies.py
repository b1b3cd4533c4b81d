"""The body of a request: a client that sends a byte a second never holds a thread of a service.

A short body is taken in to its end before anybody behind us is asked. So is a long one that comes slowly: it
goes into a file. One that comes quickly passes through, as long as few do. docs/decisions/0038.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any

import gevent
from gunicorn.http.errors import ParseException
from ila_kit.errors import Unavailable
from ila_kit.web.problems import BadRequest

NewFile = Callable[[], IO[bytes]]
_WHOLE_BYTES = 64 * 1024
_PIECE = 64 * 1024
_PROOF_BYTES = 256 * 1024


class TooLarge(BadRequest):
    """The body is larger than the route allows."""

    def __init__(self, limit: int) -> None:
        super().__init__("body-too-large", 413, limit=limit)


class BrokenOff(BadRequest):
    """The client promised more than it sent."""

    def __init__(self) -> None:
        super().__init__("body-incomplete", 400)


class NoRoom(Unavailable):
    """There is no room left here to take a body in."""

    code = "no-room"


class Lane:
    """The few places of a neighbour for bodies that pass through while they come.

    A client is quick when its proof, the next 192 KiB, came within `proof_seconds`. From then on each
    piece must come within `piece_seconds`.
    """

    def __init__(self, places: int, proof_seconds: float = 1.0, piece_seconds: float = 10.0):
        self._free = places
        self.proof_seconds = proof_seconds
        self.piece_seconds = piece_seconds

    def enter(self) -> bool:
        """Take a place; False when there is none."""
        if not self._free:
            return False
        self._free -= 1
        return True

    def leave(self) -> None:
        """Give the place back."""
        self._free += 1


class Rest:
    """What a quick client still sends, to be read once; it holds a place of the lane until it is closed."""

    def __init__(self, source: Any, length: int, lane: Lane):
        self._source, self._left, self._lane = source, length, lane

    def __iter__(self) -> Iterator[bytes]:
        while self._left:
            with gevent.Timeout(self._lane.piece_seconds, BrokenOff()):
                piece = _read(self._source, min(self._left, _PIECE))
            if not piece:
                raise BrokenOff
            self._left -= len(piece)
            yield piece

    def close(self) -> None:
        """Leave the lane. What nobody read is no next request: the connection ends with this one."""
        self._lane.leave()
        refuse = getattr(self._source, "refuse", None)
        if self._left and refuse:
            refuse()


@dataclass(frozen=True, slots=True)
class Body:
    """What a client sent. `length` is in bytes.

    It is in `data` when it is short, in `file` when it is long; of one that is still coming, `data` is the
    beginning and `rest` the rest.
    """

    length: int
    data: bytes = b""
    file: IO[bytes] | None = None
    rest: Rest | None = None

    @property
    def is_long(self) -> bool:
        """Whether it is sent in several pieces."""
        return self.file is not None or self.rest is not None

    def after(self, head: bytes) -> Iterator[bytes]:
        """Return a whole request from its head on, piece by piece; a short one is one piece."""
        yield head + self.data
        if self.rest:
            yield from self.rest
        if self.file:
            self.file.seek(0)
            while piece := self.file.read(_PIECE):
                yield piece

    def close(self) -> None:
        """Forget what it holds."""
        for held in (self.file, self.rest):
            if held:
                held.close()


def read_body(
    environ: dict[str, Any], limit: int, lane: Lane, new_file: NewFile = tempfile.TemporaryFile
) -> Body:
    """Return the body of a request: whole, or its beginning when it may pass through a lane.

    Raises TooLarge, BrokenOff or NoRoom.
    """
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise BadRequest("unsupported-content-coding", 415)
    source, promised = environ["wsgi.input"], _promised(environ)
    if promised is not None and promised > limit:
        raise TooLarge(limit)
    first = b"" if promised == 0 else _read(source, min(limit + 1, _WHOLE_BYTES))
    if len(first) > limit:
        raise TooLarge(limit)
    if len(first) < _WHOLE_BYTES:
        _check_whole(len(first), promised)
        return Body(len(first), first)
    if promised is not None and promised > _PROOF_BYTES:
        began = time.monotonic()
        first += _read(source, _PROOF_BYTES - len(first))
        quick = len(first) == _PROOF_BYTES and time.monotonic() - began < lane.proof_seconds
        if quick and lane.enter():
            return Body(promised, first, rest=Rest(source, promised - len(first), lane))
    return _kept(source, first, limit, promised, new_file)


def is_long(environ: dict[str, Any]) -> bool:
    """Tell whether the body of a request, unread, is longer than one would read only to throw it away."""
    promised = _promised(environ)
    return promised is None or promised > _WHOLE_BYTES


def _promised(environ: dict[str, Any]) -> int | None:
    """Return the length that a client promises; None when the body comes in chunks."""
    return None if "HTTP_TRANSFER_ENCODING" in environ else int(environ.get("CONTENT_LENGTH") or 0)


def _check_whole(length: int, promised: int | None) -> None:
    if promised is not None and length < promised:
        raise BrokenOff


def _kept(source: Any, first: bytes, limit: int, promised: int | None, new_file: NewFile) -> Body:
    """Return a long body in a file that has no name and is gone when it is closed."""
    with ExitStack() as refused:
        file = refused.enter_context(new_file())
        length, piece = 0, first
        while piece:
            length += len(piece)
            if length > limit:
                raise TooLarge(limit)
            _write(file, piece)
            piece = _read(source, _PIECE)
        _check_whole(length, promised)
        refused.pop_all()
    return Body(length, file=file)


def _write(file: IO[bytes], piece: bytes) -> None:
    try:
        file.write(piece)
        file.flush()
    except OSError as fault:
        raise NoRoom from fault


def _read(source: Any, size: int) -> bytes:
    """Read from the client. A body that is framed wrongly, or ends early, is the client's fault."""
    try:
        return bytes(source.read(size))
    except (OSError, ParseException) as fault:
        raise BrokenOff from fault
