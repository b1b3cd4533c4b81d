"""How far the scheme has come: two counters against their targets, for everybody."""

import flask

from ila_portal.visitor import api

indicators = flask.Blueprint("indicators", __name__, url_prefix="/indicators")
INDICATORS = "/api/funding/v1/public/indicators"


@indicators.get("")
def show() -> str:
    """Show the counters and their targets."""
    return flask.render_template("indicators.html", indicators=api().get(INDICATORS))
