"""Apply for a programme: check the answers, confirm, get the receipt."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.ids import uuid7

from ila_portal.api import Refused
from ila_portal.deeds import Deed, Sent, carry_out
from ila_portal.forms import Field, Filled
from ila_portal.pages.account import APPLICATIONS
from ila_portal.pages.programmes import CATALOGUE, phase_of, quote_for
from ila_portal.visitor import api, must_have_session, seen_by_person

PROSPECTS = "/api/applications/v1/eligibility-checks"
apply = flask.Blueprint("apply", __name__, url_prefix="/programmes/<uuid:programme_id>/apply")
# What was shown is what is committed to: the service refuses when it has changed since.
APPLY = Deed(
    "apply",
    APPLICATIONS,
    (
        Field("programme_version", "hidden-whole"),
        Field("quoted_amount", "hidden-money"),
        Field("confirmed", "tick", label="applied"),
    ),
    onward="applications.show_one",
    acr="high",
)


@apply.get("/prospect")
def show_prospect(programme_id: UUID) -> Any:
    """Show how the rules of the call would judge the visitor today; nothing of it is kept."""
    must_have_session()
    (programme,) = seen_by_person(f"{CATALOGUE}/{programme_id}")
    asked = {"programme_id": str(programme_id)}
    found = api().act(PROSPECTS, asked, key=str(uuid7()), csrf=flask.g.person["csrf_token"])
    return flask.render_template("eligibility.html", programme=programme, prospect=found)


@apply.get("")
def check_answers(programme_id: UUID) -> Any:
    """Show what the visitor is about to commit to."""
    must_have_session()
    return _form(programme_id)


@apply.post("")
def send(programme_id: UUID) -> Any:
    """Create and submit the application; the same form sent twice applies once."""
    must_have_session()
    outcome = carry_out((APPLY,), _submitted)
    return (_form(programme_id, outcome), outcome.status) if isinstance(outcome, Filled) else outcome


def _submitted(sent: Sent) -> dict[str, Any]:
    application = _begun(sent)
    if "submit" in application["actions"]:
        path = f"{APPLICATIONS}/{application['id']}/submission"
        api().act(path, sent.body, key=f"{sent.key}.submit", csrf=sent.csrf)
    return application


def _begun(sent: Sent) -> dict[str, Any]:
    """Return a new draft, or the application that the person has for this programme already.

    A draft stays behind when its submission was refused, say because the price had changed.
    """
    begin = {"programme_id": str((flask.request.view_args or {})["programme_id"])}
    try:
        application: dict[str, Any] = api().act(APPLICATIONS, begin, key=f"{sent.key}.create", csrf=sent.csrf)
    except Refused as refusal:
        if refusal.code != "already-applied":
            raise
        mine = api().get(APPLICATIONS)["items"]
        found = [one for one in mine if one["programme_id"] == begin["programme_id"] and one["actions"]]
        if not found:
            raise
        application = found[0]
    return application


def _form(programme_id: UUID, filled: Filled | None = None) -> Any:
    """Return the form; with a new key, because what is sent next will be a new request."""
    (programme,) = seen_by_person(f"{CATALOGUE}/{programme_id}")
    if filled is None and phase_of(programme) != "open":
        return flask.redirect(flask.url_for("programmes.show_one", programme_id=programme_id), 303)
    quote = quote_for(programme)
    return flask.render_template(
        "apply.html",
        programme=programme,
        quote=quote,
        deed=APPLY,
        known={"programme_version": programme["version"], "quoted_amount": quote["amount"]},
        person=flask.g.person,
        key=str(uuid7()),
        filled=filled,
    )
