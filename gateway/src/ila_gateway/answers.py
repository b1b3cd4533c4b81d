"""Answers the gateway gives itself: refusals, as a problem document or as a page for people."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from ila_kit.errors import DomainError
from ila_kit.texts import best_language
from ila_kit.web.problems import CONTENT_TYPE, problem, status_of
from jinja2 import Environment, PackageLoader, StrictUndefined

from ila_gateway.headers import Headers, cookie

_PAGES = Environment(
    loader=PackageLoader("ila_gateway"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_RETRY_SECONDS = "2"
_PASSING = (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
# What the portal remembers of a visitor; its pages and ours speak one language.
_LANGUAGE_COOKIE = "ila_portal_language"


@dataclass(slots=True)
class Answer:
    """An answer on its way to the client; `log` is what its line in the access log says beside."""

    status: str
    headers: Headers
    body: Iterable[bytes] = ()
    log: dict[str, Any] = field(default_factory=dict)


def refusal(environ: dict[str, Any], path: str, error: DomainError, headers: Headers | None = None) -> Answer:
    """Return the answer for a refused request: a page when a person asked for a page, else a problem."""
    return failed(environ, path, error.code, status_of(error), error.facts, headers)


def failed(
    environ: dict[str, Any],
    path: str,
    code: str,
    status: int,
    facts: dict[str, Any] | None = None,
    headers: Headers | None = None,
) -> Answer:
    """Return the answer for a request that failed with a stable code."""
    is_page = wants_page(environ, path)
    chosen = cookie(environ, _LANGUAGE_COOKIE) if is_page else None
    language = best_language(chosen or environ.get("HTTP_ACCEPT_LANGUAGE"))
    body = problem(code, status, facts or {}, instance=path, language=language, packages=("ila_gateway",))
    if is_page:
        kind = "text/html; charset=utf-8"
        data = page("problem.html", problem=body, language=language, passing=status in _PASSING)
    else:
        kind, data = CONTENT_TYPE, orjson.dumps(body, default=str)
    sent = [("Content-Type", kind), ("Content-Length", str(len(data))), ("Cache-Control", "no-store")]
    sent += [("WWW-Authenticate", "Bearer")] if status == HTTPStatus.UNAUTHORIZED else []
    wait = (facts or {}).get(
        "retry_after", _RETRY_SECONDS if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    )
    sent += [("Retry-After", str(wait))] if wait else []
    return Answer(status_line(status), sent + (headers or []), [data], {"code": code})


def wants_page(environ: dict[str, Any], path: str) -> bool:
    """Tell whether a browser asks for a page, and not a program for data."""
    return "text/html" in environ.get("HTTP_ACCEPT", "") and not path.startswith(("/api/", "/oauth/token"))


def page(template: str, **values: Any) -> bytes:
    """Return a page as UTF-8."""
    return _PAGES.get_template(template).render(**values).encode()


def status_line(status: int) -> str:
    """Return a status as a WSGI server wants it."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return f"{status} Unknown"
