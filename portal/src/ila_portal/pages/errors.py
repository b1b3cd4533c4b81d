"""What a visitor sees when something cannot be shown or done: plain words, a way on, never a trace.

When a form was sent, its page carries what was typed: one button sends it again, under the same key, so
that it is done once.
"""

import logging
from typing import Any

import flask
from ila_kit.context import current
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from ila_portal.api import NotThere, Refused, SignedOut, Unavailable
from ila_portal.deeds import UPLOAD_LIMIT
from ila_portal.visitor import here, way_to_sign_in, way_to_step_up

log = logging.getLogger(__name__)
# How a part of the platform fails to answer, where there are words for it.
NOT_AVAILABLE = {"service-busy": "busy", "busy": "busy", "service-timeout": "slow"}
WAIT = 10


def init_app(app: flask.Flask) -> None:
    """Show every failure of an application as a page."""
    app.register_error_handler(SignedOut, _signed_out)
    app.register_error_handler(NotThere, lambda _: page("404", 404))
    app.register_error_handler(Unavailable, _unavailable)
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def page(kind: str, status: int, wait: int | None = None, **facts: Any) -> flask.Response:
    """Return an error page; `kind` names its texts, `wait` is after how many seconds to try again."""
    html = flask.render_template("error.html", kind=kind, request_id=current().request_id, wait=wait, **facts)
    response = flask.Response(html, status)
    if wait:
        response.headers["Retry-After"] = str(wait)
    return response


def _signed_out(_: SignedOut) -> Any:
    """Send who only looks to sign in and back; who sent a form signs in beside it, and sends it again."""
    if flask.request.method != "POST":
        return flask.redirect(way_to_sign_in(here()), 303)
    beside = way_to_sign_in(flask.url_for("sign_in.show_signed_in"))
    return page("session-ended", 403, beside=beside, **_kept())


def _unavailable(fault: Unavailable) -> flask.Response:
    log.warning("gateway not available", extra={"fault": str(fault)})
    return page(NOT_AVAILABLE.get(fault.code, "503"), 503, fault.wait or WAIT, again=True, **_kept())


def _refused(refusal: Refused) -> flask.Response:
    """Say in words of ours what a page can help with; other refusals speak by the texts of the service."""
    if refusal.code == "assurance-too-low":
        return _too_low(refusal.status)
    if refusal.code == "too-many-requests":
        return page("429", refusal.status, refusal.wait or WAIT, again=True, **_kept())
    if refusal.code == "csrf-failed":
        return page("form", refusal.status)
    return page("refused", refusal.status, problem=refusal.problem)


def _too_low(status: int) -> flask.Response:
    """Offer a stronger sign-in: back to this page, or beside it when it carries what was typed."""
    kept = _kept()
    back = flask.url_for("sign_in.show_signed_in") if kept else here()
    way = {"beside" if kept else "stronger": way_to_step_up(back)}
    return page("step-up", status, **(kept | way))


def _kept() -> dict[str, Any]:
    """Return what the form carried that was sent; nothing when none was. Files are not kept."""
    if flask.request.method != "POST":
        return {}
    flask.request.max_content_length = UPLOAD_LIMIT
    try:
        return {"kept": list(flask.request.form.items(multi=True)), "lost_files": bool(flask.request.files)}
    except RequestEntityTooLarge:
        return {}


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
