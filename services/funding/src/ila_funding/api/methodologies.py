"""Versions of the methodology over HTTP; they change in `parameters/unit_costs.toml`."""

from typing import Any

from ila_kit.events import to_json
from ila_kit.web.resource import Access, Call, Resource, page_request
from ila_kit.web.schemas import ListQuery, Schema, fields, list_of

from ila_funding.domain.methodology import Methodology

methodologies = Resource(
    "methodologies",
    __name__,
    url_prefix="/api/funding/v1/methodologies",
    description="Rates, caps and unit costs by date",
)


class MethodologyQuery(ListQuery):
    """Filters of the versions."""

    version = fields.Text(max=100)


class UnitCostSchema(Schema):
    """Hour rate and cap of one module or study course."""

    rate = fields.Money(required=True)
    cap = fields.Money(required=True)
    source = fields.String(required=True)


class ContinuingProgrammeSchema(Schema):
    """The most that a set of modules of a continuing vocational programme pays."""

    title = fields.String(required=True)
    hours = fields.WholeNumber(min=1, max=100_000, required=True)
    ceiling = fields.Money(required=True)
    source = fields.String(required=True)


class MethodologySchema(Schema):
    """One version: `valid_from` is the first day it decides about, `known_from` when it was known."""

    id = fields.Id(required=True)
    version = fields.String(required=True)
    title = fields.String(required=True)
    document = fields.String(required=True)
    valid_from = fields.Date(required=True)
    known_from = fields.Instant(required=True)
    module = fields.Nested(UnitCostSchema, required=True)
    study_course = fields.Nested(UnitCostSchema, required=True)
    continuing_programmes = fields.List(fields.Nested(ContinuingProgrammeSchema), required=True)


@methodologies.operation(
    "GET", "", Access(signed_in=True), query=MethodologyQuery, answer=(200, list_of(MethodologySchema))
)
def get_methodologies(call: Call) -> dict[str, Any]:
    """List the versions of the methodology, the newest first."""
    page = call.unit.methodologies.page(page_request(call.query))
    return {"items": [_shown(row["methodology"]) for row in page.rows], "next": page.next}


def _shown(methodology: Methodology) -> dict[str, Any]:
    shown: dict[str, Any] = to_json(methodology)
    return shown
