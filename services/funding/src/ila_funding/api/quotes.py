"""Prices over HTTP: `POST /quotes` for signed-in callers, `POST /public/quotes` for everybody."""

from typing import Any

from ila_kit.events import to_json
from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields
from marshmallow import ValidationError, validate, validates_schema

from ila_funding.domain.errors import (
    CeilingNotApplicable,
    HoursOutOfRange,
    NoMethodology,
    UnknownCall,
    UnknownContinuingProgramme,
    UnknownKind,
    UnknownListedPrice,
    WrongNumberOfParts,
    WrongPart,
)
from ila_funding.domain.methodology_faults import MOST_EUROS
from ila_funding.domain.splitting import IN_PIECES, TWICE
from ila_funding.domain.training import MOST_HOURS, MOST_PARTS, Kind, Training, part_of
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
    UnknownKind,
    UnknownListedPrice,
    WrongNumberOfParts,
    WrongPart,
]
CODE = r"[a-z][a-z0-9_]{0,39}"


class PartSchema(Schema):
    """One part of a training: `hours` of a module or course, or the `cost` of what somebody paid for.

    What stands on a price list has neither.
    """

    title = fields.Text(max=300, required=True)
    hours = fields.WholeNumber(min=1, max=MOST_HOURS)
    cost = fields.Money()

    @validates_schema(skip_on_field_errors=True)
    def refuse_two_prices(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a part with hours and a cost, and a cost of nothing."""
        if "cost" in data and "hours" in data:
            raise ValidationError("a part has hours or a cost", "cost")
        if "cost" in data and not 0 < data["cost"] <= MOST_EUROS:
            raise ValidationError("is not between 0.01 and 100000.00", "cost")


class QuoteRequestSchema(Schema):
    """A training whose price is asked for; `as_of` is today in Riga unless it is given."""

    call_id = fields.Id()
    as_of = fields.Date()
    kind = fields.Text(
        max=40,
        pattern=CODE,
        required=True,
        metadata={"description": "code of a kind in the methodology; those of call 1: " + ", ".join(Kind)},
    )
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


class TrainingSchema(Schema):
    """What was asked for."""

    kind = fields.String(required=True)
    parts = fields.List(fields.Nested(PartSchema), required=True)
    continuing_programme = fields.String(required=True, allow_none=True)


class QuoteSchema(Schema):
    """What a training pays, and why. Equal questions under one methodology have equal hashes."""

    amount = fields.Money(required=True)
    training = fields.Nested(TrainingSchema, required=True)
    methodology = fields.Nested(VersionSchema, required=True)
    steps = fields.List(fields.Nested(StepSchema), required=True)
    hash = fields.String(required=True, metadata={"pattern": "^[0-9a-f]{64}$"})


class WarnedSchema(Schema):
    """Something about the parts that people should look at; it changes no price (BR-708)."""

    code = fields.OneOf([IN_PIECES, TWICE], required=True)
    parts = fields.List(fields.String(), required=True)
    pays = fields.Money(required=True)
    whole = fields.Money(required=True)
    sentence_lv = fields.String(required=True)
    sentence_en = fields.String(required=True)


class AskedQuoteSchema(QuoteSchema):
    """What a training pays, and why; `warnings` are no part of the hash."""

    warnings = fields.List(fields.Nested(WarnedSchema), required=True)


@quotes.operation(
    "POST",
    "",
    Access(signed_in=True),
    body=QuoteRequestSchema,
    answer=(200, AskedQuoteSchema),
    refusals=REFUSALS,
    reads=True,
)
def post_quote(call: Call) -> dict[str, Any]:
    """Price a training, and explain the price step by step."""
    return _quote(call)


@public_quotes.operation(
    "POST",
    "",
    Access(public=True),
    body=QuoteRequestSchema,
    answer=(200, AskedQuoteSchema),
    refusals=REFUSALS,
    reads=True,
)
def post_public_quote(call: Call) -> dict[str, Any]:
    """Price a training for a visitor, and explain the price step by step."""
    return _quote(call)


def _quote(call: Call) -> dict[str, Any]:
    body: dict[str, Any] = dict(call.body)
    training = Training(
        kind=body.pop("kind"),
        parts=tuple(part_of(**part) for part in body.pop("parts")),
        continuing_programme=body.pop("continuing_programme", None),
    )
    answered = ask_quote(call.unit, AskQuote(training=training, **body))
    shown: dict[str, Any] = to_json(answered.quote)
    return shown | {"warnings": to_json(answered.warnings)}
