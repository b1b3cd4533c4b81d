"""A programme that institutions offer and adults choose, and who gives it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Self
from uuid import UUID

from ila_catalog.domain.agreements import Agreement
from ila_catalog.domain.calls import Call
from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.states import APPROVED, PROGRAMME

MODES = ("in_person", "remote", "mixed")
LANGUAGES = ("lv", "en")
MOST_HOURS = 2_000
MOST_PARTS = 40
_OF_ONE_PART = ("module", "study_course")
# What a part is by origin; a call says which of these it does not take (BR-203).
SPECIALISED = "specialised"
CONTENTS = (
    SPECIALISED,
    "general_secondary_basic_course",
    "general_secondary_advanced_course",
    "lifelong_learning_competence_module",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A module of a set or a course of a study module; a single one has itself as its only part.

    `digital_hours` of its hours are digital tools, topics and methods (BR-206).
    """

    title: str
    title_en: str
    hours: int
    digital_hours: int = 0
    content: str = SPECIALISED


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningOutcome:
    """What somebody can do who completed the programme, in both languages."""

    lv: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Territory:
    """A municipality or state city by its ISO 3166-2 code."""

    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An education institution, as its register names it; `suspended` ones offer nothing new."""

    id: UUID
    viis_number: str
    name: str
    institution_type: str
    address: str
    territory: Territory
    suspended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Programme:
    """One programme item of a call, in one version; `family` is that of its kind, by the call."""

    id: UUID
    call_id: UUID
    kind: str
    title_lv: str
    title_en: str
    description_lv: str
    description_en: str
    parts: list[Part]
    continuing_programme: str | None
    qualification: str | None
    digcomp: list[Aim]
    learning_outcomes: list[LearningOutcome]
    provider: Provider
    address: str
    territory: Territory
    mode: str
    language: str
    funding_source: str
    places: int
    starts_on: date
    ends_on: date
    demonstration: bool
    state: str = APPROVED
    version: int = 1
    published_at: datetime | None = None
    agreement_id: UUID | None = None
    licence_number: str | None = None
    learning_need_id: UUID | None = None
    place_id: UUID | None = None
    family: str = ""

    def step(self, action: str, roles: Iterable[str]) -> Self:
        """Return the programme after an action. Raises WrongState or NotYourStep."""
        state = PROGRAMME.next_state(self.state, action, roles, self)
        return replace(self, state=state, version=self.version + 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A wish to publish a programme: what the guard of the state table looks at."""

    programme_id: UUID
    call: Call
    agreement: Agreement


def total_hours(parts: Sequence[Part]) -> int:
    """Return the length of a programme: the hours of its parts together (BR-702 to BR-704)."""
    return sum(part.hours for part in parts)


def right_number_of_parts(kind: str, parts: Sequence[Part]) -> bool:
    """Tell whether a module or course is one part, and a set or study module at least two.

    Source: BR-201; S-F2 and S-F4: a set and a study module are sums of their parts.
    """
    return len(parts) == 1 if kind in _OF_ONE_PART else len(parts) >= 2


def moved(programme: Programme, days: int) -> Programme:
    """Return a programme whose learning starts and ends so many days later."""
    later = timedelta(days=days)
    return replace(programme, starts_on=programme.starts_on + later, ends_on=programme.ends_on + later)


def published(
    programme: Programme, call: Call, agreement: Agreement, roles: frozenset[str], at: datetime
) -> Programme:
    """Return an approved programme as one published under an agreement in force that covers it.

    Raises WrongState, NotYourStep, CallNotPublished or NoAgreementInForce. Source: BR-406.
    """
    wish = Publication(programme_id=programme.id, call=call, agreement=agreement)
    state = PROGRAMME.next_state(programme.state, "publish", roles, wish)
    return replace(programme, state=state, published_at=at, agreement_id=agreement.id)
