"""The gunicorn worker: refuses in our own words, and lets idle connections go when it is told to stop."""

import errno
import time
from contextlib import closing, nullcontext
from types import SimpleNamespace
from typing import Any

import gevent
import orjson
from gunicorn.http import errors
from gunicorn.http.message import Request
from gunicorn.http.parser import RequestParser
from gunicorn.workers.ggevent import GeventWorker
from ila_kit.ids import uuid7
from ila_kit.texts import problem_texts

from ila_gateway.server import Reply, environ_of

_LAST_WAIT_SECONDS = 1.0
_DRAINED_BYTES = 32 * 1024 * 1024
_DRAIN_SECONDS = 10
_PIECE = 64 * 1024
# A client that neither sends nor takes anything for so long is gone, and what it holds is free again.
_SILENCE_SECONDS = 60

_STATUS: list[tuple[type[Exception], int, str, str]] = [
    (errors.LimitRequestLine, 414, "URI Too Long", "bad-path"),
    (errors.LimitRequestHeaders, 431, "Request Header Fields Too Large", "headers-too-large"),
    (errors.ExpectationFailed, 417, "Expectation Failed", "bad-request"),
    (errors.UnsupportedTransferCoding, 501, "Not Implemented", "bad-request"),
    (errors.InvalidRequestLine, 400, "Bad Request", "bad-path"),
    (errors.ParseException, 400, "Bad Request", "bad-request"),
]
_GONE = (errno.EPIPE, errno.ECONNRESET, errno.ENOTCONN)
_OUR_FAULT = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


class Worker(GeventWorker):  # type: ignore[misc]
    """One greenlet per connection."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._waiting: set[_Wait] = set()
        self._reading = _plain(self.cfg)

    def notify(self) -> None:
        """Say once a second that the worker lives; while it stops, let silent connections go."""
        super().notify()
        if not self.alive:
            for wait in list(self._waiting):
                wait.end_if_silent()

    def handle(self, listener: Any, client: Any, addr: Any) -> None:
        """Answer the requests of one connection, one after the other, until either side has enough."""
        parser, here, req = _Parser(self._reading, client, addr), listener.getsockname(), None
        try:
            while (req := self._next(parser)) and self._goes_on(here, req, client, addr):
                pass
        except errors.NoMoreData:
            self.log.debug("a client left in the middle of its request")
        except OSError as fault:
            if fault.errno not in _GONE:
                self.log.exception("connection failed")
        except Exception as fault:
            self.handle_error(req, client, addr, fault)
        finally:
            client.close()

    def _next(self, parser: "_Parser") -> Any:
        """Return the next request; None when the client sends none, or takes too long over its head."""
        with _Wait(self._waiting, self._reading.keepalive if self.alive else _LAST_WAIT_SECONDS):
            return next(parser, None)
        return None

    def _goes_on(self, here: Any, req: Any, sock: Any, addr: Any) -> bool:
        """Answer one request, and tell whether another may follow.

        A refused body is read away before the connection closes: closing on a client that still sends
        would destroy the answer it has not read yet.
        """
        req.body.refuse = req.force_close
        if not self.alive:
            req.force_close()
        sock.settimeout(_SILENCE_SECONDS)
        try:
            self._answer(here, req, sock, addr)
        except (TimeoutError, gevent.GreenletExit):
            return False
        except _BrokeOff as fault:
            self.log.warning("an answer broke off: %s", fault)
            return False
        finally:
            if req.must_close:
                _drain(req.body)
            sock.settimeout(None)
        return not req.should_close()

    def _answer(self, here: Any, req: Any, sock: Any, addr: Any) -> None:
        """Have the application answer. What fails after the answer began can only break off."""
        if req._expected_100_continue:
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        reply = Reply(req, sock)
        try:
            pieces = self.wsgi(environ_of(req, addr, here), reply.start)
            with closing(pieces) if hasattr(pieces, "close") else nullcontext():
                reply.send(pieces)
        except (OSError, gevent.GreenletExit):
            raise
        except Exception as fault:
            if not reply.begun:
                raise
            raise _BrokeOff(type(fault).__name__) from fault

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        """Answer a request that cannot be read with a problem document that repeats nothing of it."""
        found = next((row for row in _STATUS if isinstance(exc, row[0])), None)
        if found is None or isinstance(exc, _OUR_FAULT):
            self.log.error("connection failed", exc_info=exc)
            found = (Exception, 500, "Internal Server Error", "internal-error")
        else:
            self.log.info("unreadable request refused: %s", type(exc).__name__)
        try:
            client.sendall(_refusal(*found[1:]))
        except OSError:
            self.log.debug("the client did not wait for its refusal")


class _BrokeOff(Exception):
    """An answer that had begun and could not be ended."""


class _Request(Request):  # type: ignore[misc]
    """A request as gunicorn reads it."""

    def _peer_is_trusted_proxy(self) -> bool:
        """Believe nobody what he says of himself in headers: that is decided behind (`addresses.py`)."""
        return False


class _Parser(RequestParser):  # type: ignore[misc]
    mesg_class = _Request


def _plain(cfg: Any) -> SimpleNamespace:
    """Return gunicorn's settings as plain attributes; it looks them up by name, dozens of times a request."""
    return SimpleNamespace(**{name: one.get() for name, one in cfg.settings.items()}, is_ssl=cfg.is_ssl)


class _Wait(gevent.Timeout):  # type: ignore[misc]
    """A bounded wait for a request, as a context that ends silently when the time is over."""

    def __init__(self, waiting: "set[_Wait]", seconds: float):
        super().__init__(seconds, False)
        self._waiting = waiting
        self._greenlet = gevent.getcurrent()
        self._began = time.monotonic()

    def __enter__(self) -> "_Wait":
        self._waiting.add(self)
        super().__enter__()
        return self

    def __exit__(self, kind: Any, value: Any, trace: Any) -> Any:
        self._waiting.discard(self)
        return super().__exit__(kind, value, trace)

    def end_if_silent(self) -> None:
        """End a wait in which nothing came for a while."""
        if time.monotonic() - self._began > _LAST_WAIT_SECONDS:
            self._greenlet.kill(self, block=False)


def _drain(body: Any) -> None:
    """Read what a client still sends, within bounds."""
    left = _DRAINED_BYTES
    with gevent.Timeout(_DRAIN_SECONDS, False):
        try:
            while left > 0 and (piece := body.read(_PIECE)):
                left -= len(piece)
        except (OSError, errors.ParseException):
            return


def _refusal(status: int, reason: str, code: str) -> bytes:
    """Return a whole HTTP answer; nothing is known of the request, not even its language."""
    # Imported here because gunicorn's master process reads this file too, and never answers.
    from ila_kit.web.problems import CONTENT_TYPE, TYPES

    texts = problem_texts("ila_kit", "ila_gateway")[code]
    request_id = str(uuid7())
    body = orjson.dumps(
        {
            "type": TYPES + code,
            "title": texts["title"]["lv"],
            "status": status,
            "detail": texts["detail"]["lv"],
            "instance": "/",
            "code": code,
            "request_id": request_id,
        }
    )
    head = (
        f"HTTP/1.1 {status} {reason}\r\nConnection: close\r\nContent-Type: {CONTENT_TYPE}\r\n"
        f"Content-Length: {len(body)}\r\nX-Request-Id: {request_id}\r\n\r\n"
    )
    return head.encode() + body
