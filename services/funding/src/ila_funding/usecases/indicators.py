"""What the fund counts, beside what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from ila_kit.clock import RIGA

from ila_funding.domain.indicator import Indicator, Reached, Target, reached
from ila_funding.ports import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """Both counters now, and what became of each target."""

    as_of: datetime
    account_users: int
    adults: int
    targets: list[Reached]


def count_indicators(unit: Unit, targets: Sequence[Target]) -> Counted:
    """Return both counters, and for each target the count at the end of its day once that is over.

    Source: the mission, section 1: after a target date show the result, not a forecast.
    """
    ends = [_end(target, unit.now) for target in targets]
    now, *then = unit.indicators.counts([None, *ends])
    return Counted(
        as_of=unit.now,
        account_users=now[Indicator.ACCOUNT_USERS],
        adults=now[Indicator.ADULTS],
        targets=[
            reached(target, counts[target.indicator], unit.now)
            for target, counts in zip(targets, then, strict=True)
        ],
    )


def _end(target: Target, now: datetime) -> datetime | None:
    end = datetime.combine(target.due_on + timedelta(days=1), time(), RIGA)
    return end if end <= now else None
