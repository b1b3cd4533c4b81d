"""The draw of a call, explained to everybody: what was committed, pinned and drawn, how to recompute it."""

from typing import Any
from uuid import UUID

import flask

from ila_portal.api import NotThere, Refused
from ila_portal.forms import is_id
from ila_portal.pages.account import APPLICATIONS
from ila_portal.visitor import api, has_session

draws = flask.Blueprint("draws", __name__, url_prefix="/draws")
DRAW = "/api/applications/v1/calls/{id}/draw"
SCRIPT = "recompute_draw.py"


@draws.get("/<uuid:call_id>")
def show(call_id: UUID) -> str:
    """Show a draw, and beside it the entry of the application that a learner came from."""
    address = DRAW.format(id=call_id)
    draw = api().get(address)
    return flask.render_template(
        "draw.html",
        draw=draw,
        mine=_entry_of(flask.request.args.get("application", "")),
        address=address,
        script=SCRIPT,
        command=f"python3 {SCRIPT} draw.json --entries entries.json --commitment {draw['commitment']}",
    )


def _entry_of(application: str) -> Any:
    """Return the visitor's own entry; None for an application that is somebody else's or takes no part."""
    if not has_session() or not is_id(application):
        return None
    try:
        return api().get(f"{APPLICATIONS}/{application}/draw-entry")
    except (NotThere, Refused):
        return None
