"""Offers over HTTP: drafted, tried, submitted with a receipt, withdrawn and revised until the deadline."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from ila_kit.errors import Conflict
from ila_kit.events import to_json
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.attachments import add_attachments
from ila_catalog.api.offer_schemas import (
    DryRunSchema,
    KeySetSchema,
    NewOfferSchema,
    OfferContentSchema,
    OfferQuery,
    OfferSchema,
    ReceiptSchema,
    RequirementsSchema,
    SubmissionQuery,
    SubmissionSchema,
    SubmittedOfferSchema,
)
from ila_catalog.api.own_programmes import RULES
from ila_catalog.api.shapes import actions_for, problem_shown
from ila_catalog.domain.errors import (
    AttachmentMissing,
    NotConfirmed,
    OffersClosed,
    OffersNotOpenYet,
    ProgrammeNotComplete,
    ProgrammeOffered,
    ProviderIsSuspended,
    QuotaExceeded,
    UnknownProvider,
    WrongFundingSource,
)
from ila_catalog.domain.states import EDITORS, OFFER, SIGNATORIES
from ila_catalog.usecases.attachments import OFFER as SUBJECT
from ila_catalog.usecases.offers import (
    BeginOffer,
    ChangeOffer,
    begin_offer,
    change_offer,
    judge_requirements,
    list_offers,
    list_submissions,
    revise_offer,
    show_receipt,
    submit_offer,
    try_submission,
    withdraw_offer,
)

PATH = "/api/catalog/v1/offers"
offers = Resource("offers", __name__, url_prefix=PATH, description="Institutions offer programmes in calls")
receipt_keys = Resource(
    "receipt-keys",
    __name__,
    url_prefix="/api/catalog/v1/public/receipt-keys",
    description="Keys that receipts are checked with",
)
COMMISSION = frozenset({"commission_member", "commission_chair"})
INSTITUTION = EDITORS | SIGNATORIES
PUBLIC = Access(public=True)
WRITERS = Access(own=INSTITUTION)
SIGNING = Access(own=SIGNATORIES, acr="high")
READERS = Access(own=INSTITUTION | COMMISSION, any={"auditor", "contract_officer"})
_CLOSED: list[type[Conflict]] = [WrongState, OffersClosed]


@offers.operation("GET", "", READERS, query=OfferQuery, answer=(200, list_of(OfferSchema)))
def get_offers(call: Call) -> dict[str, Any]:
    """List offers, newest first: one's own, those a commission may see, or all for officers."""
    page = list_offers(call.unit, page_request(call.query), call.scope)
    return {"items": [_shown(call, row) for row in page.rows], "next": page.next}


@offers.operation(
    "POST",
    "",
    WRITERS,
    body=NewOfferSchema,
    answer=(201, OfferSchema),
    idempotent=True,
    refusals=[UnknownProvider, ProgrammeOffered, OffersClosed],
)
def post_offer(call: Call) -> Answer:
    """Draft an offer of a programme."""
    made = begin_offer(call.unit, BeginOffer(**call.body), call.scope)
    return _answer(call, made.id, location=f"{PATH}/{made.id}")


@offers.operation("GET", "/<uuid:offer_id>", READERS, answer=(200, OfferSchema))
def get_offer(call: Call, offer_id: UUID) -> Answer:
    """Show an offer."""
    return _answer(call, offer_id)


@offers.operation(
    "PUT",
    "/<uuid:offer_id>",
    WRITERS,
    body=OfferContentSchema,
    answer=(200, OfferSchema),
    if_match=True,
    refusals=_CLOSED,
)
def put_offer(call: Call, offer_id: UUID) -> Answer:
    """Pick the funding source and confirm the information, in a draft."""
    command = ChangeOffer(offer_id=offer_id, version=call.if_match or 0, **call.body)
    change_offer(call.unit, command, call.scope)
    return _answer(call, offer_id)


@offers.operation("POST", "/<uuid:offer_id>/dry-run", WRITERS, answer=(200, DryRunSchema), reads=True)
def post_dry_run(call: Call, offer_id: UUID) -> dict[str, Any]:
    """Check an offer as its submission would, all faults at once, and change nothing.

    Beside them stands each requirement, how the offer meets it, and how one knows.
    """
    faults = try_submission(call.unit, offer_id, call.scope)
    return {
        "ready": not faults,
        "problems": [problem_shown(fault) for fault in faults],
        "requirements": to_json(judge_requirements(call.unit, offer_id, call.scope)),
    }


@offers.operation("GET", "/<uuid:offer_id>/requirements", READERS, answer=(200, RequirementsSchema))
def get_requirements(call: Call, offer_id: UUID) -> dict[str, Any]:
    """Show each requirement, how the offer meets it by what is known now, and how one knows.

    What was known when it was submitted stands in the submission, and never changes.
    """
    return {"requirements": to_json(judge_requirements(call.unit, offer_id, call.scope))}


@offers.operation(
    "POST",
    "/<uuid:offer_id>/submission",
    SIGNING,
    answer=(201, SubmittedOfferSchema),
    idempotent=True,
    refusals=[
        *_CLOSED,
        *RULES,
        OffersNotOpenYet,
        ProviderIsSuspended,
        ProgrammeNotComplete,
        WrongFundingSource,
        NotConfirmed,
        AttachmentMissing,
        QuotaExceeded,
    ],
)
def post_submission(call: Call, offer_id: UUID) -> Answer:
    """Submit an offer as a version that never changes; the answer holds its signed receipt."""
    offer, receipt = submit_offer(call.unit, offer_id, call.scope, call.deps.signer)
    shown = _shown(call, call.unit.offers.view(offer_id, call.scope)) | {"receipt": to_json(receipt)}
    return Answer(shown, location=f"{PATH}/{offer_id}/receipt", version=offer.version)


@offers.operation(
    "GET",
    "/<uuid:offer_id>/submissions",
    READERS,
    query=SubmissionQuery,
    answer=(200, list_of(SubmissionSchema)),
)
def get_submissions(call: Call, offer_id: UUID) -> dict[str, Any]:
    """List the submitted versions of an offer with their content, oldest first."""
    page = list_submissions(call.unit, offer_id, page_request(call.query), call.scope)
    return {"items": [_without_id(row) for row in page.rows], "next": page.next}


@offers.operation("GET", "/<uuid:offer_id>/receipt", READERS, answer=(200, ReceiptSchema))
def get_receipt(call: Call, offer_id: UUID) -> dict[str, Any]:
    """Show the receipt of the last submission."""
    shown: dict[str, Any] = to_json(show_receipt(call.unit, offer_id, call.scope))
    return shown


@offers.operation(
    "POST",
    "/<uuid:offer_id>/withdrawal",
    SIGNING,
    answer=(201, OfferSchema),
    idempotent=True,
    refusals=_CLOSED,
)
def post_withdrawal(call: Call, offer_id: UUID) -> Answer:
    """Take a submitted offer back before the deadline."""
    withdraw_offer(call.unit, offer_id, call.scope)
    return _answer(call, offer_id)


@offers.operation(
    "POST",
    "/<uuid:offer_id>/revision",
    WRITERS,
    answer=(201, OfferSchema),
    idempotent=True,
    refusals=_CLOSED,
)
def post_revision(call: Call, offer_id: UUID) -> Answer:
    """Make a withdrawn offer a draft again."""
    revise_offer(call.unit, offer_id, call.scope)
    return _answer(call, offer_id)


add_attachments(offers, PATH, SUBJECT, READERS, WRITERS)


@receipt_keys.operation("GET", "", PUBLIC, answer=(200, KeySetSchema))
def get_receipt_keys(call: Call) -> dict[str, Any]:
    """Show the keys that signatures of receipts are checked with."""
    keys: dict[str, Any] = call.deps.signer.public_keys()
    return keys


def _answer(call: Call, offer_id: UUID, location: str | None = None) -> Answer:
    row = call.unit.offers.view(offer_id, call.scope)
    return Answer(_shown(call, row), location=location, version=row["version"])


def _shown(call: Call, row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "actions": actions_for(OFFER, row["state"], call.actor.role_names)}


def _without_id(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "id"}
