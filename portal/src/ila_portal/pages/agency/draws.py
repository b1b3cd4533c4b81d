"""Draws of places: how far each has come, and the public value that two officers give."""

from collections.abc import Mapping
from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, CALL_MANAGER, DRAWS, agency
from ila_portal.pages.draws import DRAW
from ila_portal.pages.provider.training import CATALOG

# The second officer types what the first did: nothing is filled in.
VALUE = (Field("value", label="public_value", fresh=True),)


def _by_draw(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the page of calls with those alone whose places are drawn."""
    drawn = [one for one in answers["calls"]["items"] if one["opening_mode"] == "draw"]
    return {"calls": answers["calls"] | {"items": drawn}}


agency.add(
    "/draws",
    Page(
        "draws",
        {"calls": Listing(f"{CATALOG}/public/calls")},
        shows=(Shown("title", "spoken"), Shown("code")),
        one="agency.draw",
        template="agency/draws.html",
        roles=DRAWS + CALL_MANAGER + AUDITOR,
        adds=_by_draw,
    ),
)
agency.add(
    "/draws/<uuid:id>",
    Page(
        "draw",
        {"draw": DRAW},
        deeds=(
            Deed("public-value", f"{DRAW}/public-value", VALUE, states=("pinned",), roles=DRAWS, acr="high"),
            Deed(
                "public-value-confirmation",
                f"{DRAW}/public-value/confirmation",
                VALUE,
                states=("pinned",),
                roles=DRAWS,
                acr="high",
            ),
        ),
        template="agency/draw.html",
        under="draws",
        words="draw_state",
        adds=lambda answers: {"address": DRAW.format(id=answers["draw"]["call_id"])},
    ),
)
