"""Officers' decisions about applications over HTTP."""

from uuid import UUID

from ila_kit.states import WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_applications.api.applications import PREFIX, answer
from ila_applications.api.schemas import ApplicationSchema
from ila_applications.domain.errors import ApplicationsClosed, DecidedByYou, OwnApplication
from ila_applications.domain.states import APPEAL_OFFICER, ELIGIBILITY_OFFICER
from ila_applications.usecases.contests import DecideContest, decide_contest
from ila_applications.usecases.decisions import DecideEligibility, decide_eligibility

decisions = Resource(
    "decisions", __name__, url_prefix=PREFIX, description="Officers decide what rules left open"
)


class DecisionSchema(Schema):
    """An officer's decision about eligibility, with its reason."""

    outcome = fields.OneOf(["eligible", "ineligible"], required=True)
    reason = fields.Text(min=3, max=4_000, required=True)


class ContestDecisionSchema(Schema):
    """An officer's decision about a contest, with its reason."""

    outcome = fields.OneOf(["upheld", "dismissed"], required=True)
    reason = fields.Text(min=3, max=4_000, required=True)


@decisions.operation(
    "POST",
    "/<uuid:application_id>/decision",
    Access(any={ELIGIBILITY_OFFICER}, acr="high"),
    body=DecisionSchema,
    answer=(201, ApplicationSchema),
    idempotent=True,
    refusals=[WrongState, OwnApplication],
)
def post_decision(call: Call, application_id: UUID) -> Answer:
    """Decide what registers left open, by the evidence given."""
    command = DecideEligibility(application_id=application_id, **call.body)
    return answer(call, decide_eligibility(call.unit, command, call.scope))


@decisions.operation(
    "POST",
    "/<uuid:application_id>/contest-decision",
    Access(any={APPEAL_OFFICER}, acr="high"),
    body=ContestDecisionSchema,
    answer=(201, ApplicationSchema),
    idempotent=True,
    refusals=[WrongState, DecidedByYou, OwnApplication, ApplicationsClosed],
)
def post_contest_decision(call: Call, application_id: UUID) -> Answer:
    """Uphold or dismiss a contest, by somebody who did not decide before."""
    command = DecideContest(application_id=application_id, **call.body)
    return answer(call, decide_contest(call.unit, command, call.scope))
