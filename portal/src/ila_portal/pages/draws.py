"""The draw of a call, explained to everybody: what was committed, what was drawn, how to recompute it."""

from uuid import UUID

import flask

from ila_portal.forms import is_id
from ila_portal.pages.account import APPLICATIONS
from ila_portal.visitor import api, has_session

draws = flask.Blueprint("draws", __name__, url_prefix="/draws")
CALLS = "/api/applications/v1/calls"


@draws.get("/<uuid:call_id>")
def show(call_id: UUID) -> str:
    """Show a draw, and beside it the entry of the application that a learner came from."""
    draw = api().get(f"{CALLS}/{call_id}/draw")
    application = flask.request.args.get("application", "")
    mine = None
    if has_session() and is_id(application):
        mine = api().get(f"{APPLICATIONS}/{application}/draw-entry")
    command = f"python3 recompute_draw.py draw.json --commitment {draw['commitment']}"
    address = f"{CALLS}/{call_id}/draw/list"
    return flask.render_template("draw.html", draw=draw, mine=mine, list=address, command=command)
