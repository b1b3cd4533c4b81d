"""What goes in and comes out of the routes where institutions write their programmes."""

import marshmallow as ma
from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_catalog.api import schemas
from ila_catalog.domain.calls import KINDS
from ila_catalog.domain.programmes import CONTENTS, LANGUAGES, MODES, MOST_HOURS, MOST_PARTS, SPECIALISED
from ila_catalog.domain.states import PROGRAMME


class OwnProgrammeQuery(ListQuery):
    """Filters of programmes in any state."""

    sort = schemas.sort("created_at")
    organisation_id = fields.Id()
    call_id = fields.Id()
    kind = fields.OneOf(list(KINDS))
    state = fields.OneOf(sorted(PROGRAMME.states))


class WrittenPartSchema(Schema):
    """A part: its hours, how many of them are digital content, and where its content comes from."""

    title = fields.Text(max=200, required=True)
    title_en = fields.Text(min=0, max=200, load_default="")
    hours = fields.WholeNumber(min=1, max=MOST_HOURS, required=True)
    digital_hours = fields.WholeNumber(min=0, max=MOST_HOURS, required=True)
    content = fields.OneOf(list(CONTENTS), load_default=SPECIALISED)

    @ma.validates_schema
    def digital_hours_are_hours(self, data: dict[str, int], **_: object) -> None:
        """Refuse more digital hours than there are hours."""
        if data["digital_hours"] > data["hours"]:
            raise ma.ValidationError("is more than the hours", "digital_hours")


class WrittenAimSchema(Schema):
    """A DigComp area that is taught, and up to which level."""

    area = schemas.area()
    level = schemas.level()


class WrittenOutcomeSchema(Schema):
    """What somebody can do who completed the programme."""

    lv = fields.Text(max=500, required=True)
    en = fields.Text(max=500, required=True)


class ProgrammeContentSchema(Schema):
    """What an institution writes about a programme; texts and choices may follow later, in the draft."""

    kind = fields.OneOf(list(KINDS), required=True)
    title_lv = fields.Text(max=200, required=True)
    title_en = fields.Text(min=0, max=200, load_default="")
    description_lv = fields.Text(min=0, max=5_000, load_default="")
    description_en = fields.Text(min=0, max=5_000, load_default="")
    parts = fields.List(
        fields.Nested(WrittenPartSchema), required=True, validate=ma.validate.Length(1, MOST_PARTS)
    )
    continuing_programme = fields.Text(max=200, load_default=None, allow_none=True)
    qualification = fields.Text(max=200, load_default=None, allow_none=True)
    licence_number = fields.Text(max=60, load_default=None, allow_none=True)
    digcomp = fields.List(
        fields.Nested(WrittenAimSchema), load_default=list, validate=ma.validate.Length(0, 5)
    )
    learning_outcomes = fields.List(
        fields.Nested(WrittenOutcomeSchema), load_default=list, validate=ma.validate.Length(0, 40)
    )
    learning_need_id = fields.Id(load_default=None, allow_none=True)
    place_id = fields.Id(load_default=None, allow_none=True)
    mode = fields.OneOf(list(MODES), required=True)
    language = fields.OneOf(list(LANGUAGES), required=True)
    places = fields.WholeNumber(min=1, max=10_000, required=True)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)

    @ma.validates_schema
    def ends_after_it_starts(self, data: dict[str, object], **_: object) -> None:
        """Refuse an end before the start."""
        if data["ends_on"] < data["starts_on"]:  # type: ignore[operator]
            raise ma.ValidationError("is before the start", "ends_on")


class NewProgrammeSchema(ProgrammeContentSchema):
    """A new programme of an institution for a call."""

    organisation_id = fields.Id(required=True)
    call_id = fields.Id(required=True)


class ShownPartSchema(Schema):
    """A part as it is stored."""

    title = schemas.text()
    title_en = schemas.text()
    hours = schemas.number(1)
    digital_hours = schemas.number()
    content = fields.OneOf(list(CONTENTS), required=True)


class OwnProgrammeSummarySchema(Schema):
    """A programme in a list of any state."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    organisation_id = fields.Id(required=True)
    organisation_title = schemas.text()
    kind = fields.OneOf(list(KINDS), required=True)
    family = schemas.text()
    title_lv = schemas.text()
    title_en = schemas.text()
    total_hours = schemas.number(1)
    state = fields.OneOf(sorted(PROGRAMME.states), required=True)
    actions = fields.List(fields.String(), required=True)
    demonstration = fields.Flag(required=True)
    published_at = fields.Instant(required=True, allow_none=True)
    version = schemas.number(1)


class RegisterFactSchema(schemas.ProvenanceSchema):
    """What is known of a register's answer; `fault` says why the last question went unanswered."""

    fault = schemas.text(allow_none=True)


class OwnProgrammeSchema(OwnProgrammeSummarySchema):
    """A programme as its institution wrote it, what it lacks, and what registers said of it."""

    description_lv = schemas.text()
    description_en = schemas.text()
    parts = fields.List(fields.Nested(ShownPartSchema), required=True)
    continuing_programme = schemas.text(allow_none=True)
    qualification = schemas.text(allow_none=True)
    licence_number = schemas.text(allow_none=True)
    digcomp = fields.List(fields.Nested(WrittenAimSchema), required=True)
    learning_outcomes = fields.List(fields.Nested(WrittenOutcomeSchema), required=True)
    learning_need_id = fields.Id(required=True, allow_none=True)
    place_id = fields.Id(required=True, allow_none=True)
    address = schemas.text()
    territory = fields.Nested(schemas.TerritorySchema, required=True)
    mode = fields.OneOf(list(MODES), required=True)
    language = fields.OneOf(list(LANGUAGES), required=True)
    funding_source = schemas.text()
    places = schemas.number(1)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    agreement_id = fields.Id(required=True, allow_none=True)
    problems = fields.List(fields.Nested(schemas.ProblemShownSchema), required=True)
    registers = fields.List(fields.Nested(RegisterFactSchema), required=True)
