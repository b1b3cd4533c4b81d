"""Claims over HTTP: providers claim their results, two officers check and decide."""

from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.events import to_json
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from marshmallow import validate

from ila_funding.domain.claim import CLAIM_STATES, MOST_LINES, Claim
from ila_funding.domain.errors import ChecksFailed, NothingLeft, NothingToClaim, SamePerson, UnknownLine
from ila_funding.usecases.claims import (
    BuildClaim,
    DecideClaim,
    build_claim,
    check_submitted_claim,
    decide_claim,
    submit_claim,
)
from ila_funding.usecases.settlements import RecoverClaim, recover_claim

CLAIMS = "/api/funding/v1/claims"
claims = Resource("claims", __name__, url_prefix=CLAIMS, description="What providers ask to be paid")
recoveries = Resource(
    "recoveries", __name__, url_prefix="/api/funding/v1/recoveries", description="Money that came back"
)
PROVIDERS = frozenset({"provider_admin", "provider_signatory"})
PAYERS = frozenset({"payment_maker", "payment_checker", "payment_releaser"})
VIEWERS = Access(own=PROVIDERS, any=PAYERS | {"claim_officer", "rate_manager", "auditor"})
BUILDERS = Access(own=PROVIDERS)
SIGNATORY = Access(own={"provider_signatory"}, acr="high")
OFFICER = Access(any={"claim_officer"})
STATES = sorted(CLAIM_STATES.states)
OF_STEP = [WrongState, NotYourStep, SamePerson]


class ClaimQuery(ListQuery):
    """Filters of the claims."""

    state = fields.OneOf(STATES)
    organisation_id = fields.Id()
    call_id = fields.Id()
    run_id = fields.Id()


class NewClaimSchema(Schema):
    """Whose results, in which call."""

    organisation_id = fields.Id(required=True)
    call_id = fields.Id(required=True)


class ReasonSchema(Schema):
    """Why."""

    reason = fields.Text(min=3, max=2_000, required=True)


class ReductionSchema(ReasonSchema):
    """Which applications are not paid in this claim, and why."""

    lines = fields.List(
        fields.Id(),
        required=True,
        validate=validate.Length(1, MOST_LINES),
        metadata={"description": "applications whose lines are refused"},
    )


class RecoverySchema(ReasonSchema):
    """Which paid claim was paid back, and under which reference it came."""

    claim_id = fields.Id(required=True)
    bank_reference = fields.Text(max=140, required=True)


class ClaimSchema(Schema):
    """A claim. The persons are those who built, submitted, checked and decided it."""

    id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    organisation_title = fields.String(required=True, allow_none=True)
    call_id = fields.Id(required=True)
    amount = fields.Money(required=True)
    state = fields.OneOf(STATES, required=True)
    reason = fields.String(required=True, allow_none=True)
    built_by = fields.String(required=True)
    submitted_by = fields.String(required=True, allow_none=True)
    checked_by = fields.String(required=True, allow_none=True)
    decided_by = fields.String(required=True, allow_none=True)
    run_id = fields.Id(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    overdue_since = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class ClaimLineSchema(Schema):
    """One verified result at its pinned price."""

    application_id = fields.Id(required=True)
    programme_id = fields.Id(required=True)
    hold_id = fields.Id(required=True)
    completed_on = fields.Date(required=True)
    amount = fields.Money(required=True)
    quote_hash = fields.String(required=True)
    state = fields.OneOf(["claimed", "refused", "recovered"], required=True)


class CheckSchema(Schema):
    """One named check; `failing` are the applications that do not pass."""

    name = fields.String(required=True)
    stage = fields.String(required=True)
    claim_id = fields.Id(required=True)
    at = fields.Instant(required=True)
    passed = fields.Flag(required=True)
    failing = fields.List(fields.Id(), required=True)


class WholeClaimSchema(ClaimSchema):
    """A claim with its lines, its checks, and the steps the caller may take with it now."""

    lines = fields.List(fields.Nested(ClaimLineSchema), required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)
    actions = fields.List(fields.String(), required=True)


@claims.operation("GET", "", VIEWERS, query=ClaimQuery, answer=(200, list_of(ClaimSchema)))
def get_claims(call: Call) -> dict[str, Any]:
    """List claims, the newest first: providers see their own."""
    page = call.unit.claims.page(page_request(call.query), call.scope)
    return {"items": page.rows, "next": page.next}


@claims.operation(
    "POST",
    "",
    BUILDERS,
    body=NewClaimSchema,
    answer=(201, WholeClaimSchema),
    refusals=[Missing, NothingToClaim],
    idempotent=True,
)
def post_claim(call: Call) -> Answer:
    """Build a claim of every verified result that was not claimed yet, at its pinned unit cost."""
    claim = build_claim(call.unit, call.scope, BuildClaim(**call.body))
    return shown_claim(call.unit, claim, f"{CLAIMS}/{claim.id}")


@claims.operation("GET", "/<uuid:claim_id>", VIEWERS, answer=(200, WholeClaimSchema))
def get_claim(call: Call, claim_id: UUID) -> Answer:
    """Show a claim with its lines and the result of each check."""
    claim = call.unit.claims.get(claim_id, call.scope)
    if claim is None:
        raise Missing()
    return shown_claim(call.unit, claim)


@claims.operation(
    "POST",
    "/<uuid:claim_id>/submission",
    SIGNATORY,
    answer=(200, WholeClaimSchema),
    refusals=[WrongState, NotYourStep],
    idempotent=True,
)
def post_submission(call: Call, claim_id: UUID) -> Answer:
    """Submit a claim for payment."""
    return shown_claim(call.unit, submit_claim(call.unit, call.scope, claim_id))


@claims.operation(
    "POST",
    "/<uuid:claim_id>/check",
    OFFICER,
    answer=(200, WholeClaimSchema),
    refusals=OF_STEP,
    idempotent=True,
)
def post_check(call: Call, claim_id: UUID) -> Answer:
    """Make the named checks of a submitted claim and store each result."""
    return shown_claim(call.unit, check_submitted_claim(call.unit, claim_id))


@claims.operation(
    "POST",
    "/<uuid:claim_id>/approval",
    OFFICER,
    answer=(200, WholeClaimSchema),
    refusals=[*OF_STEP, ChecksFailed],
    idempotent=True,
)
def post_approval(call: Call, claim_id: UUID) -> Answer:
    """Approve a checked claim, as another person than who checked it."""
    return _decided(call, DecideClaim(claim_id=claim_id, action="approve"))


@claims.operation(
    "POST",
    "/<uuid:claim_id>/reduction",
    OFFICER,
    body=ReductionSchema,
    answer=(200, WholeClaimSchema),
    refusals=[*OF_STEP, ChecksFailed, UnknownLine, NothingLeft],
    idempotent=True,
)
def post_reduction(call: Call, claim_id: UUID) -> Answer:
    """Approve a checked claim without some of its lines; those can be claimed anew."""
    lines, reason = call.body["lines"], call.body["reason"]
    command = DecideClaim(claim_id=claim_id, action="reduce", reason=reason, refused_lines=lines)
    return _decided(call, command)


@claims.operation(
    "POST",
    "/<uuid:claim_id>/refusal",
    OFFICER,
    body=ReasonSchema,
    answer=(200, WholeClaimSchema),
    refusals=OF_STEP,
    idempotent=True,
)
def post_refusal(call: Call, claim_id: UUID) -> Answer:
    """Refuse a checked claim; its results can be claimed anew."""
    return _decided(call, DecideClaim(claim_id=claim_id, action="refuse", reason=call.body["reason"]))


@recoveries.operation(
    "POST",
    "",
    Access(any={"payment_checker"}),
    body=RecoverySchema,
    answer=(201, WholeClaimSchema),
    refusals=[Missing, *OF_STEP],
    idempotent=True,
)
def post_recovery(call: Call) -> Answer:
    """Note that a provider paid a paid claim back, all of it."""
    claim = recover_claim(call.unit, RecoverClaim(**call.body))
    return shown_claim(call.unit, claim, f"{CLAIMS}/{claim.id}")


def shown_claim(unit: Any, claim: Claim, location: str | None = None) -> Answer:
    """Return the answer that shows a claim as a whole."""
    providers = unit.providers.some([claim.organisation_id])
    whole = to_json(claim) | {
        "lines": to_json(unit.claims.all_lines(claim.id)),
        "checks": to_json(unit.claims.checks(claim.id)),
        "organisation_title": next((one.title for one in providers), None),
        "actions": claim.actions_for(unit.actor.id, unit.actor.role_names),
    }
    return Answer(whole, location=location, version=claim.version)


def _decided(call: Call, command: DecideClaim) -> Answer:
    return shown_claim(call.unit, decide_claim(call.unit, command))
