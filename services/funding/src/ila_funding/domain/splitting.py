"""One content in pieces, so that each piece stays below the cap: told before anybody approves it (BR-708)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from ila_kit.money import ZERO

from ila_funding.domain.cost_kind import CostKind, Method
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.sentences import pieces_en, pieces_lv
from ila_funding.domain.training import Part, Training, same_title

IN_PIECES = "content-in-pieces"
TWICE = "same-content-twice"
# What numbers the pieces of one content: «I», «2.», «3/4», «(1)», «1. daļa», “part 2”.
_NUMBERING = re.compile(r"\b(?:\d+|[ivx]+|daļa|d|part|pt)\b")


@dataclass(frozen=True, slots=True)
class Warned:
    """Something about a training that people look at; it changes no price.

    `parts` are the titles concerned, `pays` what they pay as they are, `whole` what they would pay as one.
    """

    code: str
    parts: tuple[str, ...]
    pays: Decimal
    whole: Decimal
    sentence_lv: str
    sentence_en: str


def warnings(training: Training, methodology: Methodology) -> tuple[Warned, ...]:
    """Return what looks like one content in pieces within a training that is priced by this methodology."""
    each = methodology.part_kind(methodology.kind(training.kind))
    return pieces_of_one([part for part in training.parts if isinstance(part, Part)], each)


def pieces_of_one(parts: Sequence[Part], kind: CostKind) -> tuple[Warned, ...]:
    """Return the parts that look like pieces of one content and pay more than the whole would.

    The parts may come from anywhere: one training, the offers of an institution, or all that one
    person learns. Titles that differ only in how they are numbered are pieces of one content.

    Source: BR-708.
    """
    if kind.method is not Method.HOURS:
        return ()
    groups: dict[str, list[Part]] = {}
    for part in parts:
        if named := stem(part.title):
            groups.setdefault(named, []).append(part)
    found = (_warned(pieces, kind) for pieces in groups.values() if len(pieces) > 1)
    return tuple(one for one in found if one is not None)


def stem(title: str) -> str:
    """Return a title without what numbers it; nothing when it is only a number."""
    return " ".join(re.sub(r"[\W_]+", " ", _NUMBERING.sub(" ", same_title(title))).split())


def _warned(pieces: Sequence[Part], kind: CostKind) -> Warned | None:
    pays = sum((kind.pays(part) for part in pieces), ZERO)
    whole = kind.pays(Part(pieces[0].title, sum(part.hours for part in pieces)))
    if pays <= whole:
        return None
    titles = tuple(part.title for part in pieces)
    code = TWICE if len({same_title(title) for title in titles}) == 1 else IN_PIECES
    return Warned(code, titles, pays, whole, pieces_lv(titles, pays, whole), pieces_en(titles, pays, whole))
