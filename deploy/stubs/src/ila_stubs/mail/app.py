"""What the stand-in mail server shows over HTTP."""

from flask import Blueprint, Flask, Response, current_app, jsonify, request

from ila_stubs.faults import BadFault
from ila_stubs.mail.sink import Sink

mail = Blueprint("mail", __name__)


def create_app(sink: Sink) -> Flask:
    """Build the WSGI application around a sink."""
    app = Flask("ila_stubs.mail")
    app.extensions["sink"] = sink
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.register_blueprint(mail)
    return app


@mail.get("/letters")
def show_letters() -> Response:
    """Show the letters taken, those to one address with `?to=`; the newest last."""
    to = request.args.get("to")
    return jsonify(items=[one for one in list(_sink().letters) if to is None or to in one["to"]])


@mail.get("/faults")
def show_fault() -> Response:
    """Show how the server is ordered to behave."""
    return jsonify(mode=_sink().mode, seconds=_sink().seconds)


@mail.put("/faults")
def order_fault() -> tuple[Response, int]:
    """Order a fault."""
    try:
        _sink().order(request.get_json(silent=True))
    except BadFault as refusal:
        return jsonify(error="invalid_fault", error_description=str(refusal)), 422
    return show_fault(), 200


@mail.get("/health/live")
def live() -> Response:
    """Tell that the process lives."""
    return jsonify(status="ok")


@mail.get("/health/ready")
def ready() -> Response:
    """Tell that letters are taken: the port was opened before the first request."""
    return jsonify(status="ok", checks={"smtp": "ok"})


def _sink() -> Sink:
    sink: Sink = current_app.extensions["sink"]
    return sink
