"""What the institution offers: places, programmes, offers with their receipts."""

from collections.abc import Mapping
from typing import Any

from ila_portal.deeds import Deed
from ila_portal.desks import Listing, Page, Shown
from ila_portal.forms import Field
from ila_portal.pages.programmes import KINDS
from ila_portal.pages.provider.desk import EDITOR, OWN, SIGNATORY, provider

CATALOG = "/api/catalog/v1"
CALLS, PLACES = f"{CATALOG}/public/calls", f"{CATALOG}/places"
PROGRAMMES, OFFERS = f"{CATALOG}/programmes", f"{CATALOG}/offers"
PROGRAMME, OFFER = f"{PROGRAMMES}/{{id}}", f"{OFFERS}/{{id}}"
OFFER_STATES = ("draft", "submitted", "withdrawn", "locked", "in_evaluation", "approved", "rejected", "final")
MOST_PARTS, MOST_AIMS = 4, 2
MODES, LANGUAGES = ("in_person", "remote", "mixed"), ("lv", "en")

provider.add(
    "/places",
    Page(
        "places",
        {"places": Listing(PLACES, fixed=OWN)},
        shows=(
            Shown("text"),
            Shown("state", "tag", words="status"),
            Shown("address", label="register_address"),
            Shown("updated_at", "moment"),
        ),
        deeds=(
            Deed(
                "place", PLACES, (Field("organisation_id", "given"), Field("text", hint=True)), roles=EDITOR
            ),
        ),
        roles=EDITOR + SIGNATORY,
        words="status",
    ),
)
provider.add(
    "/calls",
    Page(
        "calls",
        {"calls": Listing(CALLS)},
        shows=(Shown("title", "spoken"), Shown("code")),
        one="provider.programme_form",
        roles=EDITOR,
        template="provider/calls.html",
    ),
)
PART = (("title", "text"), ("title_en", "text"), ("hours", "whole"), ("digital_hours", "whole"))
PARTS = tuple(
    Field(f"parts.{number}.{name}", kind, required=number == 0, label=f"part_{name}", grouped=True)
    for number in range(MOST_PARTS)
    for name, kind in PART
)
AIMS = tuple(
    Field(f"digcomp.{number}.{name}", "whole", required=number == 0, label=f"digcomp_{name}", grouped=True)
    for number in range(MOST_AIMS)
    for name in ("area", "level")
)
CONTENT = (
    Field("organisation_id", "given"),
    Field("call_id", "hidden"),
    Field("kind", "choice", choices=KINDS, words="kind"),
    Field("title_lv"),
    Field("title_en"),
    Field("description_lv", "area"),
    Field("description_en", "area"),
    *PARTS,
    Field("continuing_programme", required=False, hint=True),
    Field("qualification", required=False, hint=True),
    Field("licence_number"),
    *AIMS,
    Field("learning_outcomes.0.lv", label="outcome_lv"),
    Field("learning_outcomes.0.en", label="outcome_en"),
    Field("learning_need_id", "pick", words="call.learning_needs"),
    Field("place_id", "pick", words="places.items"),
    Field("mode", "choice", choices=MODES, words="mode"),
    Field("language", "choice", choices=LANGUAGES, words="language"),
    Field("places", "whole"),
    Field("starts_on", "day"),
    Field("ends_on", "day"),
)
provider.add(
    "/calls/<uuid:id>/programme",
    Page(
        "programme_form",
        {"call": f"{CALLS}/{{id}}", "places": f"{PLACES}?organisation_id={{organisation_id}}&limit=200"},
        deeds=(Deed("programme", PROGRAMMES, CONTENT, roles=EDITOR, onward="provider.programme"),),
        template="provider/programme_form.html",
        under="calls",
    ),
)
provider.add(
    "/programmes",
    Page(
        "programmes",
        {"programmes": Listing(PROGRAMMES, fixed=OWN)},
        shows=(
            Shown("title", "spoken"),
            Shown("kind", "word", words="kind"),
            Shown("total_hours", "hours"),
            Shown("state", "tag", words="status"),
            Shown("published_at", "moment"),
        ),
        one="provider.programme",
        roles=EDITOR + SIGNATORY,
        words="status",
    ),
)
PROGRAMME_DEEDS = (
    Deed("completion", f"{PROGRAMME}/completion", verbs=("complete",), roles=EDITOR),
    Deed(
        "offer",
        OFFERS,
        (Field("organisation_id", "given"), Field("call_id", "hidden"), Field("programme_id", "given")),
        states=("complete",),
        roles=EDITOR,
        onward="provider.offer",
    ),
)
provider.add(
    "/programmes/<uuid:id>",
    Page(
        "programme",
        {"programme": PROGRAMME},
        shows=(
            Shown("kind", "word", words="kind"),
            Shown("total_hours", "hours"),
            Shown("licence_number"),
            Shown("qualification"),
            Shown("continuing_programme"),
            Shown("starts_on", "day"),
            Shown("ends_on", "day"),
            Shown("places"),
        ),
        deeds=PROGRAMME_DEEDS,
        template="provider/programme.html",
        under="programmes",
        heading="title",
        words="status",
    ),
)
provider.add(
    "/offers",
    Page(
        "offers",
        {"offers": Listing(OFFERS, {"state": OFFER_STATES}, OWN)},
        shows=(
            Shown("programme_title", "spoken", label="programme"),
            Shown("kind", "word", words="kind"),
            Shown("state", "tag"),
            Shown("submission"),
            Shown("updated_at", "moment"),
        ),
        one="provider.offer",
        roles=EDITOR + SIGNATORY,
    ),
)
OFFER_SHOWS = (
    Shown("organisation_title", label="organisation"),
    Shown("kind", "word", words="kind"),
    Shown("funding_source"),
    Shown("confirmed", "yes", label="information_confirmed"),
    Shown("submission"),
)
RECEIPT_SHOWS = (
    Shown("sequence", label="receipt_number"),
    Shown("received_at", "moment"),
    Shown("submission"),
    Shown("sha256", "code", label="fingerprint"),
    Shown("signature", "code", label="platform_signature"),
)
OFFER_CALL = {"call": f"{CALLS}/{{offer[call_id]}}"}


def papers_of_offer(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return the papers that an offer's call asks for with its kind of programme, and all its papers by kind.

    The service decides by the same members of the call, and refuses others.
    """
    call, kind = answers["call"], answers["offer"]["kind"]
    family = next((one["family"] for one in call["kinds"] if one["kind"] == kind), "")
    asked = [
        paper
        for paper in call["attachments"]
        if "offer" in paper["subjects"]
        and family in paper["families"]
        and (not paper["kinds"] or kind in paper["kinds"])
    ]
    return {"asked": asked, "papers_by_kind": {paper["kind"]: paper for paper in call["attachments"]}}


OFFER_DEEDS = (
    Deed("offer-submission", f"{OFFER}/submission", verbs=("submit",), roles=SIGNATORY, acr="high"),
    Deed(
        "attachment",
        f"{OFFER}/attachments",
        (
            Field("kind", "pick", words="asked", value="kind", label="paper"),
            Field("file", "file", label="file"),
        ),
        states=("draft",),
        roles=EDITOR,
        tone="quiet",
    ),
    Deed(
        "offer-confirmation",
        OFFER,
        (Field("funding_source"), Field("confirmed", "tick", label="offer_confirmed")),
        method="PUT",
        states=("draft",),
        roles=EDITOR,
        versioned=True,
        tone="quiet",
    ),
    Deed(
        "dry-run",
        f"{OFFER}/dry-run",
        states=("draft",),
        roles=EDITOR + SIGNATORY,
        tone="quiet",
        tells=("ready",),
    ),
    Deed(
        "offer-withdrawal",
        f"{OFFER}/withdrawal",
        verbs=("withdraw",),
        roles=SIGNATORY,
        tone="danger",
        acr="high",
    ),
    Deed("revision", f"{OFFER}/revision", verbs=("revise",), roles=EDITOR + SIGNATORY),
)
provider.add(
    "/offers/<uuid:id>",
    Page(
        "offer",
        {"offer": OFFER, "papers": f"{OFFER}/attachments"},
        shows=OFFER_SHOWS,
        deeds=OFFER_DEEDS,
        template="offer.html",
        under="offers",
        heading="programme_title",
        then=OFFER_CALL,
        adds=papers_of_offer,
    ),
)
provider.add(
    "/offers/<uuid:id>/receipt",
    Page("receipt", {"receipt": f"{OFFER}/receipt"}, shows=RECEIPT_SHOWS, under="offers"),
)
provider.add(
    "/offers/<uuid:id>/decision",
    Page("offer_decision", {"decision": f"{OFFER}/decision"}, template="decision.html", under="offers"),
)
