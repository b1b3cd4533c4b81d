"""An employer: registering the company that one may represent, what its register said, and its people."""

from typing import Any

import flask
from werkzeug.wrappers import Response

from ila_portal.deeds import Deed
from ila_portal.desks import Desk, Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages import top_ups
from ila_portal.pages.provider.home import ORGANISATIONS
from ila_portal.pages.provider.institution import MEMBER_SHOWS, MEMBERS, ORGANISATION
from ila_portal.visitor import api, must_have_session, organisations

REGISTRATIONS = "/api/identity/v1/employer-registrations"
ONE = f"{REGISTRATIONS}/{{id}}"
ADMIN = ("employer_admin",)
STATES = ("pending", "confirmed", "active", "ended")

employer_registration = Desk("employer_registration", "/employer-registration")
employer_registration.add(
    "",
    Page(
        "show_form",
        {"registrations": f"{REGISTRATIONS}?limit=20"},
        deeds=(
            Deed(
                "employer-registration",
                REGISTRATIONS,
                (
                    Field("legal_person_number", "digits", label="company_number", hint=True),
                    Field("contact_email", "email"),
                ),
                onward="employer_registration.show_one",
                acr="high",
            ),
        ),
        template="employer/registration_form.html",
    ),
)
employer_registration.add(
    "/<uuid:id>",
    Page(
        "show_one",
        {"registration": ONE},
        deeds=(
            Deed(
                "employer-withdrawal",
                f"{ONE}/withdrawal",
                verbs=("withdrawal",),
                tone="quiet",
                acr="high",
            ),
        ),
        template="employer/registration.html",
    ),
)

employer_home = flask.Blueprint("employer_home", __name__, url_prefix="/employer")


@employer_home.get("")
def choose() -> str | Response:
    """Go to the one employer, show a choice of several, or how to register one."""
    must_have_session()
    mine = organisations("employer")
    if not mine:
        return flask.redirect(flask.url_for("employer_registration.show_form"), 303)
    if len(mine) == 1:
        return flask.redirect(flask.url_for("employer.overview", organisation_id=mine[0]), 303)
    listed = api().get(ORGANISATIONS, kind="employer", limit=200)["items"]
    return flask.render_template(
        "employer/choose.html", employers=[one for one in listed if one["id"] in mine]
    )


def _as_administrator(typed: dict[str, Any]) -> dict[str, Any]:
    """Return a new person of an employer, who has the one role there is."""
    return typed | {"roles": [*ADMIN]}


employer = Desk("employer", "/employer/<uuid:organisation_id>", ("overview", "members", "top_ups"))
employer.add(
    "",
    Page(
        "overview",
        {"organisation": ORGANISATION},
        shows=(
            Shown("legal_person_number"),
            Shown("seat"),
            Shown("approved_at", "moment", label="registered_at"),
        ),
        template="employer/overview.html",
        heading="title",
        words="status",
    ),
)
employer.add(
    "/members",
    Page(
        "members",
        {"members": Listing(MEMBERS, {"state": STATES})},
        shows=MEMBER_SHOWS,
        deeds=(
            Deed(
                "employer-member",
                MEMBERS,
                (Field("given_name"), Field("family_name"), Field("personal_code", hint=True)),
                roles=ADMIN,
                shape=_as_administrator,
                acr="high",
            ),
        ),
        row_deeds=(
            Deed(
                "member-confirmation",
                f"{MEMBERS}/{{target}}/confirmation",
                states=("pending",),
                roles=ADMIN,
                acr="high",
            ),
            Deed(
                "member-end",
                f"{MEMBERS}/{{target}}",
                method="DELETE",
                states=("pending", "confirmed", "active"),
                roles=ADMIN,
                acr="high",
            ),
        ),
        template="employer/members.html",
        roles=ADMIN,
    ),
)
TOP_UP = Deed(
    "top-up",
    top_ups.TOP_UPS,
    (Field("organisation_id", "given"), *top_ups.FIELDS),
    roles=ADMIN,
    shape=top_ups.as_sent,
)
top_ups.add_pages(
    employer,
    TOP_UP,
    (
        Deed(
            "top-up-reversal",
            f"{top_ups.TOP_UP}/reversal",
            (Field("reason", fresh=True),),
            verbs=("reverse",),
            roles=ADMIN,
        ),
    ),
    ADMIN,
)
employer.add(
    "/top-ups/<uuid:id>/new",
    Page(
        "top_up_form",
        {"calls": top_ups.PUBLISHED_CALLS},
        deeds=(TOP_UP,),
        template="employer/top_up_form.html",
        under="top_ups",
    ),
)
