"""Who looks at the page: session, language, request; and the API as this visitor may use it."""

from urllib.parse import urlencode

import flask
from ila_kit.context import current
from werkzeug.wrappers import Response

from ila_portal.api import Caller, Gateway
from ila_portal.texts import language

ME = "/auth/me"
SESSION_COOKIES = ("__Host-ila_session", "ila_session")


def api() -> Caller:
    """Return the API in the visitor's name: session, language, request id and trace go along."""
    gateway: Gateway = flask.current_app.extensions["gateway"]
    context = current()
    headers = {
        "Accept-Language": language(),
        "X-Request-Id": context.request_id,
        "traceparent": context.traceparent,
    }
    return Caller(gateway, headers | _session())


def has_session() -> bool:
    """Whether the browser shows a session; only the gateway knows if it is still good."""
    return bool(_session())


def to_sign_in() -> Response:
    """Return the way to sign in and back to this page."""
    return flask.redirect(f"/auth/login?{urlencode({'next': flask.request.path})}", 303)


def _session() -> dict[str, str]:
    for name in SESSION_COOKIES:
        if value := flask.request.cookies.get(name):
            return {"Cookie": f"{name}={value}"}
    return {}
