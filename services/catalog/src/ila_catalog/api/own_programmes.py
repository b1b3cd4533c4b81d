"""Programmes over HTTP, as institutions write them: draft, change, complete, attach."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from ila_kit.events import to_json
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_catalog.api.attachments import add_attachments
from ila_catalog.api.own_programme_schemas import (
    NewProgrammeSchema,
    OwnProgrammeQuery,
    OwnProgrammeSchema,
    OwnProgrammeSummarySchema,
    ProgrammeContentSchema,
)
from ila_catalog.api.shapes import actions_for, problem_shown
from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.errors import (
    ContentExcluded,
    FieldsMissing,
    InstitutionUnfit,
    KindNotTaken,
    LevelOutsideCall,
    LicenceUnfit,
    NeedNotApproved,
    NeedNotCovered,
    OffersClosed,
    PlaceNotMatched,
    TooLittleDigital,
    UnknownProvider,
    WrongNumberOfParts,
)
from ila_catalog.domain.programmes import LearningOutcome, Part, Programme, total_hours
from ila_catalog.domain.states import EDITORS, PROGRAMME, SIGNATORIES
from ila_catalog.usecases.attachments import PROGRAMME as SUBJECT
from ila_catalog.usecases.programmes import (
    ChangeProgramme,
    Content,
    DraftProgramme,
    ProgrammeView,
    change_programme,
    complete_programme,
    draft_programme,
    list_programmes,
    show_own_programme,
    view,
)

PATH = "/api/catalog/v1/programmes"
own_programmes = Resource(
    "programmes", __name__, url_prefix=PATH, description="Programmes, for their institutions and officers"
)
WRITERS = Access(own=EDITORS)
READERS = Access(own=EDITORS | SIGNATORIES, any={"auditor", "contract_officer", "call_manager"})
RULES = [
    FieldsMissing,
    KindNotTaken,
    WrongNumberOfParts,
    ContentExcluded,
    LevelOutsideCall,
    TooLittleDigital,
    NeedNotApproved,
    NeedNotCovered,
    PlaceNotMatched,
    LicenceUnfit,
    InstitutionUnfit,
]
_CONTENT = (
    *("description_lv", "description_en", "parts", "continuing_programme", "qualification"),
    *("licence_number", "digcomp", "learning_outcomes", "learning_need_id", "place_id", "address"),
    *("territory", "mode", "language", "funding_source", "places", "starts_on", "ends_on", "agreement_id"),
)


@own_programmes.operation(
    "GET", "", READERS, query=OwnProgrammeQuery, answer=(200, list_of(OwnProgrammeSummarySchema))
)
def get_programmes(call: Call) -> dict[str, Any]:
    """List programmes in any state, newest first: those of one's own institutions, or all for officers."""
    page = list_programmes(call.unit, page_request(call.query), call.scope)
    roles = call.actor.role_names
    return {"items": [_summary(row["programme"], roles) for row in page.rows], "next": page.next}


@own_programmes.operation(
    "POST",
    "",
    WRITERS,
    body=NewProgrammeSchema,
    answer=(201, OwnProgrammeSchema),
    idempotent=True,
    refusals=[UnknownProvider, OffersClosed],
)
def post_programme(call: Call) -> Answer:
    """Draft a programme of one's own institution for a call."""
    organisation_id, call_id = call.body.pop("organisation_id"), call.body.pop("call_id")
    command = DraftProgramme(organisation_id=organisation_id, call_id=call_id, content=_content(call.body))
    made = draft_programme(call.unit, command, call.scope)
    return _answer(call, view(call.unit, made), location=f"{PATH}/{made.id}")


@own_programmes.operation("GET", "/<uuid:programme_id>", READERS, answer=(200, OwnProgrammeSchema))
def get_programme(call: Call, programme_id: UUID) -> Answer:
    """Show a programme in any state, what it lacks, and what registers said of it."""
    return _answer(call, show_own_programme(call.unit, programme_id, call.scope))


@own_programmes.operation(
    "PUT",
    "/<uuid:programme_id>",
    WRITERS,
    body=ProgrammeContentSchema,
    answer=(200, OwnProgrammeSchema),
    if_match=True,
    refusals=[WrongState, OffersClosed],
)
def put_programme(call: Call, programme_id: UUID) -> Answer:
    """Write a programme anew; a complete one is a draft again."""
    command = ChangeProgramme(
        programme_id=programme_id, version=call.if_match or 0, content=_content(call.body)
    )
    return _answer(call, view(call.unit, change_programme(call.unit, command, call.scope)))


@own_programmes.operation(
    "POST",
    "/<uuid:programme_id>/completion",
    WRITERS,
    answer=(201, OwnProgrammeSchema),
    idempotent=True,
    refusals=[WrongState, OffersClosed, *RULES],
)
def post_completion(call: Call, programme_id: UUID) -> Answer:
    """Declare a programme ready to be offered; the first rule it does not meet is named."""
    return _answer(call, view(call.unit, complete_programme(call.unit, programme_id, call.scope)))


add_attachments(own_programmes, PATH, SUBJECT, READERS, WRITERS)


def _content(body: dict[str, Any]) -> Content:
    made = {
        "parts": [Part(**one) for one in body["parts"]],
        "digcomp": [Aim(**one) for one in body["digcomp"]],
        "learning_outcomes": [LearningOutcome(**one) for one in body["learning_outcomes"]],
    }
    return Content(**body | made)


def _answer(call: Call, seen: ProgrammeView, location: str | None = None) -> Answer:
    shown = _summary(seen.programme, call.actor.role_names) | {
        **{name: to_json(getattr(seen.programme, name)) for name in _CONTENT},
        "problems": [problem_shown(fault) for fault in seen.problems],
        "registers": list(seen.registers),
    }
    return Answer(shown, location=location, version=seen.programme.version)


def _summary(programme: Programme, roles: Collection[str]) -> dict[str, Any]:
    names = ("id", "call_id", "kind", "title_lv", "title_en", "state", "demonstration", "published_at")
    return {name: getattr(programme, name) for name in (*names, "version")} | {
        "organisation_id": programme.provider.id,
        "organisation_title": programme.provider.name,
        "family": programme.family,
        "total_hours": total_hours(programme.parts),
        "actions": actions_for(PROGRAMME, programme.state, roles),
    }
