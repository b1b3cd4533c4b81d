"""Applications to decide, contested decisions, results to verify."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.account import APPLICATIONS
from ila_portal.pages.agency.desk import APPEALS, AUDITOR, ELIGIBILITY, VERIFIER, agency
from ila_portal.pages.groups import GROUPS

ONE, GROUP = f"{APPLICATIONS}/{{id}}", f"{GROUPS}/{{id}}"
STATES = (
    "needs_evidence",
    "provisional",
    "contested",
    "offered",
    "enrolled",
    "learning",
    "completed",
    "ineligible",
)

agency.add(
    "/applications",
    Page(
        "applications",
        {"applications": Listing(APPLICATIONS, {"state": STATES})},
        shows=(
            Shown("receipt.sequence", label="receipt_number"),
            Shown("title", "spoken", label="programme"),
            Shown("state", "tag"),
            Shown("due_at", "until"),
            Shown("updated_at", "moment"),
        ),
        one="agency.application",
        roles=ELIGIBILITY + APPEALS + AUDITOR,
    ),
)
agency.add(
    "/applications/<uuid:id>",
    Page(
        "application",
        {"application": ONE, "timeline": f"{ONE}/timeline"},
        shows=(
            Shown("receipt.sequence", label="receipt_number"),
            Shown("receipt.received_at", "moment"),
            Shown("starts_on", "day"),
            Shown("due_at", "until"),
        ),
        deeds=(
            Deed(
                "eligibility-decision",
                f"{ONE}/decision",
                (
                    Field(
                        "outcome",
                        "choice",
                        choices=("eligible", "ineligible"),
                        words="state",
                        label="outcome",
                    ),
                    Field("reason", "area"),
                ),
                verbs=("accept_evidence", "confirm", "refuse"),
                roles=ELIGIBILITY,
                acr="high",
            ),
            Deed(
                "contest-decision",
                f"{ONE}/contest-decision",
                (
                    Field(
                        "outcome", "choice", choices=("upheld", "dismissed"), words="outcome", label="outcome"
                    ),
                    Field("reason", "area"),
                ),
                verbs=("uphold_contest", "dismiss_contest"),
                roles=APPEALS,
                acr="high",
            ),
        ),
        template="agency/application.html",
        under="applications",
        heading="title",
    ),
)
agency.add(
    "/results",
    Page(
        "results",
        {
            "groups": Listing(
                GROUPS, {"state": ("results_entered", "verified", "closed", "started", "recruiting")}
            )
        },
        shows=(
            Shown("title"),
            Shown("programme_title", "spoken", label="programme"),
            Shown("state", "tag", words="status"),
            Shown("members"),
            Shown("ends_on", "day"),
        ),
        one="agency.result",
        roles=VERIFIER + AUDITOR,
        words="status",
    ),
)
agency.add(
    "/results/<uuid:id>",
    Page(
        "result",
        {"group": GROUP, "results": f"{GROUP}/results"},
        shows=(
            Shown("programme_title", "spoken", label="programme"),
            Shown("starts_on", "day"),
            Shown("ends_on", "day"),
        ),
        deeds=(
            Deed(
                "verification",
                f"{GROUP}/results/verification",
                (Field("notes", "area", required=False),),
                verbs=("verify",),
                roles=VERIFIER,
            ),
        ),
        template="agency/result.html",
        under="results",
        heading="title",
        words="status",
    ),
)
