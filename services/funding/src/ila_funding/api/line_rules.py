"""Alarms and pauses of budget lines over HTTP, and the meter that shows how a line stands now."""

from decimal import Decimal
from typing import Any
from uuid import UUID

from ila_kit.errors import Missing
from ila_kit.states import NotYourStep, WrongState
from ila_kit.web.resource import Answer, Call, Resource
from ila_kit.web.schemas import Schema, fields
from marshmallow import ValidationError, validates_schema

from ila_funding.api.budget_lines import (
    BOTH,
    LINES,
    MANAGERS,
    OFFICERS,
    RulesSchema,
    WholeLineSchema,
    shown_line,
)
from ila_funding.api.claims import ReasonSchema
from ila_funding.domain.errors import ChangePending, NothingChanges, SamePerson
from ila_funding.domain.line_rules import LineRules, Pause
from ila_funding.usecases.limits import ProposeRules, propose_rules
from ila_funding.usecases.pauses import pause_line, resume_line

line_rules = Resource(
    "budget-line-rules", __name__, url_prefix=LINES, description="Alarms and pauses of budget lines"
)
PAUSES = [pause.value for pause in Pause]
HUNDREDTH = Decimal("0.01")


class NewRulesSchema(RulesSchema):
    """All rules that a line is to have, and why."""

    reason = fields.Text(max=1_000, required=True)

    @validates_schema
    def _ends_after_it_begins(self, data: dict[str, Any], **_: Any) -> None:
        begins, ends = data["pause_from"], data["pause_until"]
        if ends is not None and (begins is None or ends <= begins):
            raise ValidationError("is not after pause_from", "pause_until")


class WaitingSchema(Schema):
    """The applications that wait for a line's money, and what they would take of it together."""

    count = fields.WholeNumber(min=0, max=2**31, required=True)
    amount = fields.Money(required=True)


class MeterSchema(Schema):
    """How a line stands at an instant.

    `used_percent` has two decimals, rounded down, so that 100.00 means that nothing is left. `pause` is why
    new holds wait: somebody paused it, its planned dates, or the share of its limit that is used.
    """

    line_id = fields.Id(required=True)
    limit = fields.Money(required=True)
    held = fields.Money(required=True)
    committed = fields.Money(required=True)
    consumed = fields.Money(required=True)
    free = fields.Money(required=True)
    used_percent = fields.String(required=True)
    alarm = fields.WholeNumber(min=1, max=100, required=True, allow_none=True)
    pause = fields.OneOf(PAUSES, required=True, allow_none=True)
    pause_until = fields.Instant(required=True, allow_none=True)
    waiting = fields.Nested(WaitingSchema, required=True)
    as_of = fields.Instant(required=True)


@line_rules.operation("GET", "/<uuid:line_id>/meter", OFFICERS, answer=(200, MeterSchema))
def get_meter(call: Call, line_id: UUID) -> Answer:
    """Show how a line stands now: money, shares, alarm, pause, and who waits."""
    line = call.unit.lines.get(line_id)
    if line is None:
        raise Missing()
    count, amount = call.unit.lines.waiting(line_id)
    pause = line.pause(call.unit.now)
    whole = line.limit_amount or Decimal(1)
    used = (line.used * 100 / whole).quantize(HUNDREDTH, "ROUND_DOWN")
    shown = {name: getattr(line, name) for name in ("held", "committed", "consumed", "free")}
    shown |= {
        "line_id": line.id,
        "limit": line.limit_amount,
        "used_percent": format(used, "f"),
        "alarm": line.alarm or None,
        "pause": pause,
        "pause_until": line.pause_until if pause is Pause.DATES else None,
        "waiting": {"count": count, "amount": amount},
        "as_of": call.unit.now,
    }
    return Answer(shown)


@line_rules.operation(
    "POST",
    "/<uuid:line_id>/rules",
    MANAGERS,
    body=NewRulesSchema,
    answer=(200, WholeLineSchema),
    refusals=[ChangePending, NothingChanges],
    idempotent=True,
)
def post_rules(call: Call, line_id: UUID) -> Answer:
    """Propose other alarms and pauses, all of them; nothing changes until another person approves it."""
    reason = call.body.pop("reason")
    lists = {name: tuple(call.body[name]) for name in ("alarm_shares", "exempt")}
    rules = LineRules(**call.body | lists)
    propose_rules(call.unit, ProposeRules(line_id=line_id, rules=rules, reason=reason))
    return shown_line(call, line_id)


@line_rules.operation(
    "POST",
    "/<uuid:line_id>/pause",
    BOTH,
    body=ReasonSchema,
    answer=(200, WholeLineSchema),
    refusals=[WrongState, NotYourStep],
    idempotent=True,
)
def post_pause(call: Call, line_id: UUID) -> Answer:
    """Let new holds of a line wait from now on; what is held is not touched."""
    pause_line(call.unit, line_id, call.body["reason"])
    return shown_line(call, line_id)


@line_rules.operation(
    "POST",
    "/<uuid:line_id>/resumption",
    BOTH,
    body=ReasonSchema,
    answer=(200, WholeLineSchema),
    refusals=[WrongState, NotYourStep, SamePerson],
    idempotent=True,
)
def post_resumption(call: Call, line_id: UUID) -> Answer:
    """Let a paused line go on, as another person than who paused it; those who wait are served in order."""
    resume_line(call.unit, line_id, call.body["reason"])
    return shown_line(call, line_id)
