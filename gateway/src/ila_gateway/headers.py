"""What goes on, and what comes back: strip everything, then set what we stand for."""

from collections.abc import Iterable
from typing import Any

from werkzeug.http import dump_cookie

Headers = list[tuple[str, str]]

# From a client only these go on, by the name the server gives them. Neither Authorization nor Cookie,
# no X-*, no Forwarded, nothing of a connection: what is not named here does not pass.
PASSED = {
    "HTTP_ACCEPT": "Accept",
    "HTTP_ACCEPT_LANGUAGE": "Accept-Language",
    "HTTP_ACCEPT_ENCODING": "Accept-Encoding",
    "CONTENT_TYPE": "Content-Type",
    "HTTP_IDEMPOTENCY_KEY": "Idempotency-Key",
    "HTTP_IF_MATCH": "If-Match",
    "HTTP_IF_NONE_MATCH": "If-None-Match",
    "HTTP_IF_MODIFIED_SINCE": "If-Modified-Since",
    "HTTP_RANGE": "Range",
    "HTTP_IF_RANGE": "If-Range",
    "HTTP_USER_AGENT": "User-Agent",
}
# Pages also see where the visitor comes from, and what their small interactions (htmx) say.
_PASSED_TO_PAGES = PASSED | {
    "HTTP_ORIGIN": "Origin",
    "HTTP_REFERER": "Referer",
    "HTTP_HX_REQUEST": "HX-Request",
    "HTTP_HX_TARGET": "HX-Target",
    "HTTP_HX_TRIGGER": "HX-Trigger",
    "HTTP_HX_CURRENT_URL": "HX-Current-URL",
    "HTTP_HX_BOOSTED": "HX-Boosted",
}
_OF_CONNECTION = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-connection",
        "proxy-authenticate",
        "proxy-authorization",
        "te",
        "trailer",
    }
    | {"transfer-encoding", "upgrade"}
)
OURS = frozenset({"server", "date", "x-request-id", "x-powered-by", "via"})
PORTAL_COOKIE_PREFIX = "ila_portal_"

SECURITY: Headers = [
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "same-origin"),
    ("X-Frame-Options", "DENY"),
]
PAGE_SECURITY: Headers = [
    (
        "Content-Security-Policy",
        "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
]
STRICT_TRANSPORT = ("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def passed_on(environ: dict[str, Any], to_pages: bool) -> Headers:
    """Return the headers of a client that may reach a neighbour."""
    wanted = _PASSED_TO_PAGES if to_pages else PASSED
    return [(name, environ[key]) for key, name in wanted.items() if environ.get(key)]


def cookie(environ: dict[str, Any], name: str) -> str | None:
    """Return the value of a cookie; None when it is absent, or given twice and so in doubt."""
    values = [value for found, value in _cookies(environ) if found == name]
    return values[0] if len(values) == 1 else None


def session_cookie(name: str, secret: str, secure: bool) -> tuple[str, str]:
    """Return the header that gives a browser its session: out of reach of scripts and other sites."""
    return "Set-Cookie", dump_cookie(
        name, secret, path="/", secure=secure, httponly=True, samesite="Lax", max_size=0
    )


def page_cookies(environ: dict[str, Any], session_cookie: str) -> Headers:
    """Return the Cookie header the portal gets: the session, and cookies the portal named as its own."""
    session = cookie(environ, session_cookie)
    mine = [(session_cookie, session)] if session else []
    theirs = [pair for pair in _cookies(environ) if pair[0].startswith(PORTAL_COOKIE_PREFIX)]
    text = "; ".join(f"{name}={value}" for name, value in mine + theirs)
    return [("Cookie", text)] if text else []


def brought_back(answered: Headers, cookies: bool) -> Headers:
    """Return the headers of a neighbour's answer that a client sees.

    `cookies`: whether this neighbour may set the cookies it named as its own.
    """
    dropped = _OF_CONNECTION | OURS | _named_by_connection(answered)
    return [
        (name, value)
        for name, value in answered
        if (low := name.lower()) not in dropped and (low != "set-cookie" or (cookies and _is_portals(value)))
    ]


def secured(headers: Headers, secure: bool) -> Headers:
    """Return the security headers that an answer lacks; pages get more of them than data."""
    present = {name.lower() for name, _ in headers}
    kind = next((value for name, value in headers if name.lower() == "content-type"), "")
    wanted = SECURITY + PAGE_SECURITY if kind.startswith("text/html") else SECURITY
    wanted = [*wanted, STRICT_TRANSPORT] if secure else wanted
    return [pair for pair in wanted if pair[0].lower() not in present]


def _cookies(environ: dict[str, Any]) -> Iterable[tuple[str, str]]:
    for part in environ.get("HTTP_COOKIE", "").split(";"):
        name, _, value = part.strip().partition("=")
        yield name, value


def _is_portals(set_cookie: str) -> bool:
    return set_cookie.lstrip().startswith(PORTAL_COOKIE_PREFIX)


def _named_by_connection(answered: Headers) -> frozenset[str]:
    named = [value for name, value in answered if name.lower() == "connection"]
    return frozenset(part.strip().lower() for value in named for part in value.split(","))
