"""My data: what is kept about me, who looked at it, everything in one file, and being erased."""

import flask

from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Listing, Page
from ila_portal.forms import Field
from ila_portal.pages.account import APPLICATIONS

my_data = Desk("my_data", "/my-data")
ME = "/api/identity/v1/persons/me"
LOOKS, EXPORTS, ERASURE = f"{ME}/access-log", f"{ME}/exports", f"{ME}/erasure"
SERVICES = ("identity", "applications", "funding")

my_data.add(
    "", Page("overview", {"profile": ME, "looks": f"{LOOKS}?limit=3"}, template="my_data/overview.html")
)
my_data.add(
    "/looks",
    Page("looks", {"looks": Listing(LOOKS, {"service": SERVICES})}, template="my_data/looks.html"),
)
EXPORT = Deed("export", EXPORTS, onward="my_data.one_export", acr="high")
my_data.add(
    "/export",
    Page("export", {"exports": Listing(EXPORTS)}, deeds=(EXPORT,), template="my_data/export.html"),
)
my_data.add(
    "/exports/<uuid:id>",
    Page("one_export", {"export": f"{EXPORTS}/{{id}}"}, template="my_data/one_export.html"),
)
# Whoever has done it is nobody's account any more: what comes next is said on a page that needs none.
ERASE = Deed(
    "erasure",
    ERASURE,
    (Field("understood", "promise", label="erasure-understood"),),
    onward="my_data.show_erased",
    tone="danger",
    acr="high",
)
my_data.add(
    "/erasure",
    Page(
        "erasure",
        {"applications": f"{APPLICATIONS}?limit=200"},
        deeds=(ERASE,),
        template="my_data/erasure.html",
    ),
)


@my_data.get("/erased")
def show_erased() -> str:
    """Say what happens to the data of somebody who asked to be erased, and is signed out by that."""
    return flask.render_template("my_data/erased.html")
