"""What the commission does: declare interests, look at offers, decide with reasons."""

from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.calls import CALL
from ila_portal.pages.agency.desk import AUDITOR, CHAIR, COMMISSION, CONTRACTS, agency
from ila_portal.pages.provider.money import AGREEMENTS
from ila_portal.pages.provider.training import (
    CATALOG,
    OFFER,
    OFFER_CALL,
    OFFER_SHOWS,
    OFFERS,
    RECEIPT_SHOWS,
    papers_of_offer,
)

PUBLIC = f"{CATALOG}/public/calls"
CRITERIA = ("administrative", "eligibility", "quality")
DECLARATIONS = f"{CALL}/interest-declarations"
agency.add(
    "/declarations",
    Page(
        "declarations",
        {"calls": Listing(PUBLIC)},
        shows=(Shown("title", "spoken"), Shown("code")),
        one="agency.declarations_of_call",
        roles=COMMISSION,
    ),
)
agency.add(
    "/declarations/<uuid:id>",
    Page(
        "declarations_of_call",
        {"institutions": Listing(DECLARATIONS)},
        deeds=(
            Deed(
                "no-interest",
                DECLARATIONS,
                (Field("organisation_id", "hidden"),),
                roles=COMMISSION,
                tone="quiet",
                shape=lambda typed: typed | {"conflict": False},
            ),
            Deed(
                "interest",
                DECLARATIONS,
                (Field("organisation_id", "hidden"),),
                roles=COMMISSION,
                tone="quiet",
                shape=lambda typed: typed | {"conflict": True},
            ),
        ),
        template="agency/declarations.html",
        under="declarations",
    ),
)
agency.add(
    "/offers",
    Page(
        "offers",
        {
            "offers": Listing(
                OFFERS, {"state": ("submitted", "locked", "in_evaluation", "approved", "rejected", "final")}
            )
        },
        shows=(
            Shown("programme_title", "spoken", label="programme"),
            Shown("organisation_title", label="organisation"),
            Shown("kind", "word", words="kind"),
            Shown("state", "tag"),
        ),
        one="agency.offer",
        roles=COMMISSION + CONTRACTS + AUDITOR,
    ),
)


def _with_reasons(typed: dict[str, Any]) -> dict[str, Any]:
    """Return the outcome with its reason for each criterion."""
    reasons = [{"criterion": one, "text": typed[one]} for one in CRITERIA]
    return {"outcome": typed["outcome"], "reasons": reasons}


DECISION = Deed(
    "decision",
    f"{OFFER}/decision",
    (
        Field("outcome", "choice", choices=("approved", "rejected"), words="state"),
        *(Field(criterion, "area", label=f"criterion_{criterion}") for criterion in CRITERIA),
    ),
    verbs=("approve", "reject"),
    roles=CHAIR,
    shape=_with_reasons,
    acr="high",
)
agency.add(
    "/offers/<uuid:id>",
    Page(
        "offer",
        {"offer": OFFER, "papers": f"{OFFER}/attachments"},
        shows=OFFER_SHOWS,
        deeds=(
            DECISION,
            Deed(
                "agreement",
                AGREEMENTS,
                (Field("organisation_id", "hidden"), Field("call_id", "hidden")),
                states=("approved",),
                roles=CONTRACTS,
                onward="agency.agreement",
            ),
        ),
        template="offer.html",
        under="offers",
        heading="programme_title",
        then=OFFER_CALL,
        adds=papers_of_offer,
    ),
)
agency.add(
    "/offers/<uuid:id>/receipt",
    Page("receipt", {"receipt": f"{OFFER}/receipt"}, shows=RECEIPT_SHOWS, under="offers"),
)
agency.add(
    "/offers/<uuid:id>/decision",
    Page("offer_decision", {"decision": f"{OFFER}/decision"}, template="decision.html", under="offers"),
)
