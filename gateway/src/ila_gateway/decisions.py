"""Who may make a request: decided here for every operation, before anything reaches whoever answers it."""

from typing import Any

from ila_kit.errors import Denied
from ila_kit.web.access import AssuranceTooLow
from ila_kit.web.problems import BadRequest

from ila_gateway.callers import VISITOR, Callers, reaches
from ila_gateway.rates import Limits
from ila_gateway.routes import PUBLIC, Route
from ila_gateway.tokens import Caller

_CALLER = "ila.caller"


class Decisions:
    """Lets requests of operations in, or refuses them."""

    def __init__(self, callers: Callers, limits: Limits):
        self._callers = callers
        self._limits = limits

    def admit(self, environ: dict[str, Any], route: Route) -> Caller:
        """Return who makes a request, when they may. Raises a 401, 403 or 429 problem."""
        caller = self._callers.of(environ)
        if caller is VISITOR and route.callers != PUBLIC:
            raise BadRequest("unauthenticated", 401)
        self._limits.check_caller(environ, caller, route.cost)
        self._callers.check_write(environ, caller)
        check_right(route, caller)
        environ[_CALLER] = caller
        return caller


def check_right(route: Route, caller: Caller) -> None:
    """Pass callers who hold what an operation needs. Raises Denied or AssuranceTooLow.

    Nobody signed in for a machine, so it cannot sign in more strongly: acts of people are not its own.
    """
    if route.scope is not None and route.scope not in caller.scopes:
        raise Denied
    if reaches(caller.acr, route.assurance):
        return
    if caller.session is None:
        raise Denied
    raise AssuranceTooLow(needed=route.assurance)


def admitted(environ: dict[str, Any]) -> Caller:
    """Return whom `admit` let in with this request."""
    caller: Caller = environ[_CALLER]
    return caller
