"""Documents of a call over HTTP: versions are added and stay; everybody reads them."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.states import WrongState
from ila_kit.web.resource import Answer, Call, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.uploads import download

from ila_catalog.api import schemas
from ila_catalog.api.call_changes import MANAGERS
from ila_catalog.api.call_content_schemas import DocumentSchema
from ila_catalog.api.calls import OFFICERS, PUBLIC, calls, public_calls
from ila_catalog.api.shapes import document_shown
from ila_catalog.domain.call_parts import DOCUMENT_KINDS
from ila_catalog.domain.calls import Document
from ila_catalog.domain.desk_errors import DocumentDatedLater
from ila_catalog.usecases.documents import (
    AddDocument,
    KeptFile,
    add_document,
    list_documents,
    list_public_documents,
    take_document,
)

_SHOWN = tuple(DocumentSchema().fields)
_REFUSALS = [WrongState, DocumentDatedLater]


class DocumentQuery(ListQuery):
    """Filters of documents; the latest date comes first."""

    sort = schemas.sort("dated")
    kind = fields.OneOf(list(DOCUMENT_KINDS))
    number = fields.Text(max=60)


class NewDocumentSchema(Schema):
    """What a document is; its version follows the last one of the same kind and number."""

    kind = fields.OneOf(list(DOCUMENT_KINDS), required=True)
    number = fields.Text(max=60, load_default=None, allow_none=True)
    title_lv = fields.Text(max=200, required=True)
    title_en = fields.Text(max=200, required=True)
    dated = fields.Date(required=True)
    source = fields.Text(max=500, required=True)


class NewLinkSchema(NewDocumentSchema):
    """A document that is published elsewhere."""

    url = fields.Text(max=500, pattern=r"https://\S+", required=True)


class OfficerDocumentSchema(DocumentSchema):
    """A version of a document, and who added it."""

    added_by = schemas.text(allow_none=True)


@calls.operation(
    "GET",
    "/<uuid:call_id>/documents",
    OFFICERS,
    query=DocumentQuery,
    answer=(200, list_of(OfficerDocumentSchema)),
)
def get_documents(call: Call, call_id: UUID) -> dict[str, Any]:
    """List the documents of a call in all versions, and who added them."""
    page = list_documents(call.unit, call_id, page_request(call.query))
    return {"items": [_row(row, "added_by") for row in page.rows], "next": page.next}


@calls.operation(
    "POST",
    "/<uuid:call_id>/documents",
    MANAGERS,
    body=NewDocumentSchema,
    files=("file",),
    answer=(201, DocumentSchema),
    idempotent=True,
    refusals=_REFUSALS,
)
def post_document(call: Call, call_id: UUID) -> Answer:
    """Add a document, or the next version of one, as a file; the versions before stay."""
    file = call.files["file"]
    kept = KeptFile(name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256)
    return _added(call_id, add_document(call.unit, AddDocument(call_id=call_id, file=kept, **call.body)))


@calls.operation(
    "POST",
    "/<uuid:call_id>/document-links",
    MANAGERS,
    body=NewLinkSchema,
    answer=(201, DocumentSchema),
    idempotent=True,
    refusals=_REFUSALS,
)
def post_document_link(call: Call, call_id: UUID) -> Answer:
    """Add a document that is published elsewhere, or the next version of one, by its address."""
    return _added(call_id, add_document(call.unit, AddDocument(call_id=call_id, **call.body)))


@public_calls.operation(
    "GET", "/<uuid:call_id>/documents", PUBLIC, query=DocumentQuery, answer=(200, list_of(DocumentSchema))
)
def get_public_documents(call: Call, call_id: UUID) -> dict[str, Any]:
    """List the documents of a call in all versions, the latest date first, with SHA-256 where kept here."""
    page = list_public_documents(call.unit, call_id, page_request(call.query))
    return {"items": [_row(row) for row in page.rows], "next": page.next}


@public_calls.operation(
    "GET",
    "/<uuid:call_id>/documents/<uuid:document_id>",
    PUBLIC,
    answer=(200, None),
    media_type="application/octet-stream",
)
def get_public_document(call: Call, call_id: UUID, document_id: UUID) -> flask.Response:
    """Hand out the file of a document."""
    sha256, name, media_type = take_document(call.unit, call_id, document_id)
    return download(call.deps.kept_files.open(sha256), name, media_type)


def _row(row: dict[str, Any], *more: str) -> dict[str, Any]:
    return {name: row[name] for name in (*_SHOWN, *more)}


def _added(call_id: UUID, document: Document) -> Answer:
    where = f"/api/catalog/v1/public/calls/{call_id}/documents/{document.id}"
    return Answer(document_shown(document), location=where if document.sha256 else None)
