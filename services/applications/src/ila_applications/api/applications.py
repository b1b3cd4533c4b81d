"""Applications over HTTP."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import list_of

from ila_applications.api.schemas import (
    AcceptanceSchema,
    ApplicationQuery,
    ApplicationSchema,
    ChangeSchema,
    ContestSchema,
    NewApplicationSchema,
    SubmissionSchema,
    TimelineSchema,
    WithdrawalSchema,
    shown,
    shown_timeline,
)
from ila_applications.domain.applications import Case
from ila_applications.domain.errors import (
    AlreadyApplied,
    ApplicationsClosed,
    ApplicationsNotOpenYet,
    ContestTooLate,
    EnrolmentsBarred,
    PlaceNoLongerOffered,
    PriceChanged,
    ProgrammeChanged,
    UnknownProgramme,
)
from ila_applications.usecases.acceptance import AcceptPlace, accept_place
from ila_applications.usecases.applications import (
    BeginApplication,
    ChangeApplication,
    SubmitApplication,
    begin_application,
    change_application,
    submit_application,
    withdraw_application,
)
from ila_applications.usecases.contests import ContestRefusal, contest_refusal
from ila_applications.usecases.views import list_applications, show_application, show_timeline, view

PREFIX = "/api/applications/v1/applications"
applications = Resource(
    "applications", __name__, url_prefix=PREFIX, description="People apply for programmes"
)
OWNER = Access(own={"learner"})
OWN_ACT = Access(own={"learner"}, acr="high")
READERS = Access(own={"learner"}, any={"eligibility_officer", "appeal_officer", "auditor"})


@applications.operation("GET", "", READERS, query=ApplicationQuery, answer=(200, list_of(ApplicationSchema)))
def get_applications(call: Call) -> dict[str, Any]:
    """List applications, newest first: one's own, or all for officers and auditors."""
    views, cursor = list_applications(call.unit, page_request(call.query), call.scope)
    return {"items": [shown(one) for one in views], "next": cursor}


@applications.operation(
    "POST",
    "",
    OWNER,
    body=NewApplicationSchema,
    answer=(201, ApplicationSchema),
    idempotent=True,
    refusals=[UnknownProgramme, AlreadyApplied, ApplicationsClosed, EnrolmentsBarred],
)
def post_application(call: Call) -> Answer:
    """Begin an application as a draft."""
    if call.scope.person is None:
        raise Missing()
    command = BeginApplication(person_id=call.scope.person, **call.body)
    return answer(call, begin_application(call.unit, command))


@applications.operation("GET", "/<uuid:application_id>", READERS, answer=(200, ApplicationSchema))
def get_application(call: Call, application_id: UUID) -> Answer:
    """Show an application."""
    found = show_application(call.unit, application_id, call.scope)
    return Answer(shown(found), version=found.version)


@applications.operation(
    "PUT",
    "/<uuid:application_id>",
    OWNER,
    body=ChangeSchema,
    answer=(200, ApplicationSchema),
    if_match=True,
    refusals=[WrongState],
)
def put_application(call: Call, application_id: UUID) -> Answer:
    """Save what a person writes into a draft."""
    command = ChangeApplication(application_id=application_id, version=call.if_match or 0, **call.body)
    return answer(call, change_application(call.unit, command, call.scope))


@applications.operation(
    "POST",
    "/<uuid:application_id>/submission",
    OWN_ACT,
    body=SubmissionSchema,
    answer=(201, ApplicationSchema),
    idempotent=True,
    refusals=[WrongState, ApplicationsNotOpenYet, ApplicationsClosed, EnrolmentsBarred, ProgrammeChanged],
)
def post_submission(call: Call, application_id: UUID) -> Answer:
    """Commit to a programme by an own act; the answer holds the receipt."""
    command = SubmitApplication(
        application_id=application_id,
        programme_version=call.body["programme_version"],
        quoted_amount=call.body["quoted_amount"],
    )
    return answer(call, submit_application(call.unit, command, call.scope))


@applications.operation(
    "POST",
    "/<uuid:application_id>/acceptance",
    OWN_ACT,
    body=AcceptanceSchema,
    answer=(201, ApplicationSchema),
    idempotent=True,
    refusals=[
        WrongState,
        PlaceNoLongerOffered,
        ApplicationsClosed,
        EnrolmentsBarred,
        ProgrammeChanged,
        PriceChanged,
    ],
)
def post_acceptance(call: Call, application_id: UUID) -> Answer:
    """Take the place that is offered by an own act, and be enrolled."""
    command = AcceptPlace(
        application_id=application_id,
        programme_version=call.body["programme_version"],
        amount=call.body["amount"],
    )
    return answer(call, accept_place(call.unit, command, call.scope))


@applications.operation(
    "POST",
    "/<uuid:application_id>/contest",
    OWNER,
    body=ContestSchema,
    answer=(201, ApplicationSchema),
    idempotent=True,
    refusals=[WrongState, ContestTooLate, ApplicationsClosed, AlreadyApplied],
)
def post_contest(call: Call, application_id: UUID) -> Answer:
    """Contest a refusal; another officer will decide."""
    command = ContestRefusal(application_id=application_id, reason=call.body["reason"])
    return answer(call, contest_refusal(call.unit, command, call.scope))


@applications.operation(
    "POST",
    "/<uuid:application_id>/withdrawal",
    OWNER,
    body=WithdrawalSchema,
    answer=(200, ApplicationSchema),
    idempotent=True,
    refusals=[WrongState],
)
def post_withdrawal(call: Call, application_id: UUID) -> Answer:
    """Take an application back; its place and money are free again."""
    return answer(call, withdraw_application(call.unit, application_id, call.scope))


@applications.operation("GET", "/<uuid:application_id>/timeline", READERS, answer=(200, TimelineSchema))
def get_timeline(call: Call, application_id: UUID) -> dict[str, Any]:
    """Show what happened to an application, and what comes next and by when."""
    return shown_timeline(show_timeline(call.unit, application_id, call.scope))


def answer(call: Call, case: Case) -> Answer:
    """Return an application as the answer to whoever changed it."""
    body = shown(view(case, call.actor))
    return Answer(body, location=f"{PREFIX}/{body['id']}", version=body["version"])
