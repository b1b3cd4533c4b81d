"""A training whose price is asked for."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from ila_funding.domain.errors import CeilingNotApplicable, HoursOutOfRange, WrongNumberOfParts

MOST_HOURS = 2_000
MOST_PARTS = 40


class Kind(StrEnum):
    """The four kinds of training that call 1 pays for (BR-201)."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What is priced. Raises a Refusal when no training can look like this.

    `continuing_programme` is the title of the continuing vocational programme that a set of
    modules is taken from, None when it is taken from none.
    """

    kind: Kind
    parts: tuple[Part, ...]
    continuing_programme: str | None = None

    def __post_init__(self) -> None:
        most = MOST_PARTS if self.kind.is_set else 1
        if not 1 <= len(self.parts) <= most:
            raise WrongNumberOfParts(kind=self.kind.value, parts=len(self.parts), most=most)
        for part in self.parts:
            if type(part.hours) is not int or not 1 <= part.hours <= MOST_HOURS:
                raise HoursOutOfRange(title=part.title, hours=str(part.hours), most=MOST_HOURS)
        if self.continuing_programme is not None and self.kind is not Kind.MODULE_SET:
            raise CeilingNotApplicable(kind=self.kind.value)

    @property
    def hours(self) -> list[int]:
        """The hours of each part."""
        return [part.hours for part in self.parts]


def same_title(title: str) -> str:
    """Return the spelling by which titles are compared: letters and words, not case or spaces."""
    return " ".join(unicodedata.normalize("NFC", title).split()).casefold()
