"""The WSGI application in front of everything: a plain callable, because every request passes it."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from ila_kit.context import Context, new_context, working_for
from ila_kit.errors import DomainError
from ila_kit.web.problems import BadRequest

from ila_gateway.access_log import Noted
from ila_gateway.answers import Answer, failed, refusal
from ila_gateway.bodies import BrokenOff, TooLarge, is_long
from ila_gateway.decisions import Decisions
from ila_gateway.front import DECISION, Front
from ila_gateway.headers import Headers, secured
from ila_gateway.paths import Target, canonical
from ila_gateway.proxy import Proxy
from ila_gateway.rates import Limits, told
from ila_gateway.routes import GATEWAY, PUBLIC, MethodNotAllowed, Route, Routes

log = logging.getLogger(__name__)
_UNREAD = "/"

StartResponse = Callable[..., Any]
Application = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Gateway:
    """Decides on one canonical path; a neighbour or our own application then answers the request."""

    def __init__(
        self,
        routes: Routes,
        decisions: Decisions,
        front: Front,
        proxy: Proxy,
        own: Application,
        public_url: str,
        limits: Limits,
        address_of: Callable[[dict[str, Any]], str],
    ):
        self._routes = routes
        self._decisions = decisions
        self._front = front
        self._limits = limits
        self._address_of = address_of
        self._proxy = proxy
        self._own = own
        self._scheme, _, self._host = public_url.partition("://")

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request."""
        began = time.perf_counter()
        context = new_context(None, environ.get("HTTP_TRACEPARENT"))
        with working_for(context):
            path, answer = self._answered(environ, context)
            answer.headers += [("X-Request-Id", context.request_id), *told(environ)]
            answer.headers += secured(answer.headers, self._scheme == "https")
            start_response(answer.status, answer.headers)
            return Noted(context, environ["REQUEST_METHOD"], path, answer, began)

    def _answered(self, environ: dict[str, Any], context: Context) -> tuple[str, Answer]:
        path = _UNREAD
        try:
            target = _target(environ)
            path = target.path
            return path, self._dispatched(environ, target, context)
        except DomainError as refused:
            if isinstance(refused, (TooLarge, BrokenOff)) or is_long(environ):
                _close_after(environ)
            allow = refused.allow if isinstance(refused, MethodNotAllowed) else None
            return path, refusal(environ, path, refused, allow)
        except Exception:
            log.exception("request failed")
            return path, failed(environ, path, "internal-error", 500)

    def _dispatched(self, environ: dict[str, Any], target: Target, context: Context) -> Answer:
        environ["REMOTE_ADDR"] = self._address_of(environ)
        if asked := self._front.asks(environ):
            return self._for_front(asked, environ, target.path)
        route = self._found(environ, target.path)
        if route.neighbour != GATEWAY:
            return self._proxy.forward(environ, route, target, context)
        if route.callers != PUBLIC:
            self._decisions.admit(environ, route)
        environ |= {"wsgi.url_scheme": self._scheme, "HTTP_HOST": self._host}
        return _captured(self._own, environ)

    def _for_front(self, asked: str, environ: dict[str, Any], path: str) -> Answer:
        """Answer nginx about a request. Raises what it asks us to say to the caller."""
        if asked == DECISION:
            return self._front.decided(environ, lambda: self._found(environ, path))
        raise self._front.refusal(asked, environ, lambda: self._routes.find(environ["REQUEST_METHOD"], path))

    def _found(self, environ: dict[str, Any], path: str) -> Route:
        """Return the operation asked for, counted by address; also who asks for nothing there is counts."""
        try:
            route = self._routes.find(environ["REQUEST_METHOD"], path)
        except DomainError:
            self._limits.check_address(environ)
            raise
        self._limits.check_address(environ, route.cost)
        return route


def _target(environ: dict[str, Any]) -> Target:
    """Return the canonical target. PATH_INFO is decoded already, so only the raw target tells the truth."""
    if "HTTP_HOST" not in environ and environ.get("SERVER_PROTOCOL") != "HTTP/1.0":
        raise BadRequest("bad-request", 400)
    target = canonical(environ["RAW_URI"])
    environ["QUERY_STRING"] = target.query
    return target


def _captured(application: Application, environ: dict[str, Any]) -> Answer:
    """Return the answer of our own application; it builds the whole body at once."""
    answer = Answer("500 Internal Server Error", [])

    def start(status: str, headers: Headers, *_: Any) -> None:
        answer.status, answer.headers = status, list(headers)

    answer.body = application(environ, start)
    return answer


def _close_after(environ: dict[str, Any]) -> None:
    """Have the server close the connection: what is left of the body is no next request."""
    refuse = getattr(environ["wsgi.input"], "refuse", None)
    if refuse:
        refuse()
