"""One canonical path: decided here, matched by us, and forwarded as it stands.

Two programs that read one address differently are two programs one of which can be fooled, so an
address that has more than one reading is refused, never mended.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from ila_kit.web.problems import BadRequest

LONGEST = 4_096
# A segment that has one spelling only, and is neither `.` nor `..`.
SEGMENT = r"[A-Za-z0-9_~-]+(?:\.[A-Za-z0-9_~-]+)*"
_PLAIN = re.compile(rf"(?:/{SEGMENT})+/?|/")
_TARGET = re.compile(r"/[\x21-\x7e]*")
_BROKEN_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_STILL_ENCODED = re.compile(r"%[0-9A-Fa-f]{2}")
_HOSTILE = re.compile(r"[\x00-\x1f\x7f-\x9f/\\;]")
_UNQUOTED = "-._~!$&'()*+,=:@"


class BadPath(BadRequest):
    """The address of a request has no one reading."""

    def __init__(self) -> None:
        super().__init__("bad-path", 400)


@dataclass(frozen=True, slots=True)
class Target:
    """A canonical request target: `path` percent-encoded in one way, `query` as it came."""

    path: str
    query: str

    @property
    def text(self) -> str:
        """The target as it stands in a request line."""
        return f"{self.path}?{self.query}" if self.query else self.path


def canonical(raw: str) -> Target:
    """Return the one reading of a raw request target. Raises BadPath when there are none or several."""
    if len(raw) > LONGEST or not _TARGET.fullmatch(raw) or "#" in raw:
        raise BadPath
    path, _, query = raw.partition("?")
    return Target(path if _PLAIN.fullmatch(path) else _spelled(path), query)


def _spelled(path: str) -> str:
    if _BROKEN_PERCENT.search(path) or "\\" in path or ";" in path:
        raise BadPath
    segments = path.split("/")[1:]
    inner, last = segments[:-1], segments[-1]
    return "/" + "/".join([*map(_segment, inner), _segment(last) if last else ""])


def _segment(encoded: str) -> str:
    """Return one segment in canonical spelling; an empty one would be `//`."""
    try:
        plain = unquote_to_bytes(encoded).decode("utf-8", "strict")
    except UnicodeDecodeError:
        raise BadPath from None
    if plain in ("", ".", "..") or _HOSTILE.search(plain) or _STILL_ENCODED.search(plain):
        raise BadPath
    return quote(plain, safe=_UNQUOTED)
