"""Institutions: registrations to decide within one working day, and those that are admitted."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import APPROVER, AUDITOR, SANCTIONS, agency
from ila_portal.pages.provider.home import ORGANISATIONS
from ila_portal.pages.provider.institution import INSTITUTION_SHOWS, MEMBER_SHOWS
from ila_portal.pages.registration import ONE, REGISTRATIONS

ORGANISATION = f"{ORGANISATIONS}/{{id}}"
MEMBERS = f"{ORGANISATION}/members"
REASON = (Field("reason", "area", hint=True),)
GROUNDS = (Field("facts", "area", hint=True), Field("legal_basis"))
SCOPES = ("new_offers", "new_enrolments", "payments", "all")
KINDS = ("institution", "employer")
STATUSES = ("submitted", "returned", "approved", "refused")

agency.add(
    "/registrations",
    Page(
        "registrations",
        # Who opens it sees what waits, and first what is due first.
        {
            "registrations": Listing(
                REGISTRATIONS, {"status": STATUSES}, {"status": "submitted", "sort": "due_at"}
            )
        },
        shows=(
            Shown("title", "name", label="organisation"),
            Shown("viis_number"),
            Shown("status", "tag", words="status"),
            Shown("received_at", "moment"),
            Shown("due_at", "until"),
        ),
        one="agency.registration",
        roles=APPROVER + AUDITOR,
        words="status",
    ),
)
agency.add(
    "/registrations/<uuid:id>",
    Page(
        "registration",
        {"registration": ONE},
        deeds=(
            Deed(
                "authorisation-check",
                f"{ONE}/authorisation-check",
                REASON,
                verbs=("authorisation-check",),
                versioned=True,
                roles=APPROVER,
                tone="quiet",
                acr="high",
            ),
            Deed("approval", f"{ONE}/approval", REASON, verbs=("approval",), roles=APPROVER, acr="high"),
            Deed(
                "return", f"{ONE}/return", REASON, verbs=("return",), roles=APPROVER, tone="quiet", acr="high"
            ),
            Deed(
                "refusal",
                f"{ONE}/refusal",
                REASON,
                verbs=("refusal",),
                roles=APPROVER,
                tone="danger",
                acr="high",
            ),
        ),
        template="registration.html",
        under="registrations",
        heading="title",
        words="status",
    ),
)
agency.add(
    "/organisations",
    Page(
        "organisations",
        {
            "organisations": Listing(
                ORGANISATIONS, {"kind": KINDS, "state": ("active", "suspended", "closed")}
            )
        },
        shows=(
            Shown("title"),
            Shown("viis_number"),
            Shown("state", "tag", words="status"),
            Shown("barred", "words", words="bar"),
            Shown("approved_at", "moment"),
        ),
        one="agency.organisation",
        roles=APPROVER + SANCTIONS + AUDITOR,
        words="status",
    ),
)
agency.add(
    "/organisations/<uuid:id>",
    Page(
        "organisation",
        {"organisation": ORGANISATION},
        shows=(*INSTITUTION_SHOWS, Shown("barred", "words", words="bar")),
        deeds=(
            Deed(
                "suspension",
                f"{ORGANISATION}/suspension",
                (
                    Field("scope", "choice", choices=SCOPES, words="bar"),
                    *GROUNDS,
                    Field("ends_on", "day", required=False, label="last_day", hint=True, fresh=True),
                ),
                states=("active", "suspended"),
                roles=SANCTIONS,
                tone="danger",
                acr="high",
            ),
            Deed(
                "reinstatement",
                f"{ORGANISATION}/reinstatement",
                (Field("reason", "area", hint=True, fresh=True),),
                states=("suspended",),
                roles=SANCTIONS,
                acr="high",
            ),
            Deed(
                "closure",
                f"{ORGANISATION}/closure",
                GROUNDS,
                states=("active", "suspended"),
                roles=SANCTIONS,
                tone="danger",
                acr="high",
            ),
        ),
        template="agency/organisation.html",
        under="organisations",
        heading="title",
        words="status",
    ),
)
agency.add(
    "/organisations/<uuid:id>/members",
    Page(
        "members",
        {"members": Listing(MEMBERS)},
        shows=MEMBER_SHOWS,
        row_deeds=(
            Deed(
                "member-confirmation",
                f"{MEMBERS}/{{target}}/confirmation",
                states=("pending", "changing"),
                roles=APPROVER,
                acr="high",
            ),
        ),
        under="organisations",
    ),
)
agency.add(
    "/organisations/<uuid:id>/sanctions",
    Page(
        "sanctions",
        {"sanctions": Listing(f"{ORGANISATION}/sanctions", {"state": ("in_force", "lifted", "ended")})},
        row_deeds=(
            Deed(
                "sanction-lifting",
                f"{ORGANISATION}/reinstatement",
                (Field("sanction_id", "target"), Field("reason", "area")),
                states=("in_force",),
                roles=SANCTIONS,
                acr="high",
            ),
        ),
        template="sanctions.html",
        under="organisations",
    ),
)
