"""Claims to check and approve; payment runs made, checked and released by three people."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, CHECKER, MAKER, RELEASER, agency
from ila_portal.pages.agency.desk import CLAIMS as CLAIM_OFFICER
from ila_portal.pages.provider.money import CLAIM, CLAIM_SHOWS, CLAIM_STATES, CLAIMS

RUNS = "/api/funding/v1/payment-runs"
RUN = f"{RUNS}/{{id}}"
PAYERS = MAKER + CHECKER + RELEASER
REASON = (Field("reason", "area"),)

WHOSE = Shown("organisation_id", "short", label="organisation")
RUN_SHOWS = (
    Shown("created_at", "moment"),
    Shown("amount", "money"),
    Shown("state", "tag"),
    Shown("due_at", "until"),
    Shown("bank_reference"),
    Shown("reason"),
)
REDUCTION = Deed(
    "claim-reduction",
    f"{CLAIM}/reduction",
    (Field("lines", "picks", words="claim.lines", label="lines", value="application_id"), *REASON),
    verbs=("reduce",),
    roles=CLAIM_OFFICER,
    tone="quiet",
)

agency.add(
    "/claims",
    Page(
        "claims",
        {"claims": Listing(CLAIMS, {"state": CLAIM_STATES})},
        shows=(CLAIM_SHOWS[0], WHOSE, *CLAIM_SHOWS[1:4]),
        one="agency.claim",
        roles=CLAIM_OFFICER + PAYERS + AUDITOR,
    ),
)
agency.add(
    "/claims/<uuid:id>",
    Page(
        "claim",
        {"claim": CLAIM},
        shows=(WHOSE, *CLAIM_SHOWS),
        deeds=(
            Deed("claim-check", f"{CLAIM}/check", verbs=("check",), roles=CLAIM_OFFICER),
            Deed("claim-approval", f"{CLAIM}/approval", verbs=("approve",), roles=CLAIM_OFFICER),
            REDUCTION,
            Deed(
                "claim-refusal",
                f"{CLAIM}/refusal",
                REASON,
                verbs=("refuse",),
                roles=CLAIM_OFFICER,
                tone="danger",
            ),
        ),
        template="claim.html",
        under="claims",
    ),
)
agency.add(
    "/payment-runs",
    Page(
        "runs",
        {"runs": Listing(RUNS), "claims": f"{CLAIMS}?state=approved&limit=200"},
        shows=RUN_SHOWS[:4],
        deeds=(
            Deed(
                "run",
                RUNS,
                (Field("claim_ids", "picks", words="claims.items"),),
                roles=MAKER,
                onward="agency.run",
            ),
        ),
        one="agency.run",
        roles=PAYERS + AUDITOR,
    ),
)
agency.add(
    "/payment-runs/<uuid:id>",
    Page(
        "run",
        {"run": RUN},
        shows=RUN_SHOWS,
        deeds=(
            Deed("run-check", f"{RUN}/check", verbs=("check",), roles=CHECKER),
            Deed("run-release", f"{RUN}/release", verbs=("release",), roles=RELEASER, acr="high"),
            Deed(
                "settlement",
                f"{RUN}/settlement",
                (Field("bank_reference"), Field("settled_on", "day")),
                verbs=("settle",),
                roles=CHECKER,
            ),
            Deed(
                "failure", f"{RUN}/failure", REASON, verbs=("fail",), roles=CHECKER + RELEASER, tone="danger"
            ),
        ),
        template="agency/run.html",
        under="runs",
    ),
)
