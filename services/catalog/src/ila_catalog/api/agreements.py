"""Agreements over HTTP."""

from typing import Any
from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.agreement_schemas import (
    AgreementDocumentSchema,
    AgreementQuery,
    AgreementSchema,
    NewAgreementSchema,
    NewSignatureSchema,
    TerminationSchema,
    agreement_shown,
)
from ila_catalog.domain.errors import (
    AgreementExists,
    CallNotPublished,
    NoApprovedOffers,
    OffersUndecided,
    OtherDocument,
    PreparerSigns,
    ProviderIsSuspended,
    StandstillNotOver,
)
from ila_catalog.ports import Row
from ila_catalog.usecases.agreements import (
    EndAgreement,
    PrepareAgreement,
    SignAgreement,
    end_agreement,
    list_agreements,
    own_actions,
    prepare_agreement,
    show_agreement,
    sign_agreement,
)

PREFIX = "/api/catalog/v1/agreements"
PREPARING = Access(any={"contract_officer"})
SIGNING = Access(own={"provider_signatory"}, any={"agency_signatory"}, acr="high")
READERS = Access(
    own={"provider_admin", "provider_editor", "provider_signatory"},
    any={"contract_officer", "agency_signatory", "call_manager", "auditor"},
)

agreements = Resource(
    "agreements", __name__, url_prefix=PREFIX, description="Agreements of institutions and the agency"
)


@agreements.operation("GET", "", READERS, query=AgreementQuery, answer=(200, list_of(AgreementSchema)))
def get_agreements(call: Call) -> dict[str, Any]:
    """List agreements, the newest first: those of one's own institution, or all for officers."""
    page = list_agreements(call.unit, page_request(call.query), call.scope)
    return {"items": [_shown(call, row) for row in page.rows], "next": page.next}


@agreements.operation(
    "POST",
    "",
    PREPARING,
    body=NewAgreementSchema,
    answer=(201, AgreementSchema),
    idempotent=True,
    refusals=[ProviderIsSuspended, AgreementExists, OffersUndecided, NoApprovedOffers, StandstillNotOver],
)
def post_agreement(call: Call) -> Answer:
    """Prepare the agreement that covers every approved offer of an institution in a call."""
    command = PrepareAgreement(**call.body)
    return _answer(call, prepare_agreement(call.unit, command, call.deps.files.agreement_templates).id)


@agreements.operation("GET", "/<uuid:agreement_id>", READERS, answer=(200, AgreementSchema))
def get_agreement(call: Call, agreement_id: UUID) -> Answer:
    """Show an agreement: what it covers, who has signed, what comes next."""
    return _answer(call, agreement_id)


@agreements.operation("GET", "/<uuid:agreement_id>/document", READERS, answer=(200, AgreementDocumentSchema))
def get_document(call: Call, agreement_id: UUID) -> dict[str, Any]:
    """Show the text of an agreement with the SHA-256 that signatures are bound to."""
    found = show_agreement(call.unit, agreement_id, call.scope)["agreement"]
    return {
        "agreement_id": found.id,
        "number": found.number,
        "text": found.document,
        "sha256": found.document_sha256,
    }


@agreements.operation(
    "POST",
    "/<uuid:agreement_id>/signatures",
    SIGNING,
    body=NewSignatureSchema,
    answer=(201, AgreementSchema),
    idempotent=True,
    refusals=[WrongState, OtherDocument, PreparerSigns, CallNotPublished],
)
def post_signature(call: Call, agreement_id: UUID) -> Answer:
    """Sign an agreement: the institution first, then the agency, which puts it in force."""
    sign_agreement(call.unit, SignAgreement(agreement_id=agreement_id, **call.body), call.scope)
    return _answer(call, agreement_id)


@agreements.operation(
    "POST",
    "/<uuid:agreement_id>/termination",
    PREPARING,
    body=TerminationSchema,
    answer=(200, AgreementSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_termination(call: Call, agreement_id: UUID) -> Answer:
    """End an agreement that is fulfilled, or terminate it; its programmes are closed."""
    end_agreement(call.unit, EndAgreement(agreement_id=agreement_id, **call.body))
    return _answer(call, agreement_id)


def _answer(call: Call, agreement_id: UUID) -> Answer:
    row = show_agreement(call.unit, agreement_id, call.scope)
    return Answer(_shown(call, row), location=f"{PREFIX}/{agreement_id}", version=row["agreement"].version)


def _shown(call: Call, row: Row) -> dict[str, Any]:
    agreement = row["agreement"]
    return agreement_shown(agreement, row["organisation_title"], own_actions(agreement, call.actor))
