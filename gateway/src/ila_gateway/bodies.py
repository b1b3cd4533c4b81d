"""The body of a request: taken in to its end before anybody behind us is asked.

A client that sends a byte a second holds a greenlet and a file of ours, never a thread of a service.
docs/decisions/0038.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import IO, Any

from gunicorn.http.errors import ParseException
from ila_kit.errors import Unavailable
from ila_kit.web.problems import BadRequest

NewFile = Callable[[], IO[bytes]]
_WHOLE_BYTES = 64 * 1024
_PIECE = 64 * 1024


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


@dataclass(frozen=True, slots=True)
class Body:
    """What a client sent: in `data`, or when it is long in `file`. `length` is in bytes."""

    length: int
    data: bytes = b""
    file: IO[bytes] | None = None

    def after(self, head: bytes) -> Iterator[bytes]:
        """Return a whole request from its head on, piece by piece; a short one is one piece."""
        yield head + self.data
        if self.file:
            self.file.seek(0)
            while piece := self.file.read(_PIECE):
                yield piece

    def close(self) -> None:
        """Forget what it holds."""
        if self.file:
            self.file.close()


def read_body(environ: dict[str, Any], limit: int, new_file: NewFile = tempfile.TemporaryFile) -> Body:
    """Return the whole body of a request. Raises TooLarge, BrokenOff or NoRoom."""
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise BadRequest("unsupported-content-coding", 415)
    source, promised = environ["wsgi.input"], _promised(environ)
    if promised is not None and promised > limit:
        raise TooLarge(limit)
    first = b"" if promised == 0 else _read(source, min(limit + 1, _WHOLE_BYTES))
    if len(first) > limit:
        raise TooLarge(limit)
    if len(first) == _WHOLE_BYTES:
        return _kept(source, first, limit, promised, new_file)
    _check_whole(len(first), promised)
    return Body(len(first), first)


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
