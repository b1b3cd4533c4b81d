"""What one module or course pays: the unit-cost rule of the methodology (BR-701, BR-702, BR-706)."""

from decimal import Decimal


def payable(rate: Decimal, cap: Decimal, hours: int) -> Decimal:
    """Return what one course or module pays, in euros: the hour rate, limited to the cap.

    The rate is published to the cent, so the product is exact and nothing is rounded.
    The slides print the cap as an inequality that is false ("891.78 ≤ 427.43"): it limits.

    Source: methodology 1-2e/24/254 of 04.09.2024, points 11 (BR-701) and 13 (BR-702); BR-706.
    """
    return min(rate * hours, cap)
