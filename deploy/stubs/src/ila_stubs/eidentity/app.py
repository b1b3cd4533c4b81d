"""Wiring of the stand-in e-identity."""

from flask import Flask, Response, jsonify, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from ila_stubs.eidentity.clients import load_clients
from ila_stubs.eidentity.endpoints import endpoints
from ila_stubs.eidentity.errors import ProtocolError, UntrustedRequest
from ila_stubs.eidentity.faults import Fault
from ila_stubs.eidentity.provider import Provider
from ila_stubs.eidentity.settings import Settings
from ila_stubs.eidentity.tokens import load_key
from ila_stubs.faults import BadFault
from ila_stubs.personas import load


def provider_of(settings: Settings) -> Provider:
    """Return the provider the settings describe. Reads the files; connects to nothing."""
    key = load_key(settings.signing_key_file)
    people, clients = load(settings.personas_file), load_clients(settings.clients_file)
    return Provider.of(settings.issuer.rstrip("/"), key, people, clients)


def create_app(provider: Provider) -> Flask:
    """Build the WSGI application around a provider."""
    app = Flask("ila_stubs.eidentity")
    app.extensions["provider"] = provider
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 64 * 1024
    app.register_blueprint(endpoints)
    app.register_error_handler(ProtocolError, _refused)
    app.register_error_handler(UntrustedRequest, _shown)
    app.after_request(_secured)
    _add_health(app)
    _add_faults(app, provider)
    return app


def _refused(fault: ProtocolError) -> tuple[Response, int]:
    return jsonify(error=fault.error, error_description=fault.description), fault.status


def _shown(fault: UntrustedRequest) -> tuple[str, int]:
    return render_template("refused.html", reason=str(fault)), 400


def _secured(response: AnyResponse) -> AnyResponse:
    """Keep codes and tokens out of caches and Referer headers, and pages out of frames."""
    if request.endpoint not in ("eidentity.discovery", "eidentity.jwks", "static"):
        response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; frame-ancestors 'none'"
    )
    return response


def _add_health(app: Flask) -> None:
    @app.get("/health/live")
    def live() -> Response:
        return jsonify(status="ok")

    @app.get("/health/ready")
    def ready() -> Response:
        return jsonify(status="ok", checks={"personas": "ok", "clients": "ok"})


def _add_faults(app: Flask, provider: Provider) -> None:
    @app.get("/faults")
    def show_fault() -> Response:
        return jsonify(provider.faults.current.as_data())

    @app.put("/faults")
    def order_fault() -> tuple[Response, int] | Response:
        try:
            provider.faults.current = Fault.read(request.get_json(silent=True))
        except BadFault as refusal:
            return jsonify(error="invalid_fault", error_description=str(refusal)), 422
        return show_fault()
