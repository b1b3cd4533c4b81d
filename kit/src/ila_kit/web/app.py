"""The web application of a service: everything but its own routes."""

import logging
import time
from collections.abc import Sequence
from typing import Any

import flask
import flask_smorest
import orjson
import sqlalchemy as sa
from flask.json.provider import JSONProvider

from ila_kit.context import new_context, working_for
from ila_kit.service_settings import ServiceSettings
from ila_kit.store.migrate import pending
from ila_kit.web import health, mechanics, problems
from ila_kit.web.identity import Verifier, fetch_keys
from ila_kit.web.problems import ProblemSchema
from ila_kit.web.resource import Resource, Wiring
from ila_kit.web.schemas import Money, MoneySchema

log = logging.getLogger(__name__)
BODY_LIMIT = 1024 * 1024


class Api(flask_smorest.Api):  # type: ignore[misc]
    """flask-smorest whose errors are problem documents."""

    ERROR_SCHEMA = ProblemSchema

    def _register_responses(self) -> None:
        self.DEFAULT_RESPONSE_CONTENT_TYPE = problems.CONTENT_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = "application/json"

    def _register_error_handlers(self) -> None:
        problems.init_app(self._app)


class OrjsonProvider(JSONProvider):
    """JSON by orjson."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Return the value of JSON text."""
        return orjson.loads(s)


class App(flask.Flask):
    """Flask that works for one request id and trace from the first byte to the last."""

    json_provider_class = OrjsonProvider

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Take up the request id and the trace, and put the id into the answer."""
        context = new_context(environ.get("HTTP_X_REQUEST_ID"), environ.get("HTTP_TRACEPARENT"))

        def start(status: str, headers: list[tuple[str, str]], *rest: Any) -> Any:
            return start_response(status, [*headers, ("X-Request-Id", context.request_id)], *rest)

        with working_for(context):
            return super().wsgi_app(environ, start)


def service_app(
    service: str,
    title: str,
    blueprints: Sequence[Resource],
    deps: Any,
    settings: ServiceSettings,
    *,
    package: str,
    verifier: Verifier | None = None,
    check_answers: bool = False,
) -> flask.Flask:
    """Return the WSGI application of a service. `deps.units` opens its units of work."""
    app = App(package)
    app.url_map.strict_slashes = True
    app.url_map.merge_slashes = False
    app.config |= {
        "API_TITLE": title,
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/",
        "OPENAPI_JSON_PATH": "openapi.json",
        "MAX_CONTENT_LENGTH": BODY_LIMIT,
    }
    verifier = verifier or Verifier(service, fetch_keys(settings.gateway_url))
    app.extensions["ila"] = Wiring(deps.units, verifier, deps, (package,), check_answers)
    api = Api(app)
    api.ma_plugin.converter.add_attribute_function(_describe_money)
    api.spec.components.security_scheme(
        "identity_token", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT of the gateway"}
    )
    for blueprint in [*blueprints, mechanics.audit(service), mechanics.operations(service)]:
        api.register_blueprint(blueprint)
    app.register_blueprint(health.blueprint(_checks(deps.units.engine, package)))
    app.after_request(_log_request)
    app.before_request(_note_start)
    return app


def _describe_money(_converter: Any, field: Any, **_: Any) -> dict[str, Any]:
    return {"description": MoneySchema.__doc__} if isinstance(field, Money) else {}


def _checks(engine: sa.Engine, package: str) -> health.Checks:
    def database() -> None:
        with engine.connect() as connection:
            connection.execute(sa.select(1))

    def migrations() -> None:
        if pending(engine, package):
            raise RuntimeError("migrations are pending")

    return {"database": database, "migrations": migrations}


def _note_start() -> None:
    flask.g.started = time.perf_counter()


def _log_request(response: flask.Response) -> flask.Response:
    """Log what was refused; what went well is in the gateway's access log, under the same request id."""
    if response.status_code >= 400 and not flask.request.path.startswith("/health"):
        log.info(
            "refused",
            extra={
                "method": flask.request.method,
                "route": str(flask.request.url_rule),
                "status": response.status_code,
                "ms": round((time.perf_counter() - flask.g.started) * 1000, 1),
            },
        )
    return response
