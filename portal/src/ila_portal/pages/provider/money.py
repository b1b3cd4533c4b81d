"""The institution's agreement and its claims."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.provider.desk import ADMIN, EDITOR, OWN, SIGNATORY, provider
from ila_portal.pages.provider.training import CALLS, CATALOG

AGREEMENTS, CLAIMS = f"{CATALOG}/agreements", "/api/funding/v1/claims"
AGREEMENT, CLAIM = f"{AGREEMENTS}/{{id}}", f"{CLAIMS}/{{id}}"
CLAIM_STATES = ("built", "submitted", "checked", "approved", "reduced", "refused", "paid")
AGREEMENT_SHOWS = (
    Shown("number"),
    Shown("state", "tag"),
    Shown("due_at", "until"),
    Shown("in_force_at", "moment"),
    Shown("over_reason"),
)
CLAIM_SHOWS = (
    Shown("created_at", "moment"),
    Shown("amount", "money"),
    Shown("state", "tag"),
    Shown("due_at", "until"),
    Shown("reason"),
)
SIGN = Field("document_sha256", "hidden")

provider.add(
    "/agreements",
    Page(
        "agreements",
        {"agreements": Listing(AGREEMENTS, fixed=OWN)},
        shows=AGREEMENT_SHOWS,
        one="provider.agreement",
        roles=ADMIN + EDITOR + SIGNATORY,
    ),
)
provider.add(
    "/agreements/<uuid:id>",
    Page(
        "agreement",
        {"agreement": AGREEMENT, "document": f"{AGREEMENT}/document"},
        shows=AGREEMENT_SHOWS[1:],
        deeds=(
            Deed(
                "signature",
                f"{AGREEMENT}/signatures",
                (SIGN, Field("read", "promise", label="signed")),
                verbs=("sign_for_provider",),
                roles=SIGNATORY,
                acr="high",
            ),
        ),
        template="agreement.html",
        under="agreements",
        heading="number",
    ),
)
provider.add(
    "/claims",
    Page(
        "claims",
        {"claims": Listing(CLAIMS, {"state": CLAIM_STATES}, OWN), "calls": CALLS},
        shows=CLAIM_SHOWS,
        deeds=(
            Deed(
                "claim",
                CLAIMS,
                (
                    Field("organisation_id", "given"),
                    Field("call_id", "pick", words="calls.items", label="call"),
                ),
                roles=ADMIN + SIGNATORY,
                onward="provider.claim",
            ),
        ),
        one="provider.claim",
        roles=ADMIN + SIGNATORY,
    ),
)
provider.add(
    "/claims/<uuid:id>",
    Page(
        "claim",
        {"claim": CLAIM},
        shows=CLAIM_SHOWS,
        deeds=(
            Deed("claim-submission", f"{CLAIM}/submission", verbs=("submit",), roles=SIGNATORY, acr="high"),
        ),
        template="claim.html",
        under="claims",
    ),
)
