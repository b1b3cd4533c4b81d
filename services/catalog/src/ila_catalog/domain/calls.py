"""A call: what it takes, when, from whom, by which papers and parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Self, cast
from uuid import UUID

from ila_kit.clock import as_instant

from ila_catalog.domain.desk_errors import QuestionsClosed
from ila_catalog.domain.digcomp import Aim
from ila_catalog.domain.errors import OffersClosed, OffersNotOpenYet
from ila_catalog.domain.parameters import Parameter, Value
from ila_catalog.domain.phases import APPLICATIONS, OFFERS, Phase, phase_named, shifted
from ila_catalog.domain.riga import days_later

# What a methodology can price. Of which family each is, the data of the call says.
KINDS = ("study_course", "study_module", "module", "module_set")
_NO_LEVELS = (1, 8)


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
class Paper:
    """A kind of file that goes with an offer or its programme: of some families, and there of some `kinds`.

    Without `kinds` it is for all kinds of its families. A `required` one may be left out when all papers
    that stand `instead_of` it are attached.
    Source: BR-307.
    """

    kind: str
    title_lv: str
    title_en: str
    families: list[str]
    subjects: list[str]
    required: bool
    instead_of: list[str]
    source: str
    kinds: list[str] = field(default_factory=list)

    def concerns(self, kind: str, family: str) -> bool:
        """Tell whether it goes with a kind of programme of a family."""
        return family in self.families and (not self.kinds or kind in self.kinds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """A line of the commission's checklist; `points` are the most that a quality criterion gives.

    Source: BR-401.
    """

    code: str
    part: str
    text_lv: str
    text_en: str
    points: int
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedArea:
    """A DigComp area that is to be taught, and the levels at which."""

    area: int
    lowest_level: int
    highest_level: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LearningNeed:
    """What the supervisory council wants taught: DigComp areas at some levels (BR-208).

    `entered` ones were proposed and approved on the platform; the others stand in the call's file.
    """

    id: UUID
    areas: list[NeedArea]
    text_lv: str | None
    text_en: str | None
    approved_on: date
    provisional: bool
    source: str
    entered: bool = False

    def covered_by(self, aims: Sequence[Aim]) -> bool:
        """Tell whether each area of the need is taught at one of its levels (BR-205)."""
        return all(
            any(aim.area == one.area and one.lowest_level <= aim.level <= one.highest_level for aim in aims)
            for one in self.areas
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One version of a document of a call: an address, or a file kept under its SHA-256.

    `added_at` is set for what was added on the platform, not for what stands in the call's file.
    """

    id: UUID
    kind: str
    number: str | None
    title_lv: str
    title_en: str
    document_version: int
    dated: date
    url: str | None
    source: str
    file_name: str | None = None
    media_type: str | None = None
    size: int | None = None
    sha256: str | None = None
    added_at: datetime | None = None
    added_by: str | None = None

    @property
    def file(self) -> tuple[str, str, str] | None:
        """SHA-256, name and media type of the file that is kept here; None for one elsewhere."""
        if self.sha256 is None or self.file_name is None or self.media_type is None:
            return None
        return self.sha256, self.file_name, self.media_type

    @property
    def version_shown(self) -> tuple[int, date, str | None, str | None]:
        """What makes this version another one than the next."""
        return self.document_version, self.dated, self.url, self.sha256

    @property
    def series(self) -> tuple[str, str | None]:
        """What its versions have in common."""
        return self.kind, self.number


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
    attachments: list[Paper] = field(default_factory=list)
    checklist: list[Criterion] = field(default_factory=list)

    def parameter(self, name: str) -> Value:
        """Return the value of a parameter."""
        return self.parameters[name].value

    def optional(self, name: str) -> Value | None:
        """Return the value of a parameter that a call may leave undecided; None when it did."""
        return self.parameters[name].value if name in self.parameters else None

    def levels(self, family: str) -> tuple[int, int]:
        """Return the lowest and the highest DigComp level that the call takes in a family (BR-205)."""
        for one in self.requirements:
            if one.code == "digcomp_level" and family in one.families:
                return one.values["lowest_level"], one.values["highest_level"]
        return _NO_LEVELS

    @property
    def families(self) -> list[str]:
        """The families of programmes that the call takes."""
        return list(dict.fromkeys(kind.family for kind in self.kinds))

    def family_of(self, kind: str) -> str:
        """Return the family of a kind of programme; empty when the call does not take it."""
        found = self.kind_named(kind)
        return found.family if found else ""

    def papers(self, subject: str) -> list[str]:
        """Return the kinds of files that go with an offer or with a programme."""
        return [paper.kind for paper in self.attachments if subject in paper.subjects]

    def kind_named(self, kind: str) -> Kind | None:
        """Return what the call says of a kind of programme; None when it does not take it."""
        return next((one for one in self.kinds if one.kind == kind), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A stored call: its content, state and version.

    `shifted_by_days` is how far the schedule is moved from its plan: 0 except in demonstration data.
    `phase_states` holds what was told of each phase that has begun. `writers` wrote the draft, or a file did.
    """

    data: CallData
    state: str
    version: int
    shifted_by_days: int
    published_at: datetime | None = None
    phase_states: Mapping[str, str] = field(default_factory=dict)
    writers: frozenset[str] = frozenset()
    published_by: str | None = None

    def changed(self, **changes: Any) -> Self:
        """Return the next version of the call with other content; `changes` are those of its data."""
        return replace(self, data=replace(self.data, **changes), version=self.version + 1)

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

    @property
    def questions_close_at(self) -> datetime:
        """The first instant that takes no question: the deadline of offers, or whole days before it."""
        days = self.data.parameters.get("questions_close_days")
        return days_later(self.offers.closes_at, -cast(int, days.value) if days else 0, closes=True)

    def must_take_questions(self, at: datetime) -> None:
        """Raise QuestionsClosed once questions are not taken any more."""
        if at >= self.questions_close_at:
            raise QuestionsClosed(closed_at=as_instant(self.questions_close_at))

    @property
    def closing_at(self) -> datetime:
        """When a call closes by itself if nothing of it runs: some days after its last phase."""
        days = self.data.parameters.get("closing_days")
        last = max(phase.closes_at for phase in self.data.phases)
        return days_later(last, cast(int, days.value) if days else 0, closes=True)

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
