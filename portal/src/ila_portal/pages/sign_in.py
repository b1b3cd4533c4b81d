"""Around signing in: why it did not work, that one is in, that one is out. The gateway leads here."""

import flask

from ila_portal.visitor import local_path, way_to_sign_in, way_to_step_up

sign_in = flask.Blueprint("sign_in", __name__)
# Why signing in did not work, by the gateway's codes, and the status of the page that says so.
REASONS = {
    "sign-in-unavailable": 503,
    "sessions-unavailable": 503,
    "sign-in-expired": 400,
    "sign-in-cancelled": 403,
    "sign-in-refused": 403,
    "too-many-failures": 429,
    "assurance-not-reached": 403,
    "other-person-signed-in": 403,
}
STRONGER = ("assurance-not-reached", "other-person-signed-in")
PASSING = {"sign-in-unavailable": 10, "sessions-unavailable": 10}


@sign_in.get("/sign-in/<reason>")
def explain(reason: str) -> flask.Response:
    """Say why signing in did not work and what to do; another try leads where the first one was to."""
    if reason not in REASONS:
        flask.abort(404)
    back = local_path(flask.request.args.get("next", ""))
    stronger = reason in STRONGER
    html = flask.render_template(
        "sign_in_failed.html",
        reason=reason,
        again=way_to_step_up(back) if stronger else way_to_sign_in(back),
        back=back if stronger else "",
        wait=PASSING.get(reason),
    )
    response = flask.Response(html, REASONS[reason])
    if reason in PASSING:
        response.headers["Retry-After"] = str(PASSING[reason])
    return response


@sign_in.get("/signed-in")
def show_signed_in() -> str:
    """Say that one is signed in: in the tab beside a form that waits to be sent."""
    return flask.render_template("signed_in.html")


@sign_in.get("/signed-out")
def show_signed_out() -> str:
    """Say that one is signed out, here or everywhere."""
    return flask.render_template("signed_out.html", everywhere=flask.request.args.get("everywhere") == "true")
