"""What a call decides, as it goes in and comes out: kinds, requirements, papers, needs, documents."""

import marshmallow as ma
from ila_kit.web.schemas import Schema, fields

from ila_catalog.api import schemas
from ila_catalog.domain.call_parts import NAME, PARTS, SUBJECTS
from ila_catalog.domain.calls import KINDS
from ila_catalog.domain.parameters import REQUIREMENTS


def _source() -> ma.fields.Field[str]:
    """Return a field for where a decision comes from; left out, it is decided with this call."""
    return fields.Text(max=500)  # type: ignore[no-any-return]


def _families() -> ma.fields.Field[list[str]]:
    return fields.List(fields.Text(max=40, pattern=NAME), required=True)  # type: ignore[no-any-return]


class NewKindSchema(Schema):
    """A kind of programme a call takes, of which family, and how many one institution may submit."""

    kind = fields.OneOf(list(KINDS), required=True)
    family = fields.Text(
        max=40, pattern=NAME, required=True, metadata={"description": "a name of the call's own choice"}
    )
    title_lv = fields.Text(max=200, required=True)
    title_en = fields.Text(max=200, required=True)
    quota = fields.WholeNumber(min=1, max=1_000, required=True)
    source = _source()


class NewRequirementSchema(Schema):
    """What institutions or programmes of some families must meet."""

    code = fields.OneOf(list(REQUIREMENTS), required=True)
    rule = fields.Text(max=20, required=True)
    families = _families()
    text_lv = fields.Text(max=1_000, required=True)
    text_en = fields.Text(max=1_000, required=True)
    values = fields.Dict(
        keys=fields.String(), required=True, metadata={"description": "by the code, as call 1 shows them"}
    )
    source = _source()


class NewPaperSchema(Schema):
    """A kind of file that goes with an offer or its programme."""

    kind = fields.Text(max=40, pattern=NAME, required=True)
    title_lv = fields.Text(max=200, required=True)
    title_en = fields.Text(max=200, required=True)
    families = _families()
    subjects = fields.List(fields.OneOf(list(SUBJECTS)), required=True)
    required = fields.Flag(
        required=True, metadata={"description": "unless all that stand instead of it are attached"}
    )
    instead_of = fields.List(fields.Text(max=40, pattern=NAME))
    kinds = fields.List(
        fields.OneOf(list(KINDS)), metadata={"description": "left out: all kinds of the families"}
    )
    source = _source()


class NewCriterionSchema(Schema):
    """A line of the commission's checklist; quality gives up to so many points."""

    code = fields.Text(max=40, pattern=NAME, required=True)
    part = fields.OneOf(list(PARTS), required=True)
    text_lv = fields.Text(max=1_000, required=True)
    text_en = fields.Text(max=1_000, required=True)
    points = fields.WholeNumber(min=1, max=1_000)
    source = _source()


class DecidedSchema(Schema):
    """What a call decides otherwise than its pattern; a list replaces the one of the pattern."""

    project_number = fields.Text(max=200)
    project_title_lv = fields.Text(max=200)
    project_title_en = fields.Text(max=200)
    funding_source = fields.Text(max=60)
    activity = fields.Text(max=60)
    source = fields.Text(max=500)
    kinds = fields.List(fields.Nested(NewKindSchema))
    requirements = fields.List(fields.Nested(NewRequirementSchema))
    attachments = fields.List(fields.Nested(NewPaperSchema))
    checklist = fields.List(fields.Nested(NewCriterionSchema))


class KindSchema(Schema):
    """A kind of programme a call takes, and how many of it one institution may submit."""

    kind = fields.OneOf(list(KINDS), required=True)
    family = schemas.text()
    title_lv = schemas.text()
    title_en = schemas.text()
    quota = schemas.number(1)
    source = schemas.text()


class RequirementSchema(Schema):
    """What an institution or programme must meet, as text and as the values rules compute with."""

    code = schemas.text()
    rule = schemas.text()
    families = fields.List(fields.String(), required=True)
    text_lv = schemas.text()
    text_en = schemas.text()
    values = fields.Dict(required=True)
    source = schemas.text()


class PaperSchema(Schema):
    """A kind of file that goes with an offer or its programme."""

    kind = schemas.text()
    title_lv = schemas.text()
    title_en = schemas.text()
    families = fields.List(fields.String(), required=True)
    subjects = fields.List(fields.OneOf(list(SUBJECTS)), required=True)
    required = fields.Flag(
        required=True, metadata={"description": "unless all that stand instead of it are attached"}
    )
    instead_of = fields.List(fields.String(), required=True)
    kinds = fields.List(
        fields.OneOf(list(KINDS)), required=True, metadata={"description": "empty: all kinds of the families"}
    )
    source = schemas.text()


class CriterionSchema(Schema):
    """A line of the commission's checklist; `points` are the most that a quality criterion gives."""

    code = schemas.text()
    part = fields.OneOf(list(PARTS), required=True)
    text_lv = schemas.text()
    text_en = schemas.text()
    points = schemas.number()
    source = schemas.text()


class NeedAreaSchema(Schema):
    """A DigComp area that is to be taught, and at which levels."""

    area = schemas.area()
    area_lv = schemas.text()
    area_en = schemas.text()
    lowest_level = schemas.level()
    highest_level = schemas.level()


class LearningNeedSchema(NeedAreaSchema):
    """What the supervisory council wants taught; area and levels beside `areas` are those of the first."""

    id = fields.Id(required=True)
    areas = fields.List(fields.Nested(NeedAreaSchema), required=True)
    text_lv = schemas.text(allow_none=True)
    text_en = schemas.text(allow_none=True)
    approved_on = fields.Date(required=True)
    provisional = fields.Flag(required=True)
    source = schemas.text()


class DocumentSchema(Schema):
    """One version of a document of a call: an address, or a file that is kept here with its SHA-256."""

    id = fields.Id(required=True)
    kind = schemas.text()
    number = schemas.text(allow_none=True)
    title_lv = schemas.text()
    title_en = schemas.text()
    document_version = schemas.number(1)
    dated = fields.Date(required=True)
    url = schemas.text(allow_none=True)
    source = schemas.text()
    file_name = schemas.text(allow_none=True)
    media_type = schemas.text(allow_none=True)
    size = fields.WholeNumber(min=1, max=2**31 - 1, required=True, allow_none=True)
    sha256 = schemas.text(allow_none=True)
    added_at = fields.Instant(required=True, allow_none=True)


class ParameterSchema(Schema):
    """A decision of a call: a whole number, a word, true or false, or money; and its source."""

    value = ma.fields.Raw(required=True)
    source = schemas.text()


class CallContentSchema(Schema):
    """What a call decides beside its schedule."""

    project_title_lv = schemas.text()
    project_title_en = schemas.text()
    source = schemas.text()
    kinds = fields.List(fields.Nested(KindSchema), required=True)
    requirements = fields.List(fields.Nested(RequirementSchema), required=True)
    attachments = fields.List(fields.Nested(PaperSchema), required=True)
    checklist = fields.List(fields.Nested(CriterionSchema), required=True)
    learning_needs = fields.List(fields.Nested(LearningNeedSchema), required=True)
    documents = fields.List(fields.Nested(DocumentSchema), required=True)
    parameters = fields.Dict(keys=fields.String(), values=fields.Nested(ParameterSchema), required=True)
