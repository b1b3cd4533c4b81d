"""Who holds which role of the agency: proposed by one administrator, confirmed by another, taken back."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AUDITOR, PLATFORM_ADMIN, agency

GRANTS = "/api/identity/v1/role-grants"
GRANT = f"{GRANTS}/{{target}}"
ROLES = (
    "user_approver", "call_manager", "council_member", "commission_member", "commission_chair",
    "contract_officer", "agency_signatory", "application_assistant", "counsellor", "eligibility_officer",
    "appeal_officer", "draw_officer", "result_verifier", "claim_officer", "payment_maker", "payment_checker",
    "payment_releaser", "rate_manager", "rate_approver", "inspector", "sanction_officer", "news_editor",
    "auditor", "platform_admin",
)  # fmt: skip

agency.add(
    "/roles",
    Page(
        "roles",
        {"grants": Listing(GRANTS, {"state": ("pending", "active"), "role": ROLES}, by_id=("person_id",))},
        row_deeds=(
            Deed(
                "grant-confirmation",
                f"{GRANT}/confirmation",
                states=("pending",),
                roles=PLATFORM_ADMIN,
                acr="high",
            ),
            Deed(
                "grant-refusal", GRANT, method="DELETE", states=("pending",), roles=PLATFORM_ADMIN, acr="high"
            ),
            Deed("grant-end", GRANT, method="DELETE", states=("active",), roles=PLATFORM_ADMIN, acr="high"),
        ),
        new="agency.role_form",
        template="agency/roles.html",
        roles=PLATFORM_ADMIN + AUDITOR,
        words="grant",
    ),
)
agency.add(
    "/roles/new",
    Page(
        "role_form",
        {},
        deeds=(
            Deed(
                "role",
                GRANTS,
                (
                    Field("person_id", hint=True),
                    Field("role", "choice", choices=ROLES, words="role"),
                    Field("reason", "area", label="grant_reason", hint=True),
                ),
                roles=PLATFORM_ADMIN,
                onward="agency.roles",
                acr="high",
            ),
        ),
        template="agency/role_form.html",
        under="roles",
    ),
)
