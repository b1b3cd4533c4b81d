"""A training whose price is asked for."""

import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ila_funding.domain.errors import CeilingNotApplicable, HoursOutOfRange, WrongNumberOfParts

MOST_HOURS = 2_000
MOST_PARTS = 40


class Kind(StrEnum):
    """The four kinds of training that call 1 pays for (BR-201); a methodology may define more."""

    MODULE = "module"
    MODULE_SET = "module_set"
    STUDY_COURSE = "study_course"
    STUDY_MODULE = "study_module"

    @property
    def is_set(self) -> bool:
        """Whether it consists of several parts, each with a price of its own."""
        return self in (Kind.MODULE_SET, Kind.STUDY_MODULE)


@dataclass(frozen=True, slots=True)
class Part:
    """One module or study course: its title and its learning hours."""

    title: str
    hours: int


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that a price list names, for example an exam."""

    title: str


@dataclass(frozen=True, slots=True)
class Expense:
    """One thing that somebody paid for, for example a ticket; `cost` is in euros."""

    title: str
    cost: Decimal


TrainingPart = Part | Item | Expense


def part_of(title: str, hours: int | None = None, cost: Decimal | None = None) -> TrainingPart:
    """Return the part that has these: hours, a cost, or nothing but its name."""
    if hours is not None:
        return Part(title, hours)
    return Item(title) if cost is None else Expense(title, cost)


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is priced. Raises a Refusal when no training can look like this.

    `kind` is one of `Kind`, or the code of a kind that a methodology defines beside them: then the
    methodology also decides how many parts of what form it has. `continuing_programme` is the title of
    the continuing vocational programme that a set of modules is taken from, None when from none.
    """

    kind: str
    parts: tuple[TrainingPart, ...]
    continuing_programme: str | None = None

    def __post_init__(self) -> None:
        most = 1 if self.kind in (Kind.MODULE, Kind.STUDY_COURSE) else MOST_PARTS
        if not 1 <= len(self.parts) <= most:
            raise WrongNumberOfParts(kind=str(self.kind), parts=len(self.parts), most=most)
        for part in self.parts:
            _require_hours(part)
        if self.continuing_programme is not None and self.kind in _WITHOUT_CEILING:
            raise CeilingNotApplicable(kind=str(self.kind))

    @property
    def hours(self) -> list[int]:
        """The hours of each part that has hours."""
        return [part.hours for part in self.parts if isinstance(part, Part)]


def same_title(title: str) -> str:
    """Return the spelling by which titles are compared: letters and words, not case or spaces."""
    return " ".join(unicodedata.normalize("NFC", title).split()).casefold()


_WITHOUT_CEILING = frozenset({Kind.MODULE, Kind.STUDY_COURSE, Kind.STUDY_MODULE})


def _require_hours(part: TrainingPart) -> None:
    if isinstance(part, Part) and (type(part.hours) is not int or not 1 <= part.hours <= MOST_HOURS):
        raise HoursOutOfRange(title=part.title, hours=str(part.hours), most=MOST_HOURS)
