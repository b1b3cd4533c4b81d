"""Files of offers and programmes over HTTP: the same routes below each of them."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.uploads import download

from ila_catalog.api import schemas
from ila_catalog.domain.call_parts import NAME
from ila_catalog.domain.desk_errors import FileKindNotTaken
from ila_catalog.domain.errors import OffersClosed
from ila_catalog.usecases.attachments import (
    Attach,
    Subject,
    attach,
    detach,
    list_attachments,
    take_attachment,
)


class AttachmentQuery(ListQuery):
    """Filters of attachments."""

    sort = schemas.sort("created_at")
    kind = fields.Text(max=40, pattern=NAME)


class FileSchema(Schema):
    """What a file is: one of the papers that the call names (`attachments`)."""

    kind = fields.Text(max=40, pattern=NAME, required=True)


class AttachmentSchema(Schema):
    """A file, without its bytes."""

    id = fields.Id(required=True)
    kind = schemas.text()
    name = schemas.text()
    media_type = schemas.text()
    size = fields.WholeNumber(min=1, max=2**31 - 1, required=True)
    sha256 = schemas.text()
    created_at = fields.Instant(required=True)


_PAGE = list_of(AttachmentSchema)
_SHOWN = ("id", "kind", "name", "media_type", "size", "sha256", "created_at")


def add_attachments(resource: Resource, path: str, kind: str, readers: Access, writers: Access) -> None:
    """Give every thing of a resource its files: list, add, take off, hand out."""
    one = "/<uuid:subject_id>/attachments"

    @resource.operation("GET", one, readers, query=AttachmentQuery, answer=(200, _PAGE))
    def get_attachments(call: Call, subject_id: UUID) -> dict[str, Any]:
        """List the attached files, oldest first."""
        subject = Subject(kind=kind, id=subject_id)
        page = list_attachments(call.unit, subject, page_request(call.query), call.scope)
        return {"items": [{name: row[name] for name in _SHOWN} for row in page.rows], "next": page.next}

    @resource.operation(
        "POST",
        one,
        writers,
        body=FileSchema,
        files=("file",),
        answer=(201, AttachmentSchema),
        idempotent=True,
        refusals=[WrongState, OffersClosed, FileKindNotTaken],
    )
    def post_attachment(call: Call, subject_id: UUID) -> Answer:
        """Attach a file to a draft."""
        file = call.files["file"]
        command = Attach(
            subject=Subject(kind=kind, id=subject_id),
            kind=call.body["kind"],
            name=file.name,
            media_type=file.media_type,
            size=file.size,
            sha256=file.sha256,
        )
        made = attach(call.unit, command, call.scope)
        shown = {name: getattr(made, name) for name in _SHOWN}
        return Answer(shown, location=f"{path}/{subject_id}/attachments/{made.id}")

    @resource.operation(
        "DELETE",
        f"{one}/<uuid:attachment_id>",
        writers,
        answer=(204, None),
        refusals=[WrongState, OffersClosed],
    )
    def delete_attachment(call: Call, subject_id: UUID, attachment_id: UUID) -> None:
        """Take a file off a draft; versions that were submitted keep it."""
        detach(call.unit, Subject(kind=kind, id=subject_id), attachment_id, call.scope)

    @resource.operation(
        "GET",
        f"{one}/<uuid:attachment_id>",
        readers,
        answer=(200, None),
        media_type="application/octet-stream",
    )
    def get_attachment(call: Call, subject_id: UUID, attachment_id: UUID) -> flask.Response:
        """Hand out a file."""
        subject = Subject(kind=kind, id=subject_id)
        found = take_attachment(call.unit, subject, attachment_id, call.scope)
        return download(call.deps.kept_files.open(found.sha256), found.name, found.media_type)
