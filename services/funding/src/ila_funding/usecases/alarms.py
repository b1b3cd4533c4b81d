"""Soft alarms of budget lines: told once each time a share of the limit is crossed upwards."""

from uuid import UUID

from ila_funding.domain.budget import BudgetLine
from ila_funding.domain.ledger import LineUse
from ila_funding.domain.line_rules import alarm_of
from ila_funding.events.published import BudgetThresholdReached
from ila_funding.ports import Unit


def watch(unit: Unit, use: LineUse) -> None:
    """Tell which alarms a line has just reached, each of them; below a share its alarm is armed again.

    The caller has changed the line in this transaction, so that nobody else watches it at this moment.

    Source: BR-709.
    """
    alarm = alarm_of(use.alarm_shares, use.used, use.limit_amount)
    if alarm == use.alarm:
        return
    unit.lines.set_alarm(use.line_id, alarm)
    for share in sorted(one for one in use.alarm_shares if use.alarm < one <= alarm):
        event = BudgetThresholdReached(
            line_id=use.line_id,
            call_id=use.call_id,
            threshold_percent=share,
            limit=use.limit_amount,
            used=use.used,
            reached_at=unit.now,
        )
        unit.publish(event, use.version)
        unit.audit("reach_budget_threshold", "budget_line", use.line_id, percent=share, used=str(use.used))


def watch_line(unit: Unit, line_id: UUID) -> None:
    """Do the same for a line that changed otherwise than by one movement of a learner's money."""
    line = unit.lines.lock(line_id)
    if line is not None:
        watch(unit, line_use(line))


def line_use(line: BudgetLine) -> LineUse:
    """Return how a line stands."""
    return LineUse(
        line.id, line.call_id, line.version, line.used, line.limit_amount, line.alarm, line.alarm_shares
    )
