"""Refusals as RFC 9457 problem documents, in the caller's language."""

import logging
from typing import Any

import flask
import marshmallow as ma
import orjson
import psycopg
import sqlalchemy as sa
from werkzeug.exceptions import HTTPException

from ila_kit.context import current
from ila_kit.errors import Conflict, Denied, DomainError, Missing, Refusal, Stale, Unavailable
from ila_kit.files.errors import FileTooLarge
from ila_kit.texts import best_language, fill, problem_texts

log = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
TYPES = "https://problems.ila.example/"
STATUS: dict[type[DomainError], int] = {
    FileTooLarge: 413,
    Denied: 403,
    Missing: 404,
    Conflict: 409,
    Stale: 412,
    Refusal: 422,
    Unavailable: 503,
}
OF_HTTP = {404: "not-found", 405: "method-not-allowed", 413: "body-too-large", 400: "invalid-request"}
RESERVED = {"type", "title", "status", "detail", "instance", "code", "request_id", "errors"}


class ProblemSchema(ma.Schema):
    """A problem document; facts of the refusal stand beside these members."""

    class Meta:
        unknown = ma.INCLUDE

    type = ma.fields.Url(required=True)
    title = ma.fields.String(required=True)
    status = ma.fields.Integer(required=True)
    detail = ma.fields.String(required=True)
    instance = ma.fields.String(required=True)
    code = ma.fields.String(required=True, metadata={"description": "stable; programs test this"})
    request_id = ma.fields.String(required=True)
    errors = ma.fields.Dict(metadata={"description": "JSON pointer of a field → what is wrong with it"})


class Invalid(DomainError):
    """Values of a request that do not fit; `errors` maps JSON pointers to texts."""

    code = "invalid-request"


class BadRequest(DomainError):
    """A request that cannot be read."""

    def __init__(self, code: str, status: int, **facts: Any) -> None:
        super().__init__(**facts)
        self.code, self.status = code, status  # type: ignore[misc]


def status_of(error: DomainError) -> int:
    """Return the HTTP status of a refusal."""
    if isinstance(error, BadRequest):
        return error.status
    return next((code for kind, code in STATUS.items() if isinstance(error, kind)), 422)


def problem(
    code: str, status: int, facts: dict[str, Any], *, instance: str, language: str, packages: tuple[str, ...]
) -> dict[str, Any]:
    """Return a problem document. Facts that are no reserved member are shown beside the texts."""
    texts = problem_texts("ila_kit", *packages)
    mine = texts.get(code) or texts["refused"]
    extra = {name: value for name, value in facts.items() if name not in RESERVED}
    body = extra | {
        "type": TYPES + code,
        "title": mine["title"][language],
        "status": status,
        "detail": fill(mine["detail"][language], facts),
        "instance": instance,
        "code": code,
        "request_id": current().request_id,
    }
    return body | {"errors": facts["errors"]} if "errors" in facts else body


def respond(
    code: str, status: int, facts: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> flask.Response:
    """Return the answer for a problem of the current request."""
    body = problem(
        code,
        status,
        facts or {},
        instance=flask.request.path,
        language=best_language(flask.request.headers.get("Accept-Language")),
        packages=flask.current_app.extensions["ila"].packages,
    )
    response = flask.Response(orjson.dumps(body, default=str), status, headers, content_type=CONTENT_TYPE)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    if status == 503:
        response.headers["Retry-After"] = "2"
    return response


def _of_domain(error: DomainError) -> flask.Response:
    return respond(error.code, status_of(error), error.facts)


def _of_http(error: HTTPException) -> flask.Response:
    """Keep the headers of the error (405 needs its Allow); a redirect of the router is no place of ours."""
    status = error.code if error.code and error.code >= 400 else 404
    headers = {name: value for name, value in error.get_headers() if name not in ("Content-Type", "Location")}
    facts = {"limit": flask.current_app.config["MAX_CONTENT_LENGTH"]} if status == 413 else {}
    return respond(OF_HTTP.get(status, "refused"), status, facts, headers)


def _of_store(error: sa.exc.SQLAlchemyError) -> flask.Response:
    """A store that is away, full or too slow is a passing fault; anything else is ours."""
    passing = (psycopg.OperationalError, psycopg.InterfaceError, psycopg.errors.InsufficientResources)
    if isinstance(error, sa.exc.TimeoutError) or isinstance(getattr(error, "orig", None), passing):
        log.warning("store not available", extra={"fault": type(getattr(error, "orig", error)).__name__})
        return respond("busy", 503)
    return _of_fault(error)


def _of_fault(error: Exception) -> flask.Response:
    log.error("request failed", exc_info=error)
    return respond("internal-error", 500)


def init_app(app: flask.Flask) -> None:
    """Show every error of an application as a problem document."""
    app.register_error_handler(DomainError, _of_domain)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(sa.exc.SQLAlchemyError, _of_store)
    app.register_error_handler(Exception, _of_fault)
