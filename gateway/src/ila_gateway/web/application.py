"""The Flask application of our own addresses: its views, and how it says what went wrong."""

import logging
from typing import Any

import flask
from ila_kit.errors import DomainError
from ila_kit.web.problems import OF_HTTP
from werkzeug.exceptions import HTTPException

from ila_gateway.answers import Answer, failed, refusal
from ila_gateway.web.context import NAME
from ila_gateway.web.registers import registers
from ila_gateway.web.sign_in import auth
from ila_gateway.web.suite import suite
from ila_gateway.web.tokens import oauth

log = logging.getLogger(__name__)


def own_app(body_limit: int) -> flask.Flask:
    """Return the application, which still lacks its parts. The routes table names the same addresses."""
    app = flask.Flask(NAME, static_folder=None)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.config["MAX_CONTENT_LENGTH"] = body_limit
    for blueprint in (auth, oauth, registers, suite):
        app.register_blueprint(blueprint)
    app.register_error_handler(DomainError, _refused)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Exception, _of_fault)
    app.after_request(_keep_out_of_caches)
    return app


def _refused(error: DomainError) -> flask.Response:
    return _response(refusal(flask.request.environ, flask.request.path, error))


def _of_http(error: HTTPException) -> flask.Response:
    status = error.code if error.code and error.code >= 400 else 404
    allow = [(name, value) for name, value in error.get_headers() if name == "Allow"]
    facts: dict[str, Any] = {"limit": flask.current_app.config["MAX_CONTENT_LENGTH"]} if status == 413 else {}
    code = OF_HTTP.get(status, "refused")
    return _response(failed(flask.request.environ, flask.request.path, code, status, facts, allow))


def _of_fault(error: Exception) -> flask.Response:
    log.error("request failed", exc_info=error)
    return _response(failed(flask.request.environ, flask.request.path, "internal-error", 500))


def _response(answer: Answer) -> flask.Response:
    return flask.Response(answer.body, answer.status, answer.headers)


def _keep_out_of_caches(response: flask.Response) -> flask.Response:
    """Keep what is about one person out of every cache."""
    response.headers.setdefault("Cache-Control", "no-store")
    return response
