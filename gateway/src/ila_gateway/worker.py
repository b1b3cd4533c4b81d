"""The gunicorn worker: refuses in our own words, and lets idle connections go when it is told to stop."""

import time
from contextlib import closing, nullcontext
from typing import Any

import gevent
import orjson
from gunicorn.http import errors
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
_OUR_FAULT = (errors.ConfigurationProblem, errors.InvalidResponseHeader, errors.InvalidResponseHeaderName)


class Worker(GeventWorker):  # type: ignore[misc]
    """One greenlet per connection."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self._waiting: set[_Wait] = set()

    def timeout_ctx(self) -> "_Wait":
        """Bound the wait for the next request."""
        return _Wait(self._waiting, self.cfg.keepalive if self.alive else _LAST_WAIT_SECONDS)

    def notify(self) -> None:
        """Say once a second that the worker lives; while it stops, let silent connections go."""
        super().notify()
        if not self.alive:
            for wait in list(self._waiting):
                wait.end_if_silent()

    def handle_request(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Answer one request; a refused body is read away before the connection closes.

        Closing on a client that still sends would destroy the answer it has not read yet.
        """
        req.body.refuse = req.force_close
        if not self.alive:
            req.force_close()
        sock.settimeout(_SILENCE_SECONDS)
        try:
            self._answer(listener_name, req, sock, addr)
        finally:
            if req.must_close:
                _drain(req.body)
            sock.settimeout(None)
        if req.should_close():
            raise StopIteration

    def _answer(self, listener_name: Any, req: Any, sock: Any, addr: Any) -> None:
        """Have the application answer. What fails after the answer began can only break off."""
        if req._expected_100_continue:
            sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        reply = Reply(req, sock)
        try:
            pieces = self.wsgi(environ_of(req, addr, listener_name), reply.start)
            with closing(pieces) if hasattr(pieces, "close") else nullcontext():
                reply.send(pieces)
        except (TimeoutError, gevent.GreenletExit) as fault:
            raise StopIteration from fault
        except OSError:
            raise
        except Exception as fault:
            if not reply.begun:
                raise
            self.log.warning("an answer broke off: %s", type(fault).__name__)
            raise StopIteration from fault

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
