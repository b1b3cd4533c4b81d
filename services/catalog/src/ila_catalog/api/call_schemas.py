"""What goes in and comes out of the routes of calls."""

import marshmallow as ma
from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_catalog.api import schemas
from ila_catalog.domain.calls import KINDS
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


class KindSchema(Schema):
    """A kind of programme a call takes, and how many of it one institution may submit."""

    kind = fields.OneOf(list(KINDS), required=True)
    family = fields.OneOf(schemas.FAMILY_NAMES, required=True)
    title_lv = schemas.text()
    title_en = schemas.text()
    quota = schemas.number(1)
    source = schemas.text()


class RequirementSchema(Schema):
    """What an institution or programme must meet, as text and as the values rules compute with."""

    code = schemas.text()
    rule = schemas.text()
    families = fields.List(fields.OneOf(schemas.FAMILY_NAMES), required=True)
    text_lv = schemas.text()
    text_en = schemas.text()
    values = fields.Dict(required=True)
    source = schemas.text()


class LearningNeedSchema(Schema):
    """What the supervisory council wants taught."""

    id = fields.Id(required=True)
    area = schemas.area()
    area_lv = schemas.text()
    area_en = schemas.text()
    lowest_level = schemas.level()
    highest_level = schemas.level()
    approved_on = fields.Date(required=True)
    provisional = fields.Flag(required=True)
    source = schemas.text()


class DocumentSchema(Schema):
    """One version of a document of a call."""

    id = fields.Id(required=True)
    kind = schemas.text()
    number = schemas.text(allow_none=True)
    title_lv = schemas.text()
    title_en = schemas.text()
    document_version = schemas.number(1)
    dated = fields.Date(required=True)
    url = schemas.text(allow_none=True)
    source = schemas.text()


class ParameterSchema(Schema):
    """A decision of a call: a whole number, a word, true or false, or money; and its source."""

    value = ma.fields.Raw(required=True)
    source = schemas.text()


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
    shifted_by_days = fields.WholeNumber(
        min=-schemas.MOST,
        max=schemas.MOST,
        required=True,
        metadata={"description": "how far a demonstration moves the schedule from its plan; else 0"},
    )
    version = schemas.number(1)


class _CallContentSchema(Schema):
    project_title_lv = schemas.text()
    project_title_en = schemas.text()
    source = schemas.text()
    kinds = fields.List(fields.Nested(KindSchema), required=True)
    requirements = fields.List(fields.Nested(RequirementSchema), required=True)
    learning_needs = fields.List(fields.Nested(LearningNeedSchema), required=True)
    documents = fields.List(fields.Nested(DocumentSchema), required=True)
    parameters = fields.Dict(keys=fields.String(), values=fields.Nested(ParameterSchema), required=True)


class PublicCallSchema(CallSummarySchema, _CallContentSchema):
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


class OfficerCallSchema(CallSummarySchema, _CallContentSchema, _OfficerFields):
    """A call as officers see it: its state too, and no word about the present moment."""

    class Meta(Schema.Meta):
        exclude = ("applications_open",)

    phases = fields.List(fields.Nested(PlannedPhaseSchema), required=True)


class WindowSchema(Schema):
    """When a phase is to be open; `closes_at` is the first instant that is too late."""

    name = fields.OneOf(list(NAMES), required=True)
    opens_at = fields.Instant(required=True)
    closes_at = fields.Instant(required=True)


class ChangeCallSchema(Schema):
    """What changes in the draft of a call; what is left out stays."""

    title_lv = fields.Text(max=200)
    title_en = fields.Text(max=200)
    phases = fields.List(fields.Nested(WindowSchema))
    parameters = fields.Dict(
        keys=fields.OneOf(list(PARAMETERS)),
        metadata={"description": "name → a whole number, a word, true or false, or money"},
    )


class NewCallSchema(Schema):
    """A call by the pattern of another one: its own name and schedule, and what it decides otherwise."""

    code = fields.Text(max=60, pattern="[a-z0-9-]+", required=True)
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
    """A proposal to move phases, and what became of it."""

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
