"""Forwards a request to the neighbour its path names, as ours: our headers, our token, one canonical path."""

from contextlib import closing
from typing import Any

from ila_kit.context import Context

from ila_gateway import headers
from ila_gateway.answers import Answer, status_line
from ila_gateway.bodies import read_body
from ila_gateway.callers import READING, VISITOR, Callers, CsrfFailed, acting_for
from ila_gateway.decisions import Decisions
from ila_gateway.guard import Guarded
from ila_gateway.headers import Headers
from ila_gateway.paths import Target
from ila_gateway.routes import Route
from ila_gateway.tokens import Mint
from ila_gateway.upstream import Answer as UpstreamAnswer
from ila_gateway.upstream import Request


class Proxy:
    """The data plane: from a request on a route to the neighbour's answer."""

    def __init__(
        self,
        upstreams: dict[str, Guarded],
        decisions: Decisions,
        callers: Callers,
        mint: Mint,
        session_cookie: str,
        public_url: str,
    ):
        self._upstreams = upstreams
        self._callers = callers
        self._mint = mint
        self._decisions = decisions
        self._cookie = session_cookie
        scheme, _, host = public_url.partition("://")
        self._secure = scheme == "https"
        self._ours: Headers = [("X-Forwarded-Proto", scheme), ("X-Forwarded-Host", host)]

    def forward(self, environ: dict[str, Any], route: Route, target: Target, context: Context) -> Answer:
        """Return the neighbour's answer. Raises a problem when the request may not go there, or cannot."""
        prepare = self.identity if route.audience else self._for_portal
        sent = [
            *headers.passed_on(environ, to_pages=route.audience is None),
            *prepare(environ, route),
            ("X-Request-Id", context.request_id),
            ("traceparent", context.traceparent),
            ("X-Forwarded-For", environ.get("REMOTE_ADDR", "")),
            *self._ours,
        ]
        answered = self._exchange(environ, route, target, sent)
        try:
            return self._brought_back(environ, route, answered)
        except BaseException:
            answered.give_up()
            raise

    def rests(self, route: Route) -> bool:
        """Tell whether the neighbour of a route is left alone now."""
        return self._upstreams[route.neighbour].rests()

    def _brought_back(self, environ: dict[str, Any], route: Route, answered: UpstreamAnswer) -> Answer:
        """Return a neighbour's answer as the client sees it."""
        returned = headers.brought_back(answered.headers, cookies=route.audience is None)
        returned += [] if route.audience else self._new_cookie(environ)
        status = f"{answered.status} {answered.reason}" if answered.reason else status_line(answered.status)
        return Answer(status, returned, answered.body(), {"service": route.neighbour})

    def identity(self, environ: dict[str, Any], route: Route) -> Headers:
        """Return the identity token by which a service knows an admitted caller; none for a visitor.

        Raises a 401, 403 or 429 problem for who is not admitted.
        """
        caller = self._decisions.admit(environ, route)
        if caller is VISITOR:
            return []
        token = self._mint.token(caller, route.audience or "", acting_for(environ, caller))
        return [("Authorization", f"Bearer {token}")]

    def _for_portal(self, environ: dict[str, Any], _: Route) -> Headers:
        """Return the visitor's session for the portal; forms that a foreign page sends go nowhere."""
        origin = environ.get("HTTP_ORIGIN")
        if (
            environ["REQUEST_METHOD"] not in READING
            and origin is not None
            and not self._callers.is_ours(origin)
        ):
            raise CsrfFailed
        return headers.page_cookies(environ, self._cookie)

    def _new_cookie(self, environ: dict[str, Any]) -> Headers:
        """Return a new session cookie for a browser whose person's roles changed.

        Only answers to pages carry it: behind a call of the API may be the portal, which would lose it.
        """
        secret = self._callers.renewed(environ)
        return [headers.session_cookie(self._cookie, secret, self._secure)] if secret else []

    def _exchange(
        self, environ: dict[str, Any], route: Route, target: Target, sent: Headers
    ) -> UpstreamAnswer:
        """Ask the neighbour. What came whole and under an idempotency key may come twice there."""
        method = environ["REQUEST_METHOD"]
        neighbour = self._upstreams[route.neighbour]
        limit = route.body_limit(environ.get("CONTENT_TYPE", ""))
        with closing(read_body(environ, limit, neighbour.lane)) as body:
            repeatable = body.rest is None and (method in READING or "HTTP_IDEMPOTENCY_KEY" in environ)
            return neighbour.exchange(Request(method, target.text, sent, body, repeatable, route.seconds))
