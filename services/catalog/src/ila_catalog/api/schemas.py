"""What goes in and comes out of the catalogue's routes."""

from typing import Any

import marshmallow as ma
from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_catalog.domain.calls import FAMILIES, KINDS
from ila_catalog.domain.digcomp import AREAS, LEVELS
from ila_catalog.domain.phases import NAMES
from ila_catalog.domain.programmes import LANGUAGES, MODES, MOST_HOURS
from ila_catalog.domain.states import CALL

_FAMILY_NAMES = sorted(set(FAMILIES.values()))
_SEARCH_CHARACTERS = 200
_MOST = 1_000_000


def _area(**kwargs: bool) -> Any:
    return fields.WholeNumber(min=AREAS[0], max=AREAS[-1], **kwargs)


def _level(**kwargs: bool) -> Any:
    return fields.WholeNumber(min=LEVELS[0], max=LEVELS[-1], **kwargs)


def _number(least: int = 0) -> Any:
    return fields.WholeNumber(min=least, max=_MOST, required=True)


def _text(**kwargs: bool) -> Any:
    return fields.String(required=True, **kwargs)


def _sort(*names: str) -> Any:
    return fields.OneOf([*names, *(f"-{name}" for name in names)])


class PublicCallQuery(ListQuery):
    """Filters of calls."""

    sort = _sort("applications_open_at", "created_at")
    code = fields.Text(max=60)
    funding_source = fields.Text(max=60)


class CallQuery(PublicCallQuery):
    """Filters of calls, as officers see them."""

    state = fields.OneOf(sorted(CALL.states))


class ProgrammeQuery(ListQuery):
    """What a visitor looks for. Order: `neutral` (nobody is favoured), `title`, `starts_on` or `hours`."""

    sort = _sort("neutral", "title", "starts_on", "hours")
    q = fields.Text(
        min=0,
        max=_SEARCH_CHARACTERS,
        metadata={"description": "words that must all be found; `datortikli` finds Datortīkli"},
    )
    call_id = fields.Id()
    provider_id = fields.Id()
    kind = fields.OneOf(list(KINDS))
    digcomp_area = fields.QueryNumber(min=AREAS[0], max=AREAS[-1])
    level = fields.QueryNumber(
        min=LEVELS[0], max=LEVELS[-1], metadata={"description": "DigComp level, in the area if one is given"}
    )
    mode = fields.OneOf(list(MODES))
    territory = fields.Text(max=6, pattern="LV-[A-Z0-9]{3}")
    funding_source = fields.Text(max=60)
    starts_from = fields.Date()


class ProviderQuery(ListQuery):
    """Filters of institutions."""

    sort = _sort("name")
    territory = fields.Text(max=6, pattern="LV-[A-Z0-9]{3}")
    viis_number = fields.Text(max=10, pattern="[0-9]{10}")


class PlannedPhaseSchema(Schema):
    """A phase of a call; `closes_at` is the first instant that is too late."""

    name = fields.OneOf(list(NAMES), required=True)
    title_lv = _text()
    title_en = _text()
    opens_at = fields.Instant(required=True)
    closes_at = fields.Instant(required=True)
    planned_opens_at = fields.Instant(required=True)
    planned_closes_at = fields.Instant(required=True)
    source = _text()


class PhaseSchema(PlannedPhaseSchema):
    """A phase of a call, and whether it is open at the moment of the answer."""

    open = fields.Flag(required=True)


class KindSchema(Schema):
    """A kind of programme a call takes, and how many of it one institution may submit."""

    kind = fields.OneOf(list(KINDS), required=True)
    family = fields.OneOf(_FAMILY_NAMES, required=True)
    title_lv = _text()
    title_en = _text()
    quota = _number(1)
    source = _text()


class RequirementSchema(Schema):
    """What an institution or programme must meet, as text and as the values rules compute with."""

    code = _text()
    rule = _text()
    families = fields.List(fields.OneOf(_FAMILY_NAMES), required=True)
    text_lv = _text()
    text_en = _text()
    values = fields.Dict(required=True)
    source = _text()


class LearningNeedSchema(Schema):
    """What the supervisory council wants taught."""

    id = fields.Id(required=True)
    area = _area(required=True)
    area_lv = _text()
    area_en = _text()
    lowest_level = _level(required=True)
    highest_level = _level(required=True)
    approved_on = fields.Date(required=True)
    provisional = fields.Flag(required=True)
    source = _text()


class DocumentSchema(Schema):
    """One version of a document of a call."""

    id = fields.Id(required=True)
    kind = _text()
    number = _text(allow_none=True)
    title_lv = _text()
    title_en = _text()
    document_version = _number(1)
    dated = fields.Date(required=True)
    url = _text(allow_none=True)
    source = _text()


class ParameterSchema(Schema):
    """A decision of a call: a whole number, a word, true or false, or money; and its source."""

    value = ma.fields.Raw(required=True)
    source = _text()


class CallSummarySchema(Schema):
    """A call in a list."""

    id = fields.Id(required=True)
    code = _text()
    title_lv = _text()
    title_en = _text()
    project_number = _text()
    funding_source = _text()
    activity = _text()
    phases = fields.List(fields.Nested(PhaseSchema), required=True)
    applications_open = fields.Flag(required=True)
    shifted_by_days = fields.WholeNumber(
        min=-_MOST,
        max=_MOST,
        required=True,
        metadata={"description": "how far a demonstration moves the schedule from its plan; else 0"},
    )
    version = _number(1)


class _CallContentSchema(Schema):
    project_title_lv = _text()
    project_title_en = _text()
    source = _text()
    kinds = fields.List(fields.Nested(KindSchema), required=True)
    requirements = fields.List(fields.Nested(RequirementSchema), required=True)
    learning_needs = fields.List(fields.Nested(LearningNeedSchema), required=True)
    documents = fields.List(fields.Nested(DocumentSchema), required=True)
    parameters = fields.Dict(keys=fields.String(), values=fields.Nested(ParameterSchema), required=True)


class PublicCallSchema(CallSummarySchema, _CallContentSchema):
    """A call with everything it decides."""


class _OfficerFields(Schema):
    state = fields.OneOf(sorted(CALL.states), required=True)
    edition = _number(1)
    content_hash = _text()
    published_at = fields.Instant(required=True, allow_none=True)


class OfficerCallSummarySchema(CallSummarySchema, _OfficerFields):
    """A call in an officer's list."""


class OfficerCallSchema(CallSummarySchema, _CallContentSchema, _OfficerFields):
    """A call as officers see it: its state too, and no word about the present moment."""

    class Meta(Schema.Meta):
        exclude = ("applications_open",)

    phases = fields.List(fields.Nested(PlannedPhaseSchema), required=True)


class PartSchema(Schema):
    """A module of a set or a course of a study module."""

    title = _text()
    title_en = _text()
    hours = fields.WholeNumber(min=1, max=MOST_HOURS, required=True)


class AimSchema(Schema):
    """A DigComp area that is taught, and up to which level."""

    area = _area(required=True)
    area_lv = _text()
    area_en = _text()
    level = _level(required=True)


class TerritorySchema(Schema):
    """A municipality or state city."""

    code = _text()
    name = _text()


class ProviderShortSchema(Schema):
    """Who gives a programme."""

    id = fields.Id(required=True)
    viis_number = _text()
    name = _text()


class ProgrammeSummarySchema(Schema):
    """A programme in a list."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    call_code = _text()
    kind = fields.OneOf(list(KINDS), required=True)
    family = fields.OneOf(_FAMILY_NAMES, required=True)
    title_lv = _text()
    title_en = _text()
    parts = fields.List(fields.Nested(PartSchema), required=True)
    total_hours = _number(1)
    continuing_programme = _text(allow_none=True)
    digcomp = fields.List(fields.Nested(AimSchema), required=True)
    provider = fields.Nested(ProviderShortSchema, required=True)
    territory = fields.Nested(TerritorySchema, required=True)
    mode = fields.OneOf(list(MODES), required=True)
    language = fields.OneOf(list(LANGUAGES), required=True)
    funding_source = _text()
    places = _number(1)
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    applications_open_at = fields.Instant(required=True)
    applications_close_at = fields.Instant(required=True)
    demonstration = fields.Flag(required=True)
    version = _number(1)
    updated_at = fields.Instant(required=True)


class OutcomeSchema(Schema):
    """What somebody can do who completed the programme."""

    lv = _text()
    en = _text()


class QuotePartSchema(Schema):
    """A part, as the price is computed from."""

    title = _text()
    hours = fields.WholeNumber(min=1, max=MOST_HOURS, required=True)


class QuoteBodySchema(Schema):
    """What to ask for the price with."""

    call_id = fields.Id(required=True)
    kind = fields.OneOf(list(KINDS), required=True)
    parts = fields.List(fields.Nested(QuotePartSchema), required=True)
    continuing_programme = fields.String()


class QuoteLinkSchema(Schema):
    """Where to ask for the price of a programme and its explanation; the catalogue computes none."""

    href = _text()
    method = _text()
    body = fields.Nested(QuoteBodySchema, required=True)


class ProgrammeSchema(ProgrammeSummarySchema):
    """A programme in full."""

    description_lv = _text()
    description_en = _text()
    qualification = _text(allow_none=True)
    learning_outcomes = fields.List(fields.Nested(OutcomeSchema), required=True)
    address = _text()
    published_at = fields.Instant(required=True)
    quote = fields.Nested(QuoteLinkSchema, required=True)


class ProviderSchema(Schema):
    """An institution with published programmes."""

    id = fields.Id(required=True)
    viis_number = _text()
    name = _text()
    institution_type = _text()
    address = _text()
    territory = fields.Nested(TerritorySchema, required=True)
    programmes = _number(1)
    updated_at = fields.Instant(required=True)
