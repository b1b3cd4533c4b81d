"""Everything about me over HTTP: asked for, watched, taken."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.errors import Missing
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.uploads import download

from ila_identity.api.my_data import owner
from ila_identity.domain.errors import ExportNotReady, ExportUnderWay
from ila_identity.domain.exports import EXPORT, SERVICES, Export
from ila_identity.usecases.exports import ask_export, export_file, list_exports, show_export

PREFIX = "/api/identity/v1/persons/me/exports"
OWNER = Access(own={"learner"}, acr="high")
exports = Resource("exports", __name__, url_prefix=PREFIX, description="Everything about me, in one file")
STATES = sorted(EXPORT.states)


class ExportQuery(ListQuery):
    """Filters of the exports."""

    sort = fields.OneOf(["requested_at", "-requested_at"])
    state = fields.OneOf(STATES)


class ExportSchema(Schema):
    """How far an export is; the file has its own address while the state is `ready`."""

    id = fields.Id(required=True)
    state = fields.OneOf(STATES, required=True)
    requested_at = fields.Instant(required=True)
    ready_at = fields.Instant(required=True, allow_none=True)
    expires_at = fields.Instant(required=True)
    services = fields.List(fields.String(), required=True)
    waiting_for = fields.List(fields.String(), required=True)
    size = fields.WholeNumber(min=0, max=2**31, required=True, allow_none=True)
    file = fields.String(required=True, allow_none=True)


@exports.operation(
    "POST", "", OWNER, answer=(202, ExportSchema), idempotent=True, refusals=[Missing, ExportUnderWay]
)
def post_export(call: Call) -> Answer:
    """Have everything about me collected from all services; it is ready within a minute."""
    return _answer(ask_export(call.unit, owner(call)))


@exports.operation("GET", "", OWNER, query=ExportQuery, answer=(200, list_of(ExportSchema)))
def get_exports(call: Call) -> dict[str, Any]:
    """List what I asked for, newest first, also what is not kept any more."""
    page = list_exports(call.unit, owner(call), page_request(call.query))
    return {"items": [_shown(one) for one in page.items], "next": page.next}


@exports.operation("GET", "/<uuid:export_id>", OWNER, answer=(200, ExportSchema))
def get_export(call: Call, export_id: UUID) -> Answer:
    """Show how far an export is."""
    return _answer(show_export(call.unit, export_id, owner(call)))


@exports.operation(
    "GET",
    "/<uuid:export_id>/file",
    OWNER,
    answer=(200, None),
    media_type="application/json",
    refusals=[ExportNotReady],
)
def get_export_file(call: Call, export_id: UUID) -> flask.Response:
    """Hand out the collected file."""
    sha256 = export_file(call.unit, export_id, owner(call))
    return download(call.deps.kept_files.open(sha256), f"{export_id}.json", "application/json")


def _shown(export: Export) -> dict[str, Any]:
    named = ("id", "state", "requested_at", "ready_at", "expires_at", "size")
    return {name: getattr(export, name) for name in named} | {
        "services": list(SERVICES),
        "waiting_for": list(export.waiting_for),
        "file": f"{PREFIX}/{export.id}/file" if export.sha256 else None,
    }


def _answer(export: Export) -> Answer:
    return Answer(_shown(export), location=f"{PREFIX}/{export.id}", version=export.version)
