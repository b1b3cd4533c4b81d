"""What goes in and comes out of the routes of programmes and institutions."""

from typing import Any

from ila_kit.web.schemas import ListQuery, Schema, fields

from ila_catalog.api import schemas
from ila_catalog.domain.calls import KINDS
from ila_catalog.domain.digcomp import AREAS, LEVELS
from ila_catalog.domain.programmes import LANGUAGES, MODES, MOST_HOURS

_SEARCH_CHARACTERS = 200
_EUROS = r"(0|[1-9][0-9]{0,6})(\.[0-9]{1,2})?"


class ProgrammeQuery(ListQuery):
    """What a visitor looks for.

    Order: `neutral` (nobody is favoured, nobody floods it), `title`, `starts_on`, `hours` or `price`
    (what has none yet comes last).
    """

    sort = schemas.sort("neutral", "title", "starts_on", "hours", "price")
    q = fields.Text(
        min=0,
        max=_SEARCH_CHARACTERS,
        metadata={
            "description": "words that must all be found, in any form; the last may be unfinished: "
            "`makslig` finds mākslīgais intelekts, `prasme` finds prasmju"
        },
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
    language = fields.OneOf(list(LANGUAGES))
    starts_from = fields.Date()
    price_max = fields.Text(
        max=10, pattern=_EUROS, metadata={"description": "EUR; what has no price yet is left out"}
    )
    places_free = fields.QueryNumber(min=1, max=schemas.MOST, metadata={"description": "at least so many"})
    facets = fields.OneOf(["true", "false"], metadata={"description": "whether to count the facets too"})


class ProviderQuery(ListQuery):
    """Filters of institutions."""

    sort = schemas.sort("name")
    territory = fields.Text(max=6, pattern="LV-[A-Z0-9]{3}")
    viis_number = fields.Text(max=10, pattern="[0-9]{10}")


class PartSchema(Schema):
    """A module of a set or a course of a study module."""

    title = schemas.text()
    title_en = schemas.text()
    hours = fields.WholeNumber(min=1, max=MOST_HOURS, required=True)


class AimSchema(Schema):
    """A DigComp area that is taught, and up to which level."""

    area = schemas.area()
    area_lv = schemas.text()
    area_en = schemas.text()
    level = schemas.level()


class ProviderShortSchema(Schema):
    """Who gives a programme."""

    id = fields.Id(required=True)
    viis_number = schemas.text()
    name = schemas.text()


class MethodologySchema(Schema):
    """By which version of the methodology a price was computed, and the day whose rates it has."""

    id = fields.Id(required=True)
    version = schemas.text()
    as_of = fields.Date(required=True)


class PriceSchema(Schema):
    """What one learner's training pays, as funding computed it; the quote with this hash explains it.

    `per_hour` is the price divided by the learning hours, in whole cents: to compare by, not to multiply.
    """

    amount = fields.Money(required=True)
    per_hour = fields.Money(required=True)
    methodology = fields.Nested(MethodologySchema, required=True)
    quote_hash = schemas.text()


class ProgrammeSummarySchema(Schema):
    """A programme in a list."""

    id = fields.Id(required=True)
    call_id = fields.Id(required=True)
    call_code = schemas.text()
    kind = fields.OneOf(list(KINDS), required=True)
    family = schemas.text()
    title_lv = schemas.text()
    title_en = schemas.text()
    parts = fields.List(fields.Nested(PartSchema), required=True)
    total_hours = schemas.number(1)
    continuing_programme = schemas.text(allow_none=True)
    digcomp = fields.List(fields.Nested(AimSchema), required=True)
    provider = fields.Nested(ProviderShortSchema, required=True)
    territory = fields.Nested(schemas.TerritorySchema, required=True)
    mode = fields.OneOf(list(MODES), required=True)
    language = fields.OneOf(list(LANGUAGES), required=True)
    funding_source = schemas.text()
    places = schemas.number(1)
    places_free = schemas.number()
    starts_on = fields.Date(required=True)
    ends_on = fields.Date(required=True)
    applications_open_at = fields.Instant(required=True)
    applications_close_at = fields.Instant(required=True)
    demonstration = fields.Flag(required=True)
    price = fields.Nested(
        PriceSchema,
        required=True,
        allow_none=True,
        metadata={"description": "null until funding told it"},
    )
    version = schemas.number(1)
    published_at = fields.Instant(required=True)
    content_fingerprint = schemas.text(allow_none=True)
    updated_at = fields.Instant(required=True)


class FacetValueSchema(Schema):
    """A value of a filter, and how many programmes it would find beside the other filters."""

    value = schemas.text()
    name = schemas.text(allow_none=True)
    count = schemas.number(1)


def _facet() -> Any:
    return fields.List(fields.Nested(FacetValueSchema), required=True)


class FacetsSchema(Schema):
    """Counts by filter, each with the other filters applied and not its own; what has none is left out."""

    kind = _facet()
    digcomp_area = _facet()
    level = _facet()
    mode = _facet()
    territory = _facet()
    funding_source = _facet()
    language = _facet()


class ProgrammeSummaryListSchema(Schema):
    """A page of programmes; `total` counts all pages, `facets` comes when asked for."""

    items = fields.List(fields.Nested(ProgrammeSummarySchema), required=True)
    next = fields.String(required=True, allow_none=True, metadata={"description": "cursor of the next page"})
    total = schemas.number()
    did_you_mean = fields.List(
        fields.String(),
        required=True,
        metadata={"description": "what else to ask for `q`, when it finds little; most likely first"},
    )
    facets = fields.Nested(FacetsSchema)


class OutcomeSchema(Schema):
    """What somebody can do who completed the programme."""

    lv = schemas.text()
    en = schemas.text()


class QuotePartSchema(Schema):
    """A part, as the price is computed from."""

    title = schemas.text()
    hours = fields.WholeNumber(min=1, max=MOST_HOURS, required=True)


class QuoteBodySchema(Schema):
    """What to ask for the price with."""

    call_id = fields.Id(required=True)
    kind = fields.OneOf(list(KINDS), required=True)
    parts = fields.List(fields.Nested(QuotePartSchema), required=True)
    continuing_programme = fields.String()
    as_of = fields.Date()


class QuoteLinkSchema(Schema):
    """Where to ask why the price of a programme is what it is; the catalogue computes none."""

    href = schemas.text()
    method = schemas.text()
    body = fields.Nested(QuoteBodySchema, required=True)


class ProgrammeSchema(ProgrammeSummarySchema):
    """A programme in full. `opening_mode` tells who gets its places: whoever applied first, or a draw."""

    description_lv = schemas.text()
    description_en = schemas.text()
    qualification = schemas.text(allow_none=True)
    learning_outcomes = fields.List(fields.Nested(OutcomeSchema), required=True)
    address = schemas.text()
    opening_mode = fields.OneOf(["first_come", "draw"], required=True)
    quote = fields.Nested(QuoteLinkSchema, required=True)


class ProviderSchema(Schema):
    """An institution with published programmes."""

    id = fields.Id(required=True)
    viis_number = schemas.text()
    name = schemas.text()
    institution_type = schemas.text()
    address = schemas.text()
    territory = fields.Nested(schemas.TerritorySchema, required=True)
    programmes = schemas.number(1)
    updated_at = fields.Instant(required=True)
