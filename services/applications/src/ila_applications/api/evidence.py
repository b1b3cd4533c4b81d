"""Evidence by hand over HTTP: files that people give, and officers read."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.states import WrongState
from ila_kit.web.resource import Answer, Call, Resource
from ila_kit.web.schemas import Schema, fields
from ila_kit.web.uploads import UPLOAD_BYTES, download

from ila_applications.api.applications import OWNER, PREFIX, READERS
from ila_applications.domain.errors import TooMuchEvidence
from ila_applications.usecases.evidence import GiveEvidence, give_evidence, list_evidence, read_evidence

evidence = Resource("evidence", __name__, url_prefix=PREFIX, description="Evidence that people give by hand")


class EvidenceFormSchema(Schema):
    """What the person says about the file."""

    note = fields.Text(max=2_000, load_default=None, allow_none=True)


class EvidenceSchema(Schema):
    """A file that was given, without its content."""

    id = fields.Id(required=True)
    application_id = fields.Id(required=True)
    given_at = fields.Instant(required=True)
    name = fields.String(required=True)
    media_type = fields.String(required=True)
    sha256 = fields.String(required=True)
    note = fields.String(required=True, allow_none=True)
    size = fields.WholeNumber(min=1, max=UPLOAD_BYTES, required=True)


class AllEvidenceSchema(Schema):
    """What was given for an application, oldest first; never more than a few files."""

    items = fields.List(fields.Nested(EvidenceSchema), required=True)


@evidence.operation(
    "POST",
    "/<uuid:application_id>/evidence",
    OWNER,
    body=EvidenceFormSchema,
    files=("evidence",),
    answer=(201, EvidenceSchema),
    idempotent=True,
    refusals=[WrongState, TooMuchEvidence],
)
def post_evidence(call: Call, application_id: UUID) -> Answer:
    """Give a file as evidence; it is kept with its hash."""
    file = call.files["evidence"]
    command = GiveEvidence(
        application_id=application_id,
        name=file.name,
        media_type=file.media_type,
        size=file.size,
        sha256=file.sha256,
        note=call.body["note"],
    )
    given = give_evidence(call.unit, command, call.scope)
    return Answer(given, location=f"{PREFIX}/{application_id}/evidence/{given.id}")


@evidence.operation("GET", "/<uuid:application_id>/evidence", READERS, answer=(200, AllEvidenceSchema))
def get_all_evidence(call: Call, application_id: UUID) -> dict[str, Any]:
    """List what was given for an application."""
    return {"items": list_evidence(call.unit, application_id, call.scope)}


@evidence.operation(
    "GET",
    "/<uuid:application_id>/evidence/<uuid:evidence_id>",
    READERS,
    answer=(200, None),
    media_type="application/octet-stream",
)
def get_evidence(call: Call, application_id: UUID, evidence_id: UUID) -> flask.Response:
    """Hand out a file that was given as evidence."""
    found = read_evidence(call.unit, application_id, evidence_id, call.scope)
    return download(call.deps.kept_files.open(found.sha256), found.name, found.media_type)
