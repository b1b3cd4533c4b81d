"""What one person's training pays: the unit-cost rules of the methodology (BR-701 to BR-706)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ila_kit.money import ZERO


@dataclass(frozen=True, slots=True)
class UnitCost:
    """Hour rate and cap of one kind of training, in one version of the methodology."""

    rate: Decimal
    cap: Decimal
    source: str


def payable(unit: UnitCost, hours: int) -> Decimal:
    """Return what one course or module pays, in euros: the hour rate, limited to the cap.

    The rate is published to the cent, so the product is exact and nothing is rounded.
    The slides print the cap as an inequality that is false ("891.78 ≤ 427.43"): it limits.

    Source: methodology 1-2e/24/254 of 04.09.2024, points 11 (BR-701) and 13 (BR-702); BR-706.
    """
    return min(unit.rate * hours, unit.cap)


def payable_set(unit: UnitCost, parts: Sequence[int], ceiling: Decimal | None = None) -> Decimal:
    """Return what a study module or module set pays, in euros: its capped parts, held to the ceiling.

    `parts` are the hours of each course or module. The ceiling is the unit cost of the
    continuing vocational programme that a set of modules belongs to; None when to none.

    Source: the same, points 11 (BR-703) and 13 (BR-704, BR-705).
    """
    total = sum((payable(unit, hours) for hours in parts), ZERO)
    return total if ceiling is None else min(total, ceiling)
