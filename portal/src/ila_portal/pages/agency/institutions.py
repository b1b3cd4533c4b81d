"""Institutions: registrations to decide within one working day, and those that are admitted."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import APPROVER, AUDITOR, SANCTIONS, agency
from ila_portal.pages.provider.home import ORGANISATIONS
from ila_portal.pages.provider.institution import MEMBER_SHOWS
from ila_portal.pages.registration import ONE, REGISTRATIONS

ORGANISATION = f"{ORGANISATIONS}/{{id}}"
MEMBERS = f"{ORGANISATION}/members"
REASON = (Field("reason", "area", hint=True),)
STATUSES = ("submitted", "returned", "approved", "refused")

agency.add(
    "/registrations",
    Page(
        "registrations",
        {"registrations": Listing(REGISTRATIONS, {"status": STATUSES})},
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
        {"organisations": Listing(ORGANISATIONS)},
        shows=(
            Shown("title"),
            Shown("viis_number"),
            Shown("state", "tag", words="status"),
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
        shows=(
            Shown("viis_number"),
            Shown("legal_person_number"),
            Shown("institution_type"),
            Shown("seat"),
            Shown("territory_title", label="territory"),
        ),
        deeds=(
            Deed(
                "suspension",
                f"{ORGANISATION}/suspension",
                REASON,
                states=("active",),
                roles=SANCTIONS,
                tone="danger",
                acr="high",
            ),
            Deed(
                "reinstatement",
                f"{ORGANISATION}/reinstatement",
                REASON,
                states=("suspended",),
                roles=SANCTIONS,
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
                states=("pending",),
                roles=APPROVER,
                acr="high",
            ),
        ),
        under="organisations",
    ),
)
