"""What a visitor sees when something cannot be shown: plain words, the request id, never a trace."""

import logging
from typing import Any

import flask
from ila_kit.context import current
from werkzeug.exceptions import HTTPException

from ila_portal.api import NotThere, Refused, SignedOut, Unavailable
from ila_portal.visitor import to_sign_in

log = logging.getLogger(__name__)
# Problems that have a page of their own words; other refusals speak by the texts of the service.
OWN_WORDS = {"csrf-failed": "form"}


def init_app(app: flask.Flask) -> None:
    """Show every failure of an application as a page."""
    app.register_error_handler(SignedOut, lambda _: to_sign_in())
    app.register_error_handler(NotThere, lambda _: page("404", 404))
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def page(kind: str, status: int, **facts: Any) -> flask.Response:
    """Return an error page; `kind` names its texts."""
    html = flask.render_template("error.html", kind=kind, request_id=current().request_id, **facts)
    return flask.Response(html, status)


def _unavailable(fault: Unavailable) -> flask.Response:
    log.warning("gateway not available", extra={"fault": str(fault)})
    response = page("503", 503)
    response.headers["Retry-After"] = "10"
    return response


def _refused(refusal: Refused) -> Any:
    if refusal.code == "assurance-too-low":
        return page("refused", refusal.status, problem=refusal.problem, sign_in=to_sign_in().location)
    if kind := OWN_WORDS.get(refusal.code):
        return page(kind, refusal.status)
    return page("refused", refusal.status, problem=refusal.problem)


def _http(error: HTTPException) -> Any:
    if error.code is None or error.code < 400:
        return error
    response = page("404" if error.code == 404 else "400", error.code)
    if "Allow" in (headers := dict(error.get_headers())):
        response.headers["Allow"] = headers["Allow"]
    return response


def _fault(error: Exception) -> flask.Response:
    log.error("page failed", exc_info=error)
    return page("500", 500)
