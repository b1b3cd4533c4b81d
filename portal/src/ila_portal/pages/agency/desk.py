"""The blueprint of the agency's pages, and the roles that its people hold."""

from ila_portal.desks import Desk, Page

PLACES = (
    "today", "registrations", "organisations", "calls", "draws", "declarations", "offers", "agreements",
    "applications", "results", "holds", "claims", "runs", "methodologies", "budget", "top_ups", "periods",
    "late_changes", "ledger", "reconciliation", "roles",
)  # fmt: skip
agency = Desk("agency", "/agency", PLACES)
APPROVER, CALL_MANAGER = ("user_approver",), ("call_manager",)
CONTRACTS, AGENCY_SIGNATORY = ("contract_officer",), ("agency_signatory",)
COMMISSION, CHAIR = ("commission_member", "commission_chair"), ("commission_chair",)
ELIGIBILITY, APPEALS, VERIFIER = ("eligibility_officer",), ("appeal_officer",), ("result_verifier",)
CLAIMS, MAKER, CHECKER, RELEASER = (
    ("claim_officer",),
    ("payment_maker",),
    ("payment_checker",),
    ("payment_releaser",),
)
RATES, AUDITOR, SANCTIONS = ("rate_manager", "rate_approver"), ("auditor",), ("sanction_officer",)
PLATFORM_ADMIN, DRAWS = ("platform_admin",), ("draw_officer",)
EVERYBODY = (
    *APPROVER, *CALL_MANAGER, *CONTRACTS, *AGENCY_SIGNATORY, *COMMISSION, *ELIGIBILITY, *APPEALS, *VERIFIER,
    *CLAIMS,
    *MAKER, *CHECKER, *RELEASER, *RATES, *AUDITOR, *SANCTIONS, *PLATFORM_ADMIN, *DRAWS,
)  # fmt: skip

agency.add("", Page("today", {}, template="agency/today.html", roles=EVERYBODY))
