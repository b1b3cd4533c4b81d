"""Calls and their schedule, the commission, offers and their decisions, agreements."""

from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.agency.desk import (
    AGENCY_SIGNATORY,
    AUDITOR,
    CALL_MANAGER,
    CHAIR,
    COMMISSION,
    CONTRACTS,
    agency,
)  # fmt: skip
from ila_portal.pages.provider.money import AGREEMENT, AGREEMENT_SHOWS, AGREEMENTS, SIGN
from ila_portal.pages.provider.training import CATALOG, OFFER, OFFER_SHOWS, OFFERS, RECEIPT_SHOWS

CALLS, PUBLIC = f"{CATALOG}/calls", f"{CATALOG}/public/calls"
CALL = f"{CALLS}/{{id}}"
MOST_PHASES = 8
CRITERIA = ("administrative", "eligibility", "quality")
MOST_MEMBERS = 5


def _schedule(required: bool) -> tuple[Field, ...]:
    """Return the questions for when each phase opens and closes."""
    return tuple(
        Field(
            f"phases.{number}.{name}",
            kind,
            required,
            f"phase_{name}",
            grouped=True,
            fresh=name != "name",
        )
        for number in range(MOST_PHASES)
        for name, kind in (("name", "hidden"), ("opens_at", "instant"), ("closes_at", "instant"))
    )


def _only_moved(typed: dict[str, Any]) -> dict[str, Any]:
    """Leave out the phases for which nothing was typed."""
    return typed | {"phases": [phase for phase in typed["phases"] if len(phase) > 1]}


agency.add(
    "/calls",
    Page(
        "calls",
        {"calls": Listing(CALLS)},
        shows=(Shown("title", "spoken"), Shown("code"), Shown("state", "tag")),
        one="agency.call",
        roles=CALL_MANAGER + AUDITOR,
    ),
)
agency.add(
    "/calls/<uuid:id>",
    Page(
        "call",
        {"call": CALL, "changes": f"{CALL}/schedule-changes"},
        shows=(Shown("code"), Shown("published_at", "moment")),
        deeds=(
            Deed("publication", f"{CALL}/publication", states=("draft",), roles=CALL_MANAGER),
            Deed(
                "schedule-change",
                f"{CALL}/schedule-changes",
                (*_schedule(required=False), Field("reason", "area")),
                roles=CALL_MANAGER,
                states=("published",),
                shape=_only_moved,
            ),
            Deed(
                "copy",
                CALLS,
                (
                    Field("based_on", "given"),
                    Field("code", fresh=True),
                    Field("title_lv"),
                    Field("title_en"),
                    *_schedule(required=True),
                ),
                roles=CALL_MANAGER,
                onward="agency.call",
                tone="quiet",
            ),
        ),
        row_deeds=(
            Deed(
                "schedule-confirmation",
                f"{CALL}/schedule-changes/{{target}}/confirmation",
                states=("proposed",),
                roles=CALL_MANAGER,
            ),
        ),
        template="agency/call.html",
        under="calls",
        heading="title",
    ),
)
agency.add(
    "/calls/<uuid:id>/commission",
    Page(
        "commission",
        {"commission": f"{CALL}/commission"},
        deeds=(
            Deed(
                "commission",
                f"{CALL}/commission",
                (
                    *(
                        Field(f"members.{n}", required=n < 2, label="commission_member")
                        for n in range(MOST_MEMBERS)
                    ),
                    Field("chair", label="commission_chair"),
                ),
                method="PUT",
                versioned=True,
                roles=CALL_MANAGER,
            ),
        ),
        template="agency/commission.html",
        under="calls",
    ),
)
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
