"""Rules of a budget line beside its limit: from where on it is alarming, and when it lets new holds wait."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

# [default] of a line whose rules nobody changed, in percent of the limit.
ALARM_SHARES = (80, 90)


class Pause(StrEnum):
    """Why a line lets new holds wait."""

    BY_HAND = "by-hand"
    DATES = "dates"
    SHARE = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRules:
    """Soft alarms and pauses of a line; shares are whole percents of its limit.

    New holds wait from `pause_from` until `pause_until` (for good when that is None), and while at least
    `pause_share` of the limit is used; those of trainings in an `exempt` stratum do not.
    """

    alarm_shares: tuple[int, ...] = ALARM_SHARES
    pause_share: int | None = None
    pause_from: datetime | None = None
    pause_until: datetime | None = None
    exempt: tuple[str, ...] = ()

    def within_dates(self, now: datetime) -> bool:
        """Tell whether it is a time of its planned pause; the end is exclusive."""
        begun = self.pause_from is not None and self.pause_from <= now
        return begun and (self.pause_until is None or now < self.pause_until)

    def exempts(self, strata: Iterable[str]) -> bool:
        """Tell whether a training in these strata does not wait."""
        return not set(self.exempt).isdisjoint(strata)


def reached(share: int, used: Decimal, limit: Decimal) -> bool:
    """Tell whether at least a share of a limit is used; nothing is reached of a line that has none."""
    return limit > 0 and used * 100 >= share * limit


def alarm_of(shares: Iterable[int], used: Decimal, limit: Decimal) -> int:
    """Return the highest of these shares that is reached; 0 for none."""
    return max((share for share in shares if reached(share, used, limit)), default=0)
