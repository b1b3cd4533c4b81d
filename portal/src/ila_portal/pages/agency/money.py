"""Claims to check and approve; payment runs made, checked and released by three people."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, CHECKER, MAKER, RELEASER, agency
from ila_portal.pages.agency.desk import CLAIMS as CLAIM_OFFICER
from ila_portal.pages.provider.money import CLAIM, CLAIM_SHOWS, CLAIM_STATES, CLAIMS

RUNS = "/api/funding/v1/payment-runs"
RUN = f"{RUNS}/{{id}}"
REASON = (Field("reason", "area"),)

agency.add(
    "/claims",
    Page(
        "claims",
        {"claims": Listing(CLAIMS, {"state": CLAIM_STATES})},
        shows=(*CLAIM_SHOWS[:1], Shown("organisation_title", label="organisation"), *CLAIM_SHOWS[1:]),
        one="agency.claim",
        roles=CLAIM_OFFICER + AUDITOR,
    ),
)
agency.add(
    "/claims/<uuid:id>",
    Page(
        "claim",
        {"claim": CLAIM},
        shows=(Shown("organisation_title", label="organisation"), *CLAIM_SHOWS),
        deeds=(
            Deed("claim-check", f"{CLAIM}/check", states=("submitted",), roles=CLAIM_OFFICER),
            Deed("claim-approval", f"{CLAIM}/approval", states=("checked",), roles=CLAIM_OFFICER),
            Deed(
                "claim-refusal",
                f"{CLAIM}/refusal",
                REASON,
                states=("submitted", "checked"),
                roles=CLAIM_OFFICER,
                tone="danger",
            ),
        ),
        template="claim.html",
        under="claims",
    ),
)
RUN_SHOWS = (
    Shown("made_at", "moment"),
    Shown("amount", "money"),
    Shown("state", "tag"),
    Shown("due_at", "until"),
)
agency.add(
    "/payment-runs",
    Page(
        "runs",
        {"runs": Listing(RUNS), "claims": f"{CLAIMS}?state=approved&limit=200"},
        shows=RUN_SHOWS,
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
        roles=MAKER + CHECKER + RELEASER + AUDITOR,
    ),
)
agency.add(
    "/payment-runs/<uuid:id>",
    Page(
        "run",
        {"run": RUN},
        shows=RUN_SHOWS,
        deeds=(
            Deed("run-check", f"{RUN}/check", states=("made",), roles=CHECKER),
            Deed("run-release", f"{RUN}/release", states=("checked",), roles=RELEASER),
            Deed(
                "settlement",
                f"{RUN}/settlement",
                (Field("bank_reference"), Field("settled_on", "day")),
                states=("released", "exported"),
                roles=CHECKER,
            ),
        ),
        template="agency/run.html",
        under="runs",
    ),
)
