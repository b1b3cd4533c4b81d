"""Indicators over HTTP: two counters and what was promised, for staff and for everybody."""

from typing import Any

import flask
from ila_kit.clock import as_instant
from ila_kit.events import to_json
from ila_kit.web.resource import Access, Call, Resource
from ila_kit.web.schemas import Schema, fields
from ila_kit.web.tables import BOM, csv_bytes
from ila_kit.web.uploads import download

from ila_funding.domain.indicator import Indicator
from ila_funding.usecases.indicators import Counted, count_indicators

indicators = Resource(
    "indicators",
    __name__,
    url_prefix="/api/funding/v1/indicators",
    description="What the fund counts",
)
indicators_csv = Resource(
    "indicators-csv",
    __name__,
    url_prefix="/api/funding/v1/indicators.csv",
    description="What the fund counts, for spreadsheets",
)
public_indicators = Resource(
    "public-indicators",
    __name__,
    url_prefix="/api/funding/v1/public/indicators",
    description="What the fund counts, for everybody",
)
STAFF = Access(any={"call_manager", "rate_manager", "rate_approver", "claim_officer", "auditor"})
HEAD = ("indicator", "call_code", "call_title_lv", "count", "target", "due_on", "state", "as_of")


class TargetSchema(Schema):
    """What became of a target; once its day is over, the count is the one of that day."""

    indicator = fields.OneOf([one.value for one in Indicator], required=True)
    due_on = fields.Date(required=True)
    target = fields.WholeNumber(min=1, max=2**31, required=True)
    count = fields.WholeNumber(min=0, max=2**63, required=True)
    state = fields.OneOf(["open", "reached", "missed"], required=True)
    source = fields.String(required=True)


class PublicIndicatorsSchema(Schema):
    """Distinct persons with an opened account, and with at least one verified completed result."""

    as_of = fields.Instant(required=True)
    account_users = fields.WholeNumber(min=0, max=2**63, required=True)
    adults = fields.WholeNumber(min=0, max=2**63, required=True)
    targets = fields.List(fields.Nested(TargetSchema), required=True)


class CallIndicatorSchema(Schema):
    """How many adults reached a verified result in one call."""

    call_id = fields.Id(required=True)
    code = fields.String(required=True)
    title_lv = fields.String(required=True)
    title_en = fields.String(required=True)
    adults = fields.WholeNumber(min=0, max=2**63, required=True)


class IndicatorsSchema(PublicIndicatorsSchema):
    """The counters with their part in each call; one adult may count in several calls."""

    calls = fields.List(fields.Nested(CallIndicatorSchema), required=True)


@indicators.operation("GET", "", STAFF, answer=(200, IndicatorsSchema))
def get_indicators(call: Call) -> dict[str, Any]:
    """Show both counters, what became of the targets, and the adults of each call."""
    return _counted(call) | {"calls": call.unit.indicators.adults_by_call()}


@public_indicators.operation("GET", "", Access(public=True), answer=(200, PublicIndicatorsSchema))
def get_public_indicators(call: Call) -> dict[str, Any]:
    """Show both counters and what became of the targets."""
    return _counted(call)


@indicators_csv.operation("GET", "", STAFF, answer=(200, None), media_type="text/csv")
def get_indicators_csv(call: Call) -> flask.Response:
    """Hand out the same as a table for spreadsheets: UTF-8, and no cell that one would run."""
    counted = count_indicators(call.unit, call.deps.targets)
    rows = _rows(counted, call.unit.indicators.adults_by_call())
    return download(BOM + csv_bytes([HEAD, *rows]), "indicators.csv", "text/csv")


def _counted(call: Call) -> dict[str, Any]:
    shown: dict[str, Any] = to_json(count_indicators(call.unit, call.deps.targets))
    return shown


def _rows(counted: Counted, calls: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    at = as_instant(counted.as_of)
    totals = [(Indicator.ACCOUNT_USERS, counted.account_users), (Indicator.ADULTS, counted.adults)]
    rows: list[tuple[Any, ...]] = [(name, "", "", count, "", "", "", at) for name, count in totals]
    rows += [
        (one.indicator, "", "", one.count, one.target, one.due_on, one.state, at) for one in counted.targets
    ]
    of_calls = [(one["code"], one["title_lv"], one["adults"]) for one in calls]
    return rows + [(Indicator.ADULTS, code, title, count, "", "", "", at) for code, title, count in of_calls]
