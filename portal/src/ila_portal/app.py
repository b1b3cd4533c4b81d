"""Wiring of the portal."""

import hashlib
import logging
import time
from importlib.resources import files
from typing import Any

import flask
from ila_kit.context import new_context, working_for
from ila_kit.web import health

from ila_portal import chrome, security, texts
from ila_portal.api import Gateway
from ila_portal.deeds import FORM_LIMIT
from ila_portal.pages import BLUEPRINTS, errors
from ila_portal.settings import Settings
from ila_portal.visitor import has_session

log = logging.getLogger(__name__)


class App(flask.Flask):
    """Flask that works for one request id and trace from the first byte to the last."""

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Take up the request id and the trace, and put the id into the answer."""
        context = new_context(environ.get("HTTP_X_REQUEST_ID"), environ.get("HTTP_TRACEPARENT"))

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("X-Request-Id", context.request_id)], *rest)

        with working_for(context):
            return super().wsgi_app(environ, start)


def create_app(settings: Settings) -> flask.Flask:
    """Build the WSGI application. Connects to nothing; the gateway may start later."""
    app = App("ila_portal", static_url_path="/assets")
    app.config |= {"MAX_CONTENT_LENGTH": FORM_LIMIT, "SECURE_COOKIES": settings.production}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    # One thread answers a page and may have one call beside it.
    connections = 2 * settings.web_threads
    app.extensions["gateway"] = Gateway(
        settings.gateway_url, settings.connect_seconds, settings.answer_seconds, connections
    )
    texts.init_app(app)
    chrome.init_app(app)
    security.init_app(app)
    errors.init_app(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.register_blueprint(health.blueprint({"texts": _texts_are_there}))
    app.context_processor(_known_everywhere)
    app.before_request(_note_start)
    app.after_request(_keep_language)
    app.after_request(_log_request)
    app.extensions["style_version"] = _fingerprint("portal.css")
    return app


def _texts_are_there() -> None:
    # Deliberately not the gateway: it waits for the portal, and without it we still show a friendly page.
    for name in texts.LANGUAGES:
        texts.catalogue(name)


def _fingerprint(name: str) -> str:
    return hashlib.sha256((files("ila_portal") / "static" / name).read_bytes()).hexdigest()[:12]


def _known_everywhere() -> dict[str, Any]:
    other = texts.LANGUAGES[1 - texts.LANGUAGES.index(texts.language())]
    kept = {name: value for name, value in flask.request.args.items() if name != "lang"}
    return {
        "language": texts.language(),
        "other_language": other,
        "other_language_query": kept | {"lang": other},
        "signed_in": has_session(),
        "style_version": flask.current_app.extensions["style_version"],
    }


def _keep_language(response: flask.Response) -> flask.Response:
    if flask.request.args.get("lang") in texts.LANGUAGES:
        response.set_cookie(
            texts.LANGUAGE_COOKIE,
            flask.request.args["lang"],
            max_age=security.YEAR,
            secure=flask.current_app.config["SECURE_COOKIES"],
            httponly=True,
            samesite="Lax",
        )
    return response


def _note_start() -> None:
    flask.g.started = time.perf_counter()


def _log_request(response: flask.Response) -> flask.Response:
    if flask.request.endpoint != "static" and not flask.request.path.startswith("/health"):
        spent = time.perf_counter() - flask.g.get("started", time.perf_counter())
        facts = {
            "method": flask.request.method,
            "route": str(flask.request.url_rule),
            "status": response.status_code,
            "ms": round(spent * 1000, 1),
        }
        log.info("request", extra=facts)
    return response
