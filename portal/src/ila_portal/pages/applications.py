"""One application: its receipt and its way so far; taking it back, taking the place, contesting a refusal."""

from uuid import UUID

import flask
from werkzeug.wrappers import Response

from ila_portal.api import NotThere
from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Page
from ila_portal.forms import Field
from ila_portal.pages.account import APPLICATIONS
from ila_portal.texts import language
from ila_portal.visitor import api, must_have_session

applications = Desk("applications", "/applications/<uuid:id>")
ONE = f"{APPLICATIONS}/{{id}}"
BACK = "applications.show_one"
HOLDS = "/api/funding/v1/holds"

applications.add(
    "", Page("show_one", {"application": ONE, "timeline": f"{ONE}/timeline"}, template="application.html")
)
applications.add(
    "/withdraw",
    Page(
        "withdraw",
        {"application": ONE},
        deeds=(Deed("withdrawal", f"{ONE}/withdrawal", verbs=("withdraw",), onward=BACK, tone="danger"),),
        template="withdraw.html",
    ),
)
# What was shown is what is committed to: the service refuses when it has changed since.
ACCEPTANCE = Deed(
    "acceptance",
    f"{ONE}/acceptance",
    (
        Field("programme_version", "hidden-whole"),
        Field("amount", "hidden-money"),
        Field("confirmed", "tick", label="accepted"),
    ),
    verbs=("accept",),
    onward=BACK,
    acr="high",
)
applications.add("/accept", Page("accept", {"application": ONE}, deeds=(ACCEPTANCE,), template="accept.html"))
CONTEST = Deed(
    "contest",
    f"{ONE}/contest",
    (Field("reason", "area", label="contest-reason", hint=True),),
    verbs=("contest",),
    onward=BACK,
)
applications.add("/contest", Page("contest", {"application": ONE}, deeds=(CONTEST,), template="contest.html"))
EVIDENCE = Deed(
    "evidence",
    f"{ONE}/evidence",
    (Field("note", "area", required=False, label="evidence-note"), Field("evidence", "file", hint=True)),
    verbs=("give_evidence",),
)
applications.add(
    "/evidence",
    Page(
        "evidence",
        {"application": ONE, "evidence": f"{ONE}/evidence"},
        deeds=(EVIDENCE,),
        template="evidence.html",
    ),
)


@applications.get("/statement")
def statement(id: UUID) -> Response:
    """Lead to the PDF that says how the price of the application came about, in the page's language."""
    must_have_session()
    held = api().get(HOLDS, application_id=str(id), limit=1)["items"]
    if not held:
        raise NotThere
    return flask.redirect(f"{HOLDS}/{held[0]['id']}/statement.pdf?lang={language()}", 303)
