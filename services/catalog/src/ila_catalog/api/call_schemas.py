"""What goes in and comes out of the routes of calls."""

from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_catalog.api import schemas
from ila_catalog.api.call_content_schemas import CallContentSchema, DecidedSchema
from ila_catalog.domain.parameters import PARAMETERS
from ila_catalog.domain.phases import NAMES
from ila_catalog.domain.schedule import OPEN, OVER
from ila_catalog.domain.states import CALL, SCHEDULE_CHANGE


class PublicCallQuery(ListQuery):
    """Filters of calls."""

    sort = schemas.sort("applications_open_at", "created_at")
    code = fields.Text(max=60)
    funding_source = fields.Text(max=60)


class CallQuery(PublicCallQuery):
    """Filters of calls, as officers see them."""

    state = fields.OneOf(sorted(CALL.states))


class PlannedPhaseSchema(Schema):
    """A phase of a call; `closes_at` is the first instant that is too late."""

    name = fields.OneOf(list(NAMES), required=True)
    title_lv = schemas.text()
    title_en = schemas.text()
    opens_at = fields.Instant(required=True)
    closes_at = fields.Instant(required=True)
    planned_opens_at = fields.Instant(required=True)
    planned_closes_at = fields.Instant(required=True)
    source = schemas.text()


class PhaseSchema(PlannedPhaseSchema):
    """A phase of a call, and whether it is open at the moment of the answer."""

    open = fields.Flag(required=True)


class CallSummarySchema(Schema):
    """A call in a list."""

    id = fields.Id(required=True)
    code = schemas.text()
    title_lv = schemas.text()
    title_en = schemas.text()
    project_number = schemas.text()
    funding_source = schemas.text()
    activity = schemas.text()
    phases = fields.List(fields.Nested(PhaseSchema), required=True)
    applications_open = fields.Flag(required=True)
    opening_mode = fields.OneOf(["first_come", "draw"], required=True)
    shifted_by_days = fields.WholeNumber(
        min=-schemas.MOST,
        max=schemas.MOST,
        required=True,
        metadata={"description": "how far a demonstration moves the schedule from its plan; else 0"},
    )
    version = schemas.number(1)


class PublicCallSchema(CallSummarySchema, CallContentSchema):
    """A call with everything it decides."""


class _OfficerFields(Schema):
    state = fields.OneOf(sorted(CALL.states), required=True)
    edition = schemas.number(1)
    content_hash = schemas.text()
    published_at = fields.Instant(required=True, allow_none=True)
    phase_states = fields.Dict(
        keys=fields.OneOf(list(NAMES)),
        values=fields.OneOf([OPEN, OVER]),
        required=True,
        metadata={"description": "what was told of each phase that has begun"},
    )


class OfficerCallSummarySchema(CallSummarySchema, _OfficerFields):
    """A call in an officer's list."""


class OfficerCallSchema(CallSummarySchema, CallContentSchema, _OfficerFields):
    """A call as officers see it: its state too, and no word about the present moment.

    `writers` wrote the draft, so that none of them publishes it; `actions` are the steps that the caller may
    take with it. Closing may still be refused while something of it runs.
    """

    class Meta(Schema.Meta):
        exclude = ("applications_open",)

    phases = fields.List(fields.Nested(PlannedPhaseSchema), required=True)
    writers = fields.List(fields.String(), required=True)
    actions = fields.List(fields.String(), required=True)


class WindowSchema(Schema):
    """When a phase is to be open; `closes_at` is the first instant that is too late."""

    name = fields.OneOf(list(NAMES), required=True)
    opens_at = fields.Instant(required=True)
    closes_at = fields.Instant(required=True)


class ChangeCallSchema(DecidedSchema):
    """What changes in the draft of a call; what is left out stays."""

    title_lv = fields.Text(max=200)
    title_en = fields.Text(max=200)
    phases = fields.List(fields.Nested(WindowSchema))
    parameters = fields.Dict(
        keys=fields.OneOf(list(PARAMETERS)),
        metadata={"description": "name → a whole number, a word, true or false, or money"},
    )


class NewCallSchema(DecidedSchema):
    """A call by the pattern of another one: its own name and schedule, and what it decides otherwise."""

    code = fields.Text(max=60, pattern="[a-z0-9-]+", required=True)
    with_needs = fields.Flag(
        load_default=True, metadata={"description": "take over the learning needs of the pattern"}
    )
    title_lv = fields.Text(max=200, required=True)
    title_en = fields.Text(max=200, required=True)
    based_on = fields.Id(required=True)
    phases = fields.List(fields.Nested(WindowSchema), required=True)
    parameters = fields.Dict(
        keys=fields.OneOf(list(PARAMETERS)),
        load_default=dict,
        metadata={"description": "name → a whole number, a word, true or false, or money"},
    )


class NewScheduleChangeSchema(Schema):
    """Phases to move, and why."""

    phases = fields.List(fields.Nested(WindowSchema), required=True)
    reason = fields.Text(max=1_000, required=True)


class PublicScheduleChangeQuery(ListQuery):
    """Changes come newest first."""

    sort = schemas.sort("created_at")


class PublicScheduleChangeSchema(Schema):
    """How a schedule was changed, and why."""

    id = fields.Id(required=True)
    phases = fields.List(fields.Nested(WindowSchema), required=True)
    reason = schemas.text()
    applied_at = fields.Instant(required=True)


class ScheduleChangeQuery(PublicScheduleChangeQuery):
    """Filters of schedule changes."""

    state = fields.OneOf(sorted(SCHEDULE_CHANGE.states))


class ScheduleChangeSchema(Schema):
    """A proposal to move phases, and what became of it; `actions` are the steps the caller may take now."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    phases = fields.List(fields.Nested(WindowSchema), required=True)
    reason = schemas.text()
    state = fields.OneOf(sorted(SCHEDULE_CHANGE.states), required=True)
    proposed_by = schemas.text()
    confirmed_by = schemas.text(allow_none=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)
    version = schemas.number(1)
    actions = fields.List(fields.String(), required=True)
