"""The body of a request: measured before it goes on, counted while it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gunicorn.http.errors import ParseException
from ila_kit.web.problems import BadRequest

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


@dataclass(frozen=True, slots=True)
class Body:
    """What a client sends: all of it in `data`, or the rest in `pieces` after what was read already.

    `length` is the promised length of a body in pieces; None when it comes chunked.
    """

    data: bytes
    pieces: Iterator[bytes] | None = None
    length: int | None = None


def read_body(environ: dict[str, Any], limit: int) -> Body:
    """Return the body of a request; a short one whole. Raises TooLarge or BrokenOff."""
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise BadRequest("unsupported-content-coding", 415)
    source = environ["wsgi.input"]
    if "HTTP_TRANSFER_ENCODING" in environ:
        return _chunked(source, limit)
    length = int(environ.get("CONTENT_LENGTH") or 0)
    if length > limit:
        raise TooLarge(limit)
    if length > _WHOLE_BYTES:
        return Body(b"", _measured(source, length), length)
    data = _read(source, length) if length else b""
    if len(data) < length:
        raise BrokenOff
    return Body(data)


def is_long(environ: dict[str, Any]) -> bool:
    """Tell whether the body of a request, unread, is longer than one would read only to throw it away."""
    return "HTTP_TRANSFER_ENCODING" in environ or int(environ.get("CONTENT_LENGTH") or 0) > _WHOLE_BYTES


def chunks(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Frame pieces as chunks."""
    for piece in pieces:
        yield b"%x\r\n%b\r\n" % (len(piece), piece)
    yield b"0\r\n\r\n"


def _measured(source: Any, length: int) -> Iterator[bytes]:
    left = length
    while left:
        piece = _read(source, min(_PIECE, left))
        if not piece:
            raise BrokenOff
        left -= len(piece)
        yield piece


def _chunked(source: Any, limit: int) -> Body:
    first = _read(source, _WHOLE_BYTES)
    if len(first) > limit:
        raise TooLarge(limit)
    return Body(first) if len(first) < _WHOLE_BYTES else Body(b"", _counted(source, first, limit))


def _counted(source: Any, first: bytes, limit: int) -> Iterator[bytes]:
    count, piece = 0, first
    while piece:
        count += len(piece)
        if count > limit:
            raise TooLarge(limit)
        yield piece
        piece = _read(source, _PIECE)


def _read(source: Any, size: int) -> bytes:
    """Read from the client. A body that is framed wrongly, or ends early, is the client's fault."""
    try:
        return bytes(source.read(size))
    except (OSError, ParseException) as fault:
        raise BrokenOff from fault
