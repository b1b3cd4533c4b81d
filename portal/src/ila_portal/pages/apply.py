"""Apply for a programme: check the answers, confirm, get the receipt."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import flask
from ila_kit.ids import uuid7
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from ila_portal.api import Refused
from ila_portal.pages.programmes import CATALOGUE, phase_of, quote_for
from ila_portal.visitor import ME, api, has_session, to_sign_in

apply = flask.Blueprint("apply", __name__, url_prefix="/programmes/<uuid:programme_id>/apply")
HIDDEN = {"key", "csrf_token", "programme_version", "amount", "currency"}
LONGEST_KEY = 64
APPLICATIONS = "/api/applications/v1/applications"


@apply.get("")
def check_answers(programme_id: UUID) -> str | Response:
    """Show what the visitor is about to commit to."""
    if not has_session():
        return to_sign_in()
    person, programme = api().get_together(ME, f"{CATALOGUE}/{programme_id}")
    if phase_of(programme) != "open":
        return flask.redirect(flask.url_for("programmes.show_one", programme_id=programme_id), 303)
    return _form(person, programme)


@apply.post("")
def send(programme_id: UUID) -> Any:
    """Create and submit the application; the same form sent twice applies once."""
    if not has_session():
        return to_sign_in()
    form = flask.request.form
    if not _is_ours(form):
        flask.abort(400)
    if form.get("confirmed") != "yes":
        return _again(programme_id, {"field": "confirmed"}), 422
    try:
        application = _submitted(programme_id)
    except Refused as refusal:
        if refusal.status not in (409, 422):
            raise
        return _again(programme_id, refusal.problem), 422
    return flask.redirect(flask.url_for("applications.show_one", application_id=application["id"]), 303)


def _submitted(programme_id: UUID) -> dict[str, Any]:
    form = flask.request.form
    key, csrf = form["key"], form["csrf_token"]
    application = _begun(programme_id, key, csrf)
    if "submit" not in application["actions"]:
        return application
    # What was shown is what is committed to: the service refuses when it has changed since.
    seen = {
        "confirmed": True,
        "programme_version": int(form["programme_version"]),
        "quoted_amount": {"amount": form["amount"], "currency": form["currency"]},
    }
    api().act(f"{APPLICATIONS}/{application['id']}/submission", seen, key=f"{key}.submit", csrf=csrf)
    return application


def _begun(programme_id: UUID, key: str, csrf: str) -> dict[str, Any]:
    """Return a new draft, or the application that the person has for this programme already.

    A draft stays behind when its submission was refused, say because the price had changed.
    """
    begin = {"programme_id": str(programme_id)}
    try:
        application: dict[str, Any] = api().act(APPLICATIONS, begin, key=f"{key}.create", csrf=csrf)
    except Refused as refusal:
        if refusal.code != "already-applied":
            raise
        mine = api().get(APPLICATIONS)["items"]
        found = [one for one in mine if one["programme_id"] == str(programme_id) and one["actions"]]
        if not found:
            raise
        application = found[0]
    return application


def _is_ours(form: MultiDict[str, str]) -> bool:
    whole = form.get("programme_version", type=int) is not None
    return whole and set(form) >= HIDDEN and len(form["key"]) <= LONGEST_KEY


def _again(programme_id: UUID, fault: Mapping[str, Any]) -> str:
    """Return the form with what is wrong; a new key, because this will be a new request."""
    person, programme = api().get_together(ME, f"{CATALOGUE}/{programme_id}")
    return _form(person, programme, fault)


def _form(person: Any, programme: Any, fault: Mapping[str, Any] | None = None) -> str:
    return flask.render_template(
        "apply.html",
        programme=programme,
        quote=quote_for(programme),
        person=person,
        key=str(uuid7()),
        fault=fault,
    )
