"""My account: what it holds, what I applied for, what comes next."""

import flask
from werkzeug.wrappers import Response

from ila_portal.visitor import ME, api, has_session, to_sign_in

account = flask.Blueprint("account", __name__, url_prefix="/account")
BALANCE = "/api/funding/v1/accounts/me"
APPLICATIONS = "/api/applications/v1/applications"
ENTRIES = "/api/funding/v1/accounts/{person}/entries"


@account.get("")
def show() -> str | Response:
    """Show the balance, the applications and the next step."""
    if not has_session():
        return to_sign_in()
    person, balance, applications = api().get_together(ME, BALANCE, APPLICATIONS)
    return flask.render_template(
        "account.html", person=person, balance=balance, applications=applications["items"]
    )


@account.get("/entries")
def show_entries() -> str | Response:
    """Show every movement of the account, a page at a time."""
    if not has_session():
        return to_sign_in()
    person = api().get(ME)
    page = api().get(ENTRIES.format(person=person["person_id"]), after=flask.request.args.get("after"))
    return flask.render_template("entries.html", person=person, page=page)
