"""Versions of the unit-cost methodology, and which of them decides (BR-707)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from ila_funding.domain.cost_kind import CostKind
from ila_funding.domain.errors import NoMethodology, UnknownContinuingProgramme, UnknownKind
from ila_funding.domain.training import same_title


@dataclass(frozen=True, slots=True)
class ContinuingProgramme:
    """The cost of one unit of a continuing vocational programme: the most a set of its modules pays."""

    title: str
    hours: int
    ceiling: Decimal
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Methodology:
    """Rates, caps and ceilings of one version.

    Dated twice: `valid_from` is the first day it decides about, `known_from` the instant from
    which anybody could know it. A correction has an old `valid_from` and a new `known_from`.
    """

    id: UUID
    version: str
    title: str
    document: str
    valid_from: date
    known_from: datetime
    kinds: tuple[CostKind, ...]
    continuing_programmes: tuple[ContinuingProgramme, ...]

    def __hash__(self) -> int:
        """Spread by the id alone: versions are many times asked for and seldom many."""
        return hash(self.id)

    def kind(self, code: str) -> CostKind:
        """Return how a kind of cost is calculated. Raises UnknownKind."""
        for kind in self.kinds:
            if kind.code == code:
                return kind
        errors = {"/kind": ["is no kind of this methodology"]}
        raise UnknownKind(kind=str(code), methodology=self.version, errors=errors)

    def part_kind(self, kind: CostKind) -> CostKind:
        """Return how each part of a kind is calculated: as itself, or as the kind it is a sum of."""
        return kind if kind.part is None else self.kind(kind.part)

    def continuing_programme(self, title: str) -> ContinuingProgramme:
        """Return a continuing programme by its title. Raises UnknownContinuingProgramme."""
        for programme in self.continuing_programmes:
            if same_title(programme.title) == same_title(title):
                return programme
        raise UnknownContinuingProgramme(title=title, methodology=self.version)


@dataclass(frozen=True, slots=True)
class Methodologies:
    """Every version there ever was; none is taken away, so that old decisions can be replayed."""

    versions: Sequence[Methodology]

    def deciding(self, as_of: date, known_at: datetime) -> Methodology:
        """Return the version valid on a day, as known at an instant. Raises NoMethodology.

        Of the versions that had begun, the one that began last decides; of several that began
        together, the one known last, because it corrects the others.

        Source: BR-707.
        """
        found = [one for one in self.versions if one.valid_from <= as_of and one.known_from <= known_at]
        if not found:
            raise NoMethodology(as_of=as_of.isoformat())
        return max(found, key=lambda one: (one.valid_from, one.known_from))

    def by_version(self, version: str) -> Methodology:
        """Return the version a decision was pinned to. Raises KeyError for one that never was."""
        return {one.version: one for one in self.versions}[version]
