"""The start page: what the account is and how one gets from here to a course."""

import flask

start = flask.Blueprint("start", __name__)


@start.get("/")
def show() -> str:
    """Show what the account is, in three steps. Needs no service."""
    return flask.render_template("start.html")
