"""Which institution: the own one, chosen when there are several."""

import flask
from werkzeug.wrappers import Response

from ila_portal.visitor import api, must_have_session, organisations

provider_home = flask.Blueprint("provider_home", __name__, url_prefix="/provider")
ORGANISATIONS = "/api/identity/v1/organisations"


@provider_home.get("")
def choose() -> str | Response:
    """Go to the one institution, show a choice of several, or how to register one."""
    must_have_session()
    mine = organisations()
    if not mine:
        return flask.redirect(flask.url_for("registration.show_form"), 303)
    if len(mine) == 1:
        return flask.redirect(flask.url_for("provider.institution", organisation_id=mine[0]), 303)
    listed = api().get(ORGANISATIONS)["items"]
    return flask.render_template(
        "provider/choose.html", organisations=[one for one in listed if one["id"] in mine]
    )
