"""Versions of the methodology over HTTP: drafted and approved by two, read by everybody who signed in."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing, Stale
from ila_kit.events import to_json
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_funding.api.claims import ReasonSchema
from ila_funding.api.methodology_schemas import (
    ContentSchema,
    ImpactSchema,
    MethodologyQuery,
    MethodologySchema,
    WholeMethodologySchema,
    content_of,
)
from ila_funding.domain.errors import AmbiguousMethodology, NothingToCorrect, SamePerson, VersionTaken
from ila_funding.domain.methodology_record import APPROVED, MethodologyRecord
from ila_funding.usecases.impacts import impact_of
from ila_funding.usecases.methodologies import (
    ChangeMethodology,
    approve_methodology,
    change_methodology,
    draft_methodology,
    return_methodology,
    submit_methodology,
)

METHODOLOGIES = "/api/funding/v1/methodologies"
methodologies = Resource(
    "methodologies", __name__, url_prefix=METHODOLOGIES, description="Rates, caps and unit costs by date"
)
READERS = Access(signed_in=True)
MANAGER = Access(any={"rate_manager"})
APPROVER = Access(any={"rate_approver"})
# Who sees what is not in force yet.
DESK = {"rate_manager", "rate_approver", "auditor"}


@methodologies.operation("GET", "", READERS, query=MethodologyQuery, answer=(200, list_of(MethodologySchema)))
def get_methodologies(call: Call) -> dict[str, Any]:
    """List the versions of the methodology, the newest first; drafts are for those who work on rates."""
    page = call.unit.methodologies.page(page_request(call.query), drafts=_sees_drafts(call))
    return {"items": [_shown(call, row["record"]) for row in page.rows], "next": page.next}


@methodologies.operation(
    "POST",
    "",
    MANAGER,
    body=ContentSchema,
    answer=(201, WholeMethodologySchema),
    refusals=[VersionTaken],
    idempotent=True,
)
def post_methodology(call: Call) -> Answer:
    """Draft a version of the methodology; it decides nothing until another person approves it."""
    record = draft_methodology(call.unit, content_of(call.body))
    return _whole(call, record, f"{METHODOLOGIES}/{record.id}")


@methodologies.operation("GET", "/<uuid:methodology_id>", READERS, answer=(200, WholeMethodologySchema))
def get_methodology(call: Call, methodology_id: UUID) -> Answer:
    """Show one version; its revision is the ETag."""
    record = call.unit.methodologies.get(methodology_id)
    if record is None or (record.state != APPROVED and not _sees_drafts(call)):
        raise Missing()
    return _whole(call, record)


@methodologies.operation(
    "PUT",
    "/<uuid:methodology_id>",
    MANAGER,
    body=ContentSchema,
    answer=(200, WholeMethodologySchema),
    refusals=[Stale, WrongState, NotYourStep, VersionTaken],
    if_match=True,
)
def put_methodology(call: Call, methodology_id: UUID) -> Answer:
    """Change a draft; who changes it will not approve it."""
    command = ChangeMethodology(
        methodology_id=methodology_id, revision=call.if_match or 0, content=content_of(call.body)
    )
    return _whole(call, change_methodology(call.unit, command))


@methodologies.operation(
    "POST",
    "/<uuid:methodology_id>/submission",
    MANAGER,
    answer=(200, WholeMethodologySchema),
    refusals=[WrongState, NotYourStep, AmbiguousMethodology, NothingToCorrect],
    idempotent=True,
)
def post_submission(call: Call, methodology_id: UUID) -> Answer:
    """Give a draft to another person to approve."""
    return _whole(call, submit_methodology(call.unit, methodology_id))


@methodologies.operation(
    "POST",
    "/<uuid:methodology_id>/approval",
    APPROVER,
    answer=(200, WholeMethodologySchema),
    refusals=[WrongState, NotYourStep, SamePerson, AmbiguousMethodology, NothingToCorrect],
    idempotent=True,
)
def post_approval(call: Call, methodology_id: UUID) -> Answer:
    """Bring a version into force, as another person than who drafted, changed or submitted it."""
    return _whole(call, approve_methodology(call.unit, methodology_id))


@methodologies.operation(
    "POST",
    "/<uuid:methodology_id>/return",
    APPROVER,
    body=ReasonSchema,
    answer=(200, WholeMethodologySchema),
    refusals=[WrongState, NotYourStep],
    idempotent=True,
)
def post_return(call: Call, methodology_id: UUID) -> Answer:
    """Give a version back to be changed, with the reason."""
    return _whole(call, return_methodology(call.unit, methodology_id, call.body["reason"]))


@methodologies.operation("GET", "/<uuid:methodology_id>/impact", Access(any=DESK), answer=(200, ImpactSchema))
def get_impact(call: Call, methodology_id: UUID) -> dict[str, Any]:
    """Show whom and what a version affects: prices now and then, and what stays pinned."""
    record = call.unit.methodologies.get(methodology_id)
    if record is None:
        raise Missing()
    shown: dict[str, Any] = to_json(impact_of(call.unit, record))
    return shown


def _sees_drafts(call: Call) -> bool:
    return not DESK.isdisjoint(call.actor.role_names)


def _whole(call: Call, record: MethodologyRecord, location: str | None = None) -> Answer:
    actions = record.actions_for(call.actor.id, call.actor.role_names)
    return Answer(_shown(call, record) | {"actions": actions}, location=location, version=record.revision)


def _shown(call: Call, record: MethodologyRecord) -> dict[str, Any]:
    """Return a version as it is shown: who worked on it is for those who see drafts."""
    shown: dict[str, Any] = to_json(record)
    shown |= shown.pop("content")
    return shown if _sees_drafts(call) else shown | _NOBODY


_NOBODY: dict[str, Any] = {"edited_by": [], "submitted_by": None, "approved_by": None, "returned_by": None}
