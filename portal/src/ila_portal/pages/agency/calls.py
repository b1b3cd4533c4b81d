"""Calls and their schedule, the commission, offers and their decisions, agreements."""

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
from ila_portal.pages.provider.training import CATALOG, OFFER, OFFERS

CALLS, PUBLIC = f"{CATALOG}/calls", f"{CATALOG}/public/calls"
CALL = f"{CALLS}/{{id}}"
PHASES = ("offers", "evaluation", "agreements", "applications", "learning")
CRITERIA = ("administrative", "eligibility", "quality")
MOST_MEMBERS = 5

SCHEDULE = tuple(
    Field(f"phases.{number}.{name}", kind, label=f"phase_{name}", grouped=name != "name")
    for number in range(len(PHASES))
    for name, kind in (("name", "hidden"), ("opens_at", "instant"), ("closes_at", "instant"))
)
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
                (*SCHEDULE, Field("reason", "area")),
                roles=CALL_MANAGER,
            ),
            Deed(
                "copy",
                CALLS,
                (Field("based_on", "hidden"), Field("code"), Field("title_lv"), Field("title_en"), *SCHEDULE),
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
agency.add(
    "/declarations",
    Page(
        "declarations",
        {"calls": PUBLIC, "providers": f"{CATALOG}/public/providers"},
        deeds=(
            Deed(
                "interest-declaration",
                f"{CALLS}/{{target}}/interest-declarations",
                (Field("organisation_id", label="organisation"), Field("conflict", "tick", required=False)),
                roles=COMMISSION,
            ),
        ),
        template="agency/declarations.html",
        roles=COMMISSION,
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
            Shown("title", "spoken"),
            Shown("organisation_title", label="organisation"),
            Shown("kind", "word", words="kind"),
            Shown("state", "tag"),
        ),
        one="agency.offer",
        roles=COMMISSION + CALL_MANAGER + CONTRACTS + AUDITOR,
    ),
)
DECISION = Deed(
    "decision",
    f"{OFFER}/decision",
    (
        Field("outcome", "choice", choices=("approved", "rejected"), words="state", label="outcome"),
        *(
            Field(f"reasons.{number}.{name}", kind, label=f"criterion_{criterion}")
            for number, criterion in enumerate(CRITERIA)
            for name, kind in (("criterion", "hidden"), ("text", "area"))
        ),
    ),
    states=("in_evaluation",),
    roles=CHAIR,
)
agency.add(
    "/offers/<uuid:id>",
    Page(
        "offer",
        {"offer": OFFER},
        shows=(
            Shown("organisation_title", label="organisation"),
            Shown("kind", "word", words="kind"),
            Shown("funding_source"),
            Shown("receipt.sequence", label="receipt_number"),
            Shown("receipt.received_at", "moment"),
            Shown("receipt.sha256", "code", label="fingerprint"),
        ),
        deeds=(DECISION,),
        template="agency/offer.html",
        under="offers",
        heading="title",
    ),
)
agency.add(
    "/agreements",
    Page(
        "agreements",
        {"agreements": Listing(AGREEMENTS), "organisations": f"{CATALOG}/public/providers"},
        shows=(Shown("number"), Shown("organisation_title", label="organisation"), *AGREEMENT_SHOWS[1:]),
        deeds=(
            Deed(
                "agreement",
                AGREEMENTS,
                (Field("organisation_id", label="organisation"), Field("call_id", label="call")),
                roles=CONTRACTS,
                onward="agency.agreement",
            ),
        ),
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
                states=("signed_by_provider",),
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
                states=("in_force", "amended"),
                roles=CONTRACTS,
                tone="danger",
            ),
        ),
        template="agreement.html",
        under="agreements",
        heading="number",
    ),
)
