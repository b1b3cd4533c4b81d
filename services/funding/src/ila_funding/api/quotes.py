"""Prices over HTTP: `POST /quotes` for signed-in callers, `POST /public/quotes` for everybody."""

from typing import Any

from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields
from marshmallow import validate

from ila_funding.domain.errors import (
    CeilingNotApplicable,
    HoursOutOfRange,
    NoMethodology,
    UnknownCall,
    UnknownContinuingProgramme,
    WrongNumberOfParts,
)
from ila_funding.domain.quote import Quote
from ila_funding.domain.training import MOST_HOURS, MOST_PARTS, Kind, Part, Training
from ila_funding.usecases.quotes import AskQuote, ask_quote

quotes = Resource("quotes", __name__, url_prefix="/api/funding/v1/quotes", description="What a training pays")
public_quotes = Resource(
    "public-quotes",
    __name__,
    url_prefix="/api/funding/v1/public/quotes",
    description="What a training pays, for everybody",
)
REFUSALS = [
    CeilingNotApplicable,
    HoursOutOfRange,
    NoMethodology,
    UnknownCall,
    UnknownContinuingProgramme,
    WrongNumberOfParts,
]


class PartSchema(Schema):
    """One module or study course."""

    title = fields.Text(max=300, required=True)
    hours = fields.WholeNumber(min=1, max=MOST_HOURS, required=True)


class QuoteRequestSchema(Schema):
    """A training whose price is asked for; `as_of` is today in Riga unless it is given."""

    call_id = fields.Id()
    as_of = fields.Date()
    kind = fields.OneOf([kind.value for kind in Kind], required=True)
    parts = fields.List(fields.Nested(PartSchema), required=True, validate=validate.Length(1, MOST_PARTS))
    continuing_programme = fields.Text(
        max=300,
        allow_none=True,
        metadata={"description": "title of the continuing vocational programme a module set is taken from"},
    )


class VersionSchema(Schema):
    """The version of the methodology that decided."""

    id = fields.Id(required=True)
    version = fields.String(required=True)
    valid_from = fields.Date(required=True)


class StepSchema(Schema):
    """One step of the calculation; `uses` are the numbers of the steps whose results it takes."""

    number = fields.WholeNumber(min=1, max=MOST_PARTS + 2, required=True)
    uses = fields.List(fields.WholeNumber(min=1, max=MOST_PARTS + 1), required=True)
    rule = fields.String(required=True)
    source = fields.String(required=True)
    formula = fields.String(required=True)
    inputs = fields.Dict(required=True)
    result = fields.Money(required=True)
    cap_applied = fields.Flag(required=True)
    sentence_lv = fields.String(required=True)
    sentence_en = fields.String(required=True)


class QuoteSchema(Schema):
    """What a training pays, and why. Equal questions under one methodology have equal hashes."""

    amount = fields.Money(required=True)
    methodology = fields.Nested(VersionSchema, required=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)
    hash = fields.String(required=True, metadata={"pattern": "^[0-9a-f]{64}$"})


@quotes.operation(
    "POST",
    "",
    Access(signed_in=True),
    body=QuoteRequestSchema,
    answer=(200, QuoteSchema),
    refusals=REFUSALS,
    reads=True,
)
def post_quote(call: Call) -> Quote:
    """Price a training, and explain the price step by step."""
    return _quote(call)


@public_quotes.operation(
    "POST",
    "",
    Access(public=True),
    body=QuoteRequestSchema,
    answer=(200, QuoteSchema),
    refusals=REFUSALS,
    reads=True,
)
def post_public_quote(call: Call) -> Quote:
    """Price a training for a visitor, and explain the price step by step."""
    return _quote(call)


def _quote(call: Call) -> Quote:
    body: dict[str, Any] = dict(call.body)
    training = Training(
        kind=Kind(body.pop("kind")),
        parts=tuple(Part(**part) for part in body.pop("parts")),
        continuing_programme=body.pop("continuing_programme", None),
    )
    return ask_quote(call.unit, AskQuote(training=training, **body))
