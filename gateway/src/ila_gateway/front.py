"""What nginx in front of us asks for: a decision on a request it forwards itself, or our words for what it
refused or missed. It asks with the request as it came, and two headers; nobody else knows the secret.
"""

from collections.abc import Callable
from typing import Any

from ila_kit.errors import DomainError

from ila_gateway.answers import Answer
from ila_gateway.bodies import TooLarge
from ila_gateway.callers import VISITOR, Callers
from ila_gateway.decisions import admitted
from ila_gateway.guard import ServiceBusy
from ila_gateway.headers import Headers
from ila_gateway.proxy import Proxy
from ila_gateway.rates import Limits
from ila_gateway.routes import Route
from ila_gateway.tokens import Caller
from ila_gateway.upstream import ServiceTimeout

DECISION = "decision"
_NO, _YES = "403 Forbidden", "204 No Content"


class Front:
    """Answers nginx. What it asks for is always about one request on one route."""

    def __init__(
        self, is_front: Callable[[dict[str, Any]], bool], proxy: Proxy, callers: Callers, limits: Limits
    ):
        self._is_front = is_front
        self._proxy = proxy
        self._callers = callers
        self._limits = limits

    def asks(self, environ: dict[str, Any]) -> str:
        """Return what nginx asks for; nothing for a request to be answered as usual, and for anybody else."""
        asked: str = environ.get("HTTP_X_FRONT_ASKS", "")
        return asked if asked and self._is_front(environ) else ""

    def decided(self, environ: dict[str, Any], find: Callable[[], Route]) -> Answer:
        """Return what nginx may forward a request with; 403 when it may not, for whatever reason.

        nginx then sends us the whole request, and the caller gets the refusal from here.
        """
        try:
            route = find()
            if route.audience is None or self._proxy.rests(route):
                return Answer(_NO, [])
            identity = self._proxy.identity(environ, route)
            caller = admitted(environ)
        except DomainError:
            return Answer(_NO, [])
        return Answer(_YES, [*_renamed(identity), *_counted_as(caller)])

    def refusal(self, asked: str, environ: dict[str, Any], find: Callable[[], Route]) -> DomainError:
        """Return what nginx made of a request, as the problem we would have made of it.

        Raises the one for a request that is for nobody; but whoever asks too often is told that first.
        """
        if asked == "too-many-requests":
            return self._limits.exhausted(environ, self._caller(environ))
        route = find()
        if asked == "body-too-large":
            return TooLarge(route.body_limit(environ.get("CONTENT_TYPE", "")))
        if asked == "service-timeout":
            return ServiceTimeout(route.neighbour)
        return ServiceBusy(service=route.neighbour)

    def _caller(self, environ: dict[str, Any]) -> Caller:
        try:
            return self._callers.of(environ)
        except DomainError:
            return VISITOR


def _renamed(identity: Headers) -> Headers:
    return [("X-Identity", value) for _, value in identity]


def _counted_as(caller: Caller) -> Headers:
    """Return whose share nginx counts a request to."""
    if caller.session is not None:
        return [("X-Person", caller.subject)]
    return [("X-Client", caller.subject)] if caller.scopes else []
