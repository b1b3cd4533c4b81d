"""Cooperation agreements: prepared by one, signed by another, ended with a reason."""

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import AGENCY_SIGNATORY, AUDITOR, CONTRACTS, agency
from ila_portal.pages.provider.money import AGREEMENT, AGREEMENT_SHOWS, AGREEMENTS, SIGN

agency.add(
    "/agreements",
    Page(
        "agreements",
        {"agreements": Listing(AGREEMENTS)},
        shows=(Shown("number"), Shown("organisation_title", label="organisation"), *AGREEMENT_SHOWS[1:]),
        one="agency.agreement",
        roles=CONTRACTS + AGENCY_SIGNATORY + AUDITOR,
    ),
)
agency.add(
    "/agreements/<uuid:id>",
    Page(
        "agreement",
        {"agreement": AGREEMENT, "document": f"{AGREEMENT}/document"},
        shows=(Shown("organisation_title", label="organisation"), *AGREEMENT_SHOWS[1:]),
        deeds=(
            Deed(
                "signature",
                f"{AGREEMENT}/signatures",
                (SIGN, Field("read", "promise", label="signed")),
                verbs=("sign_for_agency",),
                roles=AGENCY_SIGNATORY,
                acr="high",
            ),
            Deed(
                "termination",
                f"{AGREEMENT}/termination",
                (
                    Field(
                        "outcome", "choice", choices=("ended", "terminated"), words="state", label="outcome"
                    ),
                    Field("reason", "area"),
                ),
                verbs=("end", "terminate"),
                roles=CONTRACTS,
                tone="danger",
            ),
        ),
        template="agreement.html",
        under="agreements",
        heading="number",
    ),
)
