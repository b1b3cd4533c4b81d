"""A call: what it takes, when, from whom, by which papers and parameters."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from ila_kit.clock import as_instant

from ila_catalog.domain.errors import OffersClosed, OffersNotOpenYet
from ila_catalog.domain.parameters import Parameter, Value
from ila_catalog.domain.phases import APPLICATIONS, OFFERS, Phase, phase_named, shifted

FAMILIES = {
    "study_course": "higher_education",
    "study_module": "higher_education",
    "module": "vocational",
    "module_set": "vocational",
}
KINDS = tuple(FAMILIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of programme a call takes, and how many of it one institution may submit.

    Source: BR-201, BR-202.
    """

    kind: str
    family: str
    title_lv: str
    title_en: str
    quota: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """What an institution or programme must meet, as values that rules compute with and as text.

    Source: BR-201 to BR-208; `rule` names which.
    """

    code: str
    rule: str
    families: list[str]
    text_lv: str
    text_en: str
    values: dict[str, Any]
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningNeed:
    """What the supervisory council wants taught: a DigComp area at some levels (BR-208)."""

    id: UUID
    area: int
    lowest_level: int
    highest_level: int
    approved_on: date
    provisional: bool
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a document of a call."""

    id: UUID
    kind: str
    number: str | None
    title_lv: str
    title_en: str
    document_version: int
    dated: date
    url: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallData:
    """The content of a call, as its file says it.

    `edition` is raised by whoever changes the file; `content_hash` tells whether they did.
    """

    id: UUID
    code: str
    edition: int
    content_hash: str
    title_lv: str
    title_en: str
    project_number: str
    project_title_lv: str
    project_title_en: str
    funding_source: str
    activity: str
    source: str
    phases: list[Phase]
    kinds: list[Kind]
    requirements: list[Requirement]
    learning_needs: list[LearningNeed]
    documents: list[Document]
    parameters: dict[str, Parameter]

    def parameter(self, name: str) -> Value:
        """Return the value of a parameter."""
        return self.parameters[name].value

    def levels(self) -> tuple[int, int]:
        """Return the lowest and the highest DigComp level that the call takes (BR-205)."""
        values = next(r.values for r in self.requirements if r.code == "digcomp_level")
        return values["lowest_level"], values["highest_level"]

    def kind_named(self, kind: str) -> Kind | None:
        """Return what the call says of a kind of programme; None when it does not take it."""
        return next((one for one in self.kinds if one.kind == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A stored call: its content, state and version.

    `shifted_by_days` is how far the schedule is moved from its plan: 0 except in demonstration data.
    `phase_states` holds what was told of each phase that has begun: open or closed.
    """

    data: CallData
    state: str
    version: int
    shifted_by_days: int
    published_at: datetime | None = None
    phase_states: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> UUID:
        """The id of the call."""
        return self.data.id

    @property
    def applications(self) -> Phase:
        """The phase in which people apply."""
        return phase_named(self.data.phases, APPLICATIONS)

    @property
    def offers(self) -> Phase:
        """The phase in which institutions submit offers."""
        return phase_named(self.data.phases, OFFERS)

    def must_take_drafts(self, at: datetime) -> None:
        """Raise OffersClosed once the deadline is over: nothing moves afterwards (BR-306)."""
        if at >= self.offers.closes_at:
            raise OffersClosed(closed_at=as_instant(self.offers.closes_at))

    def must_take_offers(self, at: datetime) -> None:
        """Raise OffersNotOpenYet or OffersClosed unless offers are taken at an instant.

        The instant is that of the receipt of the complete request. Source: BR-306; S-Sub1.
        """
        if at < self.offers.opens_at:
            raise OffersNotOpenYet(opens_at=as_instant(self.offers.opens_at))
        self.must_take_drafts(at)


def scheduled(data: CallData, days: int) -> CallData:
    """Return the content of a call with every phase moved by days from its plan."""
    return replace(data, phases=[shifted(phase, days) for phase in data.phases])
