"""The reconciliation over HTTP: what the facts of other services do not explain."""

from typing import Any

from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields

reconciliation = Resource(
    "reconciliation",
    __name__,
    url_prefix="/api/funding/v1/reconciliation",
    description="What others told, beside holds, claims and payments",
)


class DifferenceSchema(Schema):
    """One thing that does not follow from what was told, by the name of the rule it breaks."""

    name = fields.String(required=True)
    subject_kind = fields.OneOf(["application", "claim", "payment_run", "hold"], required=True)
    subject_id = fields.Id(required=True)
    amount = fields.Money(required=True)


class ReconciliationSchema(Schema):
    """`unexplained` is the sum of all differences, of which at most 200 are named.

    `topped_up` and `co_payment` are what others than the lines pay for live holds. `facts_waiting` counts
    what was told and is not worked off yet.
    """

    reconciled = fields.Flag(required=True)
    applications = fields.WholeNumber(min=0, max=2**63, required=True)
    held = fields.Money(required=True)
    committed = fields.Money(required=True)
    consumed = fields.Money(required=True)
    topped_up = fields.Money(required=True)
    co_payment = fields.Money(required=True)
    claimed = fields.Money(required=True)
    paid = fields.Money(required=True)
    unexplained = fields.Money(required=True)
    differing = fields.WholeNumber(min=0, max=2**63, required=True)
    facts_waiting = fields.WholeNumber(min=0, max=2**63, required=True)
    differences = fields.List(fields.Nested(DifferenceSchema), required=True)


@reconciliation.operation(
    "GET", "", Access(any={"auditor", "rate_manager"}), answer=(200, ReconciliationSchema)
)
def get_reconciliation(call: Call) -> dict[str, Any]:
    """Compare the last fact told of each application with its hold, claim and payment."""
    found: dict[str, Any] = call.unit.reconcile()
    return found
