"""How methodologies look over HTTP."""

from typing import Any

from ila_kit.web.schemas import ListQuery, Schema, fields
from marshmallow import ValidationError, validate, validates_schema

from ila_funding.api.quotes import CODE
from ila_funding.domain.cost_kind import CostKind, ListedPrice, Method, Rounding
from ila_funding.domain.methodology import ContinuingProgramme
from ila_funding.domain.methodology_faults import MOST_KINDS, MOST_PRICES, MOST_PROGRAMMES, faults
from ila_funding.domain.methodology_record import METHODOLOGY_STATES, MethodologyContent

STATES = sorted(METHODOLOGY_STATES.states)
RULE = r"BR-[0-9]{3}[a-z]?"


class MethodologyQuery(ListQuery):
    """Filters of the versions."""

    version = fields.Text(max=100)
    state = fields.OneOf(STATES)


class ListedPriceSchema(Schema):
    """The price of one thing by name."""

    title = fields.Text(max=300, required=True)
    price = fields.Money(required=True)
    source = fields.Text(max=300, required=True)


class CostKindSchema(Schema):
    """How one kind of cost is calculated.

    By `hours`: `rate` and `cap`. A `sum` of parts of the kind `part`; with `ceiling_rule` not above one
    unit of a continuing programme. By `price_list`: `prices`. By `actual_cost`: `share` in percent,
    `rounding` to cents, `cap`. What the method does not use is left out.
    """

    code = fields.Text(max=40, pattern=CODE, required=True)
    family = fields.Text(max=40, pattern=CODE, required=True)
    method = fields.OneOf([one.value for one in Method], required=True)
    title_lv = fields.Text(max=100, required=True)
    title_en = fields.Text(max=100, required=True)
    rule = fields.Text(max=20, pattern=RULE, required=True)
    source = fields.Text(max=300, required=True)
    rate = fields.Money(allow_none=True, load_default=None)
    cap = fields.Money(allow_none=True, load_default=None)
    share = fields.WholeNumber(min=1, max=100, allow_none=True, load_default=None)
    rounding = fields.OneOf([one.value for one in Rounding], allow_none=True, load_default=None)
    part = fields.Text(max=40, pattern=CODE, allow_none=True, load_default=None)
    ceiling_rule = fields.Text(max=20, pattern=RULE, allow_none=True, load_default=None)
    prices = fields.List(
        fields.Nested(ListedPriceSchema), load_default=list, validate=validate.Length(max=MOST_PRICES)
    )


class ContinuingProgrammeSchema(Schema):
    """The most that a set of modules of a continuing vocational programme pays."""

    title = fields.Text(max=300, required=True)
    hours = fields.WholeNumber(min=1, max=100_000, required=True)
    ceiling = fields.Money(required=True)
    source = fields.Text(max=300, required=True)


class ContentSchema(Schema):
    """What one version says. `valid_from` is the first day in Riga it decides about.

    `corrects` names the version whose days it decides instead: it is needed when `valid_from` is over or
    is the first day of another version, and left out otherwise.
    """

    version = fields.Text(max=100, required=True)
    title = fields.Text(max=300, required=True)
    document = fields.Text(max=500, required=True)
    valid_from = fields.Date(required=True)
    corrects = fields.Text(max=100, allow_none=True, load_default=None)
    kinds = fields.List(fields.Nested(CostKindSchema), required=True, validate=validate.Length(1, MOST_KINDS))
    continuing_programmes = fields.List(
        fields.Nested(ContinuingProgrammeSchema),
        load_default=list,
        validate=validate.Length(max=MOST_PROGRAMMES),
    )

    @validates_schema(skip_on_field_errors=True)
    def refuse_faults(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse kinds and ceilings that could not be calculated with; each fault at its place."""
        content = content_of(data)
        if found := faults(content.kinds, content.continuing_programmes):
            raise ValidationError(_nested(found))


class MethodologySchema(ContentSchema):
    """One version with its life: `known_from` is when it came into force.

    `edited_by` are all who drafted, changed or submitted it; none of them approves it.
    """

    id = fields.Id(required=True)
    state = fields.OneOf(STATES, required=True)
    known_from = fields.Instant(required=True, allow_none=True)
    edited_by = fields.List(fields.String(), required=True)
    submitted_by = fields.String(required=True, allow_none=True)
    approved_by = fields.String(required=True, allow_none=True)
    returned_by = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True, allow_none=True)
    due_at = fields.Instant(required=True, allow_none=True)
    revision = fields.WholeNumber(min=1, max=2**31, required=True)
    created_at = fields.Instant(required=True)
    updated_at = fields.Instant(required=True)


class WholeMethodologySchema(MethodologySchema):
    """One version, and the steps the caller may take with it now."""

    actions = fields.List(fields.String(), required=True)


class PriceChangeSchema(Schema):
    """What a programme pays now and would pay then; null where it cannot be priced."""

    programme_id = fields.Id(required=True)
    title_lv = fields.String(required=True)
    now = fields.Money(required=True, allow_none=True)
    then = fields.Money(required=True, allow_none=True)


class PinnedSchema(Schema):
    """What names a version and stays as it is: agreements in force, and live holds with their sum."""

    version = fields.String(required=True)
    agreements = fields.WholeNumber(min=0, max=2**31, required=True)
    holds = fields.WholeNumber(min=0, max=2**31, required=True)
    held = fields.Money(required=True)


class ImpactSchema(Schema):
    """What a version changes for programmes that no agreement pins, as of its first day that is not over.

    `decides_until` is null while no later version begins. Sums are of one learner in each programme.
    """

    decides_from = fields.Date(required=True)
    decides_until = fields.Date(required=True, allow_none=True)
    as_of = fields.Date(required=True)
    now_by = fields.String(required=True, allow_none=True)
    programmes = fields.WholeNumber(min=0, max=2**31, required=True)
    dearer = fields.WholeNumber(min=0, max=2**31, required=True)
    cheaper = fields.WholeNumber(min=0, max=2**31, required=True)
    unchanged = fields.WholeNumber(min=0, max=2**31, required=True)
    no_longer_priced = fields.WholeNumber(min=0, max=2**31, required=True)
    newly_priced = fields.WholeNumber(min=0, max=2**31, required=True)
    sum_now = fields.Money(required=True)
    sum_then = fields.Money(required=True)
    largest = fields.List(fields.Nested(PriceChangeSchema), required=True)
    waiting_requests = fields.WholeNumber(min=0, max=2**31, required=True)
    pinned = fields.List(fields.Nested(PinnedSchema), required=True)


def content_of(body: dict[str, Any]) -> MethodologyContent:
    """Return the content that a body of `ContentSchema` holds."""
    return MethodologyContent(
        **{name: body[name] for name in ("version", "title", "document", "valid_from", "corrects")},
        kinds=tuple(map(_kind, body["kinds"])),
        continuing_programmes=tuple(ContinuingProgramme(**one) for one in body["continuing_programmes"]),
    )


def _kind(body: dict[str, Any]) -> CostKind:
    rounding = body["rounding"]
    read = {
        "method": Method(body["method"]),
        "rounding": None if rounding is None else Rounding(rounding),
        "prices": tuple(ListedPrice(**one) for one in body["prices"]),
    }
    return CostKind(**body | read)


def _nested(found: dict[str, list[str]]) -> dict[str, Any]:
    """Return messages by JSON pointer as marshmallow nests them."""
    nested: dict[str, Any] = {}
    for pointer, texts in found.items():
        *path, last = pointer.strip("/").split("/")
        inner = nested
        for name in path:
            inner = inner.setdefault(name, {})
        inner[last] = texts
    return nested
