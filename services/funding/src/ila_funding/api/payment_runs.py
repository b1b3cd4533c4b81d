"""Payment runs over HTTP: made, checked and released by three people, carried out by the bank."""

from typing import Any
from uuid import UUID

import flask
from ila_kit.errors import Missing, Unavailable
from ila_kit.events import to_json
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Access, Answer, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of
from ila_kit.web.uploads import download
from marshmallow import ValidationError, validate

from ila_funding.api.claims import PAYERS, CheckSchema, ReasonSchema
from ila_funding.domain.errors import (
    ApproverMayNotRelease,
    ChecksFailed,
    LateChangeQueued,
    NotPayable,
    SamePerson,
    SettlementDayOutOfRange,
)
from ila_funding.domain.payment_run import MOST_CLAIMS, RUN_STATES, PaymentRun
from ila_funding.usecases.payment_runs import MakeRun, check_run, fail_run, make_run, release_run
from ila_funding.usecases.settlements import SettleRun, export_run, settle_run

RUNS = "/api/funding/v1/payment-runs"
payment_runs = Resource("payment-runs", __name__, url_prefix=RUNS, description="Claims paid together")
VIEWERS = Access(any=PAYERS | {"auditor"})
MAKER = Access(any={"payment_maker"})
CHECKER = Access(any={"payment_checker"})
RELEASER = Access(any={"payment_releaser"}, acr="high")
STATES = sorted(RUN_STATES.states)
PURPOSE = "payment-run"


def _different(ids: list[UUID]) -> None:
    if len(set(ids)) < len(ids):
        raise ValidationError("names a claim twice")


class RunQuery(ListQuery):
    """Filters of the runs."""

    state = fields.OneOf(STATES)
    call_id = fields.Id()


class NewRunSchema(Schema):
    """Which approved claims are paid together."""

    claim_ids = fields.List(
        fields.Id(), required=True, validate=[validate.Length(1, MOST_CLAIMS), _different]
    )


class SettlementSchema(Schema):
    """What the bank's statement says; the day is one in Riga."""

    bank_reference = fields.Text(max=140, required=True)
    settled_on = fields.Date(required=True)


class RunSchema(Schema):
    """A payment run."""

    id = fields.Id(required=True)
    amount = fields.Money(required=True)
    call_id = fields.Id(required=True, allow_none=True)
    state = fields.OneOf(STATES, required=True)
    reason = fields.String(required=True, allow_none=True)
    made_by = fields.String(required=True)
    checked_by = fields.String(required=True, allow_none=True)
    released_by = fields.String(required=True, allow_none=True)
    released_at = fields.Instant(required=True, allow_none=True)
    exported_by = fields.String(required=True, allow_none=True)
    exported_at = fields.Instant(required=True, allow_none=True)
    file_sha256 = fields.String(required=True, allow_none=True)
    settled_by = fields.String(required=True, allow_none=True)
    settled_on = fields.Date(required=True, allow_none=True)
    bank_reference = fields.String(required=True, allow_none=True)
    failed_by = fields.String(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    overdue_since = fields.Instant(required=True, allow_none=True)
    version = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class PaymentSchema(Schema):
    """What one claim gets; the number of the account is masked."""

    claim_id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    amount = fields.Money(required=True)
    title = fields.String(required=True)
    account_id = fields.Id(required=True, allow_none=True)
    holder = fields.String(required=True, allow_none=True)
    iban_masked = fields.String(required=True, allow_none=True)
    account_state = fields.String(required=True, allow_none=True)
    payable_from = fields.Instant(required=True, allow_none=True)
    state = fields.OneOf(["open", "settled", "failed"], required=True)


class WholeRunSchema(RunSchema):
    """A run with its payments, the result of every check, and the steps the caller may take now."""

    payments = fields.List(fields.Nested(PaymentSchema), required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)
    actions = fields.List(fields.String(), required=True)


@payment_runs.operation("GET", "", VIEWERS, query=RunQuery, answer=(200, list_of(RunSchema)))
def get_payment_runs(call: Call) -> dict[str, Any]:
    """List payment runs, the newest first."""
    page = call.unit.runs.page(page_request(call.query))
    return {"items": page.rows, "next": page.next}


@payment_runs.operation(
    "POST",
    "",
    MAKER,
    body=NewRunSchema,
    answer=(201, WholeRunSchema),
    refusals=[Missing, NotPayable, SamePerson, Unavailable],
    idempotent=True,
)
def post_payment_run(call: Call) -> Answer:
    """Make a payment run of approved claims; the result of every named check is stored and shown."""
    claim_ids = call.body["claim_ids"]
    # Asked before anything is locked; identity being slow keeps nobody else waiting.
    organisations = call.unit.claims.organisations_of(claim_ids)
    accounts = call.deps.accounts.of(organisations, PURPOSE) if organisations else []
    run = make_run(call.unit, MakeRun(claim_ids=claim_ids, accounts=accounts))
    return _shown(call.unit, run, f"{RUNS}/{run.id}")


@payment_runs.operation("GET", "/<uuid:run_id>", VIEWERS, answer=(200, WholeRunSchema))
def get_payment_run(call: Call, run_id: UUID) -> Answer:
    """Show a payment run with its payments and the result of every check."""
    run = call.unit.runs.get(run_id)
    if run is None:
        raise Missing()
    return _shown(call.unit, run)


@payment_runs.operation(
    "POST",
    "/<uuid:run_id>/check",
    CHECKER,
    answer=(200, WholeRunSchema),
    refusals=[WrongState, NotYourStep, SamePerson, ChecksFailed],
    idempotent=True,
)
def post_check(call: Call, run_id: UUID) -> Answer:
    """Check a run, as another person than who made it; every named check must pass now."""
    return _shown(call.unit, check_run(call.unit, run_id))


@payment_runs.operation(
    "POST",
    "/<uuid:run_id>/release",
    RELEASER,
    answer=(200, WholeRunSchema),
    refusals=[WrongState, NotYourStep, SamePerson, ChecksFailed, ApproverMayNotRelease],
    idempotent=True,
)
def post_release(call: Call, run_id: UUID) -> Answer:
    """Release a checked run, as a third person; every named check must still pass."""
    return _shown(call.unit, release_run(call.unit, run_id))


@payment_runs.operation(
    "GET",
    "/<uuid:run_id>/pain.001.xml",
    Access(any=PAYERS),
    answer=(200, None),
    refusals=[WrongState],
    reads=False,
    media_type="application/xml",
)
def get_payment_file(call: Call, run_id: UUID) -> flask.Response:
    """Hand out the bank's file of a released run (ISO 20022 pain.001.001.09); the same bytes each time.

    The first time exports the run. Each time is audited, because the file holds whole account numbers.
    """
    data = export_run(call.unit, call.deps.bank_file, run_id)
    return download(data, f"pain.001-{run_id}.xml", "application/xml")


@payment_runs.operation(
    "POST",
    "/<uuid:run_id>/settlement",
    CHECKER,
    body=SettlementSchema,
    answer=(200, WholeRunSchema),
    refusals=[WrongState, NotYourStep, SamePerson, SettlementDayOutOfRange, LateChangeQueued],
    idempotent=True,
)
def post_settlement(call: Call, run_id: UUID) -> Answer:
    """Note that the bank carried an exported run out: its claims are paid.

    On a day whose month is closed it waits among the late changes, and the run stays as it is until then.
    """
    return _shown(call.unit, settle_run(call.unit, SettleRun(run_id=run_id, **call.body)))


@payment_runs.operation(
    "POST",
    "/<uuid:run_id>/failure",
    Access(any={"payment_checker", "payment_releaser"}),
    body=ReasonSchema,
    answer=(200, WholeRunSchema),
    refusals=[WrongState, NotYourStep, LateChangeQueued],
    idempotent=True,
)
def post_failure(call: Call, run_id: UUID) -> Answer:
    """End a run that must not go on or that the bank refused; its claims can be paid by another run."""
    return _shown(call.unit, fail_run(call.unit, run_id, call.body["reason"]))


def _shown(unit: Any, run: PaymentRun, location: str | None = None) -> Answer:
    whole = to_json(run) | {
        "payments": to_json(unit.runs.payments(run.id)),
        "checks": to_json(unit.claims.checks_of_run(run.id)),
        "actions": run.actions_for(unit.actor.id, unit.actor.role_names),
    }
    return Answer(whole, location=location, version=run.version)
