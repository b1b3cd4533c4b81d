"""What the application is told of one request, and how its answer goes out.

gunicorn reads and checks requests for us. It would do these two things as well, for every kind of application
and server; that costs as much as all of our own work on a forwarded request. docs/decisions/0037.
"""

import re
import sys
import time
from collections.abc import Iterable
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote_to_bytes

from gunicorn.http import errors

Headers = list[tuple[str, str]]
# The name of the server program is nobody's business.
_SERVER = "ila"
_FORBIDDEN = re.compile(r"[^\t\x20-\x7e\x80-\xff]")
_BODILESS = frozenset({"204", "304"})


def environ_of(req: Any, client: Any, listener: Any) -> dict[str, Any]:
    """Return the WSGI environment of a request that gunicorn read; a header that came twice is joined."""
    environ: dict[str, Any] = {
        "REQUEST_METHOD": req.method,
        "RAW_URI": req.uri,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(req.path).decode("latin-1") if "%" in req.path else req.path,
        "QUERY_STRING": req.query,
        "SERVER_PROTOCOL": f"HTTP/{req.version[0]}.{req.version[1]}",
        "SERVER_NAME": listener[0],
        "SERVER_PORT": str(listener[1]),
        "REMOTE_ADDR": client[0],
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": req.scheme,
        "wsgi.input": req.body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in req.headers:
        key = name.replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + key
        environ[key] = f"{environ[key]},{value}" if key in environ else value
    return environ


class Reply:
    """The answer to one request on its way to the client."""

    def __init__(self, req: Any, sock: Any):
        self._req = req
        self._sock = sock
        self._status = ""
        self._headers: Headers = []
        self.begun = False

    def start(self, status: str, headers: Headers, *_: Any) -> None:
        """Take the head from the application (WSGI's `start_response`); it goes out with the first piece."""
        self._status, self._headers = status, headers

    def send(self, pieces: Iterable[bytes]) -> None:
        """Send the whole answer. A body without a length goes in chunks; to HTTP/1.0 its end is the close."""
        bodiless = self._req.method == "HEAD" or self._status[:3] in _BODILESS
        endless = not bodiless and all(name.lower() != "content-length" for name, _ in self._headers)
        chunked = endless and self._req.version >= (1, 1)
        if endless and not chunked:
            self._req.force_close()
        waiting = self._head(chunked)
        for piece in pieces if not bodiless else ():
            if piece:
                self._write(waiting + (b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece))
                waiting = b""
        if chunked or waiting:
            self._write(waiting + (b"0\r\n\r\n" if chunked else b""))

    def _head(self, chunked: bool) -> bytes:
        major, minor = self._req.version
        lines = [
            f"HTTP/{major}.{minor} {self._status}",
            f"Server: {_SERVER}",
            f"Date: {_date(int(time.time()))}",
            "Connection: close" if self._req.should_close() else "Connection: keep-alive",
            *(["Transfer-Encoding: chunked"] if chunked else []),
            *[f"{name}: {value}" for name, value in self._headers],
        ]
        text = "\r\n".join(lines)
        if len(_FORBIDDEN.findall(text)) != 2 * (len(lines) - 1):
            raise errors.InvalidResponseHeader("a line of the answer's head holds more than one line")
        return (text + "\r\n\r\n").encode("latin-1")

    def _write(self, data: bytes) -> None:
        self.begun = True
        self._sock.sendall(data)


class _Dates:
    second, text = 0, ""


def _date(second: int) -> str:
    """Return the time as HTTP writes it; the same text for all answers of one second."""
    if second != _Dates.second:
        _Dates.second, _Dates.text = second, formatdate(second, usegmt=True)
    return _Dates.text
