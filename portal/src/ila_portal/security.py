"""What every answer says to the browser: nothing foreign, no frames, no caches of personal pages."""

import flask

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
YEAR = 31_536_000


def init_app(app: flask.Flask) -> None:
    """Guard the answers of an application. Forms are guarded by the token of the session, which the
    gateway gives, takes back with every write and compares: one lock, where the session lives."""
    app.after_request(add_headers)


def add_headers(response: flask.Response) -> flask.Response:
    """Add the security headers, and say how long the answer may be kept."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if flask.request.endpoint == "static" and response.status_code == 200:
        response.headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    else:
        # Pages differ by language and session, and a shared computer must not show them again.
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers["Vary"] = "Cookie"
    return response
