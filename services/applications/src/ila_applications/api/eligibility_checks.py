"""A check of eligibility before applying, over HTTP."""

from typing import Any

from ila_kit.errors import Missing, Unavailable
from ila_kit.events import to_json
from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields

from ila_applications.api.account import owner_of
from ila_applications.api.schemas import CheckSchema, shown_check
from ila_applications.domain.errors import UnknownProgramme
from ila_applications.usecases.prospects import OUTCOMES, prospect

eligibility_checks = Resource(
    "eligibility-checks",
    __name__,
    url_prefix="/api/applications/v1/eligibility-checks",
    description="What somebody would get who applied now",
)
PURPOSE = "the person's own check before applying"


class AskedSchema(Schema):
    """The programme somebody thinks of."""

    programme_id = fields.Id(required=True)


class ProspectSchema(Schema):
    """How the rules of the call would judge who asks, by the facts of today; nothing of it is kept.

    `provisional`: a register has not answered; `needs_evidence`: no source has a fact. `open`: an
    application counts now; `barred`: the institution lets nobody new in at present.
    """

    programme_id = fields.Id(required=True)
    outcome = fields.OneOf(sorted(OUTCOMES.values()), required=True)
    as_of = fields.Date(required=True)
    checks = fields.List(fields.Nested(CheckSchema), required=True)
    opens_at = fields.Instant(required=True)
    closes_at = fields.Instant(required=True)
    open = fields.Flag(required=True)
    barred = fields.Flag(required=True)
    by_draw = fields.Flag(required=True)


@eligibility_checks.operation(
    "POST",
    "",
    Access(own={"learner"}),
    body=AskedSchema,
    answer=(200, ProspectSchema),
    refusals=[Missing, UnknownProgramme, Unavailable],
)
def post_eligibility_check(call: Call) -> dict[str, Any]:
    """Judge whoever asks by the rules of a programme's call, as if they applied now."""
    person = owner_of(call)
    facts = call.deps.people.facts([person], PURPOSE).get(person)
    found = prospect(call.unit, call.body["programme_id"], facts)
    body = {name: getattr(found, name) for name in found.__dataclass_fields__}
    return body | {"checks": [shown_check(check) for check in to_json(found.checks)]}
