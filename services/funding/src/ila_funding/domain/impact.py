"""What a methodology would change, shown before anybody approves it (BR-707)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from ila_kit.errors import Refusal
from ila_kit.money import ZERO

from ila_funding.domain.calculation import amount
from ila_funding.domain.methodology import Methodologies, Methodology
from ila_funding.domain.programme import PublishedProgramme

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Change:
    """What a programme pays now and would pay then; None where it cannot be priced."""

    programme_id: UUID
    title_lv: str
    now: Decimal | None
    then: Decimal | None

    @property
    def size(self) -> Decimal:
        """By how much the price moves, in euros."""
        return abs((self.then or ZERO) - (self.now or ZERO))


@dataclass(frozen=True, slots=True)
class Pinned:
    """What stays as it is, because it names a version: agreements in force, live holds with their sum."""

    version: str
    agreements: int
    holds: int
    held: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """Whom and what a version affects, as of the first day it decides that is not over.

    Prices are of programmes that no agreement pins; sums are of one learner in each of them.
    """

    decides_from: date
    decides_until: date | None
    as_of: date
    now_by: str | None
    programmes: int
    dearer: int
    cheaper: int
    unchanged: int
    no_longer_priced: int
    newly_priced: int
    sum_now: Decimal
    sum_then: Decimal
    largest: tuple[Change, ...]
    waiting_requests: int
    pinned: tuple[Pinned, ...]


def span(tried: Methodology, others: Methodologies) -> tuple[date, date | None]:
    """Return the first and the last day a version decides; the last is None when no later one begins."""
    later = [one.valid_from for one in others.versions if one.valid_from > tried.valid_from]
    return tried.valid_from, min(later) - timedelta(days=1) if later else None


def changes(
    programmes: Iterable[PublishedProgramme], now: Methodology | None, then: Methodology
) -> list[Change]:
    """Return what each programme pays by two versions."""
    return [Change(one.programme_id, one.title_lv, _price(one, now), _price(one, then)) for one in programmes]


def largest(found: Sequence[Change]) -> tuple[Change, ...]:
    """Return the changes that move a price most, the largest first."""
    moved = [one for one in found if one.now != one.then]
    return tuple(sorted(moved, key=lambda one: (-one.size, one.programme_id))[:MOST_SHOWN])


def count(found: Sequence[Change]) -> dict[str, int]:
    """Return how many prices go up, down, stay, come and go."""
    both = [(one.now, one.then) for one in found if one.now is not None and one.then is not None]
    return {
        "programmes": len(found),
        "dearer": sum(then > now for now, then in both),
        "cheaper": sum(then < now for now, then in both),
        "unchanged": sum(one.now == one.then for one in found),
        "no_longer_priced": sum(one.now is not None and one.then is None for one in found),
        "newly_priced": sum(one.now is None and one.then is not None for one in found),
    }


def _price(programme: PublishedProgramme, methodology: Methodology | None) -> Decimal | None:
    if methodology is None:
        return None
    try:
        return amount(programme.training, methodology)
    except Refusal:
        return None
