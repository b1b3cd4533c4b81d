"""One application: its receipt, its way so far, and taking it back."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.ids import uuid7
from werkzeug.wrappers import Response

from ila_portal.api import Refused
from ila_portal.pages.account import APPLICATIONS
from ila_portal.visitor import ME, api, has_session, to_sign_in

applications = flask.Blueprint("applications", __name__, url_prefix="/applications/<uuid:application_id>")


@applications.get("")
def show_one(application_id: UUID) -> str | Response:
    """Show the receipt, the state in words and the timeline."""
    if not has_session():
        return to_sign_in()
    path = f"{APPLICATIONS}/{application_id}"
    application, timeline = api().get_together(path, f"{path}/timeline")
    return flask.render_template("application.html", application=application, timeline=timeline["items"])


@applications.get("/withdraw")
def ask_withdrawal(application_id: UUID) -> str | Response:
    """Say what withdrawing means, before it is done."""
    return _form(application_id) if has_session() else to_sign_in()


@applications.post("/withdraw")
def withdraw(application_id: UUID) -> Any:
    """Withdraw; the same form sent twice withdraws once."""
    if not has_session():
        return to_sign_in()
    form = flask.request.form
    path = f"{APPLICATIONS}/{application_id}/withdrawal"
    try:
        api().act(path, {}, key=form["key"], csrf=form["csrf_token"])
    except Refused as refusal:
        if refusal.status not in (409, 422):
            raise
        return _form(application_id, fault=refusal.problem), 422
    return flask.redirect(flask.url_for("applications.show_one", application_id=application_id), 303)


def _form(application_id: UUID, fault: Any = None) -> str:
    person, application = api().get_together(ME, f"{APPLICATIONS}/{application_id}")
    return flask.render_template(
        "withdraw.html", application=application, person=person, key=str(uuid7()), fault=fault
    )
