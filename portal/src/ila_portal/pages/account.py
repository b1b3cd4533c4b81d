"""My account: what it holds, what I applied for, what comes next."""

import flask
from werkzeug.wrappers import Response

from ila_portal.visitor import api, must_have_session, organisations, person, roles, seen_by_person

account = flask.Blueprint("account", __name__, url_prefix="/account")
BALANCE = "/api/funding/v1/accounts/me"
APPLICATIONS = "/api/applications/v1/applications"
ENTRIES = "/api/funding/v1/accounts/{person}/entries"


@account.get("")
def show() -> str | Response:
    """Show the balance, the applications and the next step; people who only work here go to their desk."""
    must_have_session()
    if person() and "learner" not in roles():
        return flask.redirect(flask.url_for(_desk()), 303)
    balance, applications = seen_by_person(BALANCE, APPLICATIONS)
    return flask.render_template("account.html", balance=balance, applications=applications["items"])


def _desk() -> str:
    """Return where somebody works who has no account here."""
    if organisations():
        return "provider_home.choose"
    return "employer_home.choose" if organisations("employer") else "agency.today"


@account.get("/entries")
def show_entries() -> str | Response:
    """Show every movement of the account, a page at a time."""
    must_have_session()
    seen_by_person()
    page = api().get(
        ENTRIES.format(person=flask.g.person["person_id"]), after=flask.request.args.get("after")
    )
    return flask.render_template("entries.html", page=page)
