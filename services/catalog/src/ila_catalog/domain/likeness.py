"""How alike the offers of an institution are: content offered twice, or cut into pieces to pass a cap.

Numbers are whole percents. A likeness is shown to people and refuses nothing.
Source: BR-708; the thresholds are [default], chosen on the families of `test_likeness.py`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from uuid import UUID

from ila_catalog.domain.programmes import Programme
from ila_catalog.domain.search import fold

CLONE, SPLIT = "clone", "split"
TITLE, OUTCOME, DESCRIPTION = "title", "outcome", "description"
# Sentences that say the same; contents that are; a content that another holds; titles, but for numbers.
SAME_SENTENCE, SAME_CONTENT, HELD_CONTENT, SAME_TITLE = 50, 70, 80, 80
# Whole hours that are paid before a cap is reached: 412.13 / 5.15 and 427.43 / 5.34. Source: BR-701, BR-702.
CAP_HOURS = 80
# Tenths that outcomes count; descriptions, where institutions repeat themselves honestly, count the rest.
_OUTCOMES_COUNT = 7
_SHINGLE = 4
_MOST_SHOWN = 20
_END_OF_SENTENCE = re.compile(r"[.!?;:•\n\r]+(?:\s+|$)")
_WORD = re.compile(r"[a-z]+")
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
_COUNTING = ("pirma", "otra", "tresa", "ceturta", "dala", "dalas", "limenis", "limena", "part", "level")
_KINDS = ("modulis", "modula", "moduli", "kurss", "kursa", "module", "course")
_NUMBERING = frozenset((*_ROMAN, *_COUNTING, *_KINDS))


@dataclass(frozen=True)
class Sentence:
    """A sentence, and the pieces of four letters that it is compared by."""

    text: str

    @cached_property
    def shingles(self) -> frozenset[str]:
        """Pieces of four letters of the folded words, without numbers; empty when there are no letters."""
        return _shingles(_WORD.findall(fold(self.text)))


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of an offered programme that is paid by its own hours, by every title it goes by."""

    offer_id: UUID
    number: int
    hours: int
    titles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What is compared of an offer."""

    offer_id: UUID
    outcomes: tuple[Sentence, ...]
    description: tuple[Sentence, ...]
    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alike:
    """Two texts that are alike; `place` is where they stand: title, outcome or description."""

    place: str
    one: str
    other: str
    percent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """Two offers of an institution that are alike, or one whose own parts are (`one` is `other`).

    `hours` are those of all the pieces that hang together, in every offer.
    """

    one: UUID
    other: UUID
    kind: str
    percent: int
    hours: tuple[int, ...]
    alike: tuple[Alike, ...]


def compared(offer_id: UUID, programme: Programme) -> Compared:
    """Return what is compared of the offer of a programme: its Latvian texts and its parts."""
    single = [programme.title_lv] if len(programme.parts) == 1 else []
    return Compared(
        offer_id=offer_id,
        outcomes=_sentences(outcome.lv for outcome in programme.learning_outcomes),
        description=_sentences(_END_OF_SENTENCE.split(programme.description_lv)),
        pieces=tuple(
            Piece(offer_id=offer_id, number=number, hours=part.hours, titles=(part.title, *single))
            for number, part in enumerate(programme.parts)
        ),
    )


def likenesses(offers: Iterable[Compared]) -> list[Likeness]:
    """Return which offers of one institution are alike, or cut: the same in whatever order they are given.

    A clone is named however long it is; a cut only when its pieces together are longer than what a cap pays.
    Source: BR-708.
    """
    ordered = sorted(offers, key=lambda one: one.offer_id)
    contents = {pair: _of_content(*pair) for pair in combinations(ordered, 2)}
    titles = _alike_titles([piece for offer in ordered for piece in offer.pieces])
    bound = _hanging_together(ordered, contents, titles)
    pairs = [*((offer, offer) for offer in ordered), *contents]
    found = (_named(pair, contents.get(pair), titles, bound) for pair in pairs)
    return [one for one in found if one is not None]


def content_percent(one: Compared, other: Compared) -> int:
    """Return how alike two contents are: outcomes and description, each sentence by its best likeness."""
    outcomes = _percent(_best(one.outcomes, other.outcomes), _best(other.outcomes, one.outcomes))
    described = _percent(_best(one.description, other.description), _best(other.description, one.description))
    if not (one.outcomes or other.outcomes):
        return described
    if not (one.description or other.description):
        return outcomes
    return (_OUTCOMES_COUNT * outcomes + (10 - _OUTCOMES_COUNT) * described) // 10


def percent_alike(one: frozenset[str], other: frozenset[str]) -> int:
    """Return the Jaccard likeness of two sets in whole percents; nothing is like nothing."""
    if not one or not other:
        return 0
    shared = len(one & other)
    return 100 * shared // (len(one) + len(other) - shared)


def title_core(title: str) -> frozenset[str]:
    """Return a title as it is compared: without numbers and words that only number."""
    return _shingles([word for word in _WORD.findall(fold(title)) if word not in _NUMBERING])


Best = list[tuple[Sentence, Sentence | None, int]]
Titles = list[tuple[Piece, Piece, Alike]]
Content = tuple[int, int]


def _of_content(one: Compared, other: Compared) -> Content:
    """Return how alike two contents are, and how much of the outcomes of one the other holds."""
    there, back = _best(one.outcomes, other.outcomes), _best(other.outcomes, one.outcomes)
    return content_percent(one, other), max(_percent(there), _percent(back))


def _best(mine: Sequence[Sentence], theirs: Sequence[Sentence]) -> Best:
    """Return the most alike of their sentences for each of mine; None where none says the same."""
    return [_match(sentence, theirs) for sentence in mine]


def _match(sentence: Sentence, theirs: Sequence[Sentence]) -> tuple[Sentence, Sentence | None, int]:
    found = [
        (percent, one.text, one)
        for one in theirs
        if _may_match(sentence, one)
        and (percent := percent_alike(sentence.shingles, one.shingles)) >= SAME_SENTENCE
    ]
    if not found:
        return sentence, None, 0
    percent, _, match = max(found, key=lambda one: one[:2])
    return sentence, match, percent


def _may_match(one: Sentence, other: Sentence) -> bool:
    """Tell by their lengths alone whether two sentences could say the same: most pairs could not."""
    short, long = sorted((len(one.shingles), len(other.shingles)))
    return short * 100 >= long * SAME_SENTENCE


def _percent(*directions: Best) -> int:
    weighed = [(len(mine.shingles), percent) for best in directions for mine, _, percent in best]
    weight = sum(length for length, _ in weighed)
    return sum(length * percent for length, percent in weighed) // weight if weight else 0


def _alike_titles(pieces: Sequence[Piece]) -> Titles:
    cores = {title: title_core(title) for piece in pieces for title in piece.titles}
    found: Titles = []
    for one, other in combinations(pieces, 2):
        named = [
            (percent_alike(cores[mine], cores[theirs]), mine, theirs)
            for mine in one.titles
            for theirs in other.titles
        ]
        percent, mine, theirs = max(named)
        if percent >= SAME_TITLE:
            found.append((one, other, Alike(place=TITLE, one=mine, other=theirs, percent=percent)))
    return found


def _hanging_together(
    offers: Sequence[Compared], contents: dict[tuple[Compared, Compared], Content], titles: Titles
) -> dict[UUID, tuple[int, ...]]:
    """Return the hours of all pieces that hang together with those of each offer, directly or not."""
    group = {(piece.offer_id, piece.number): {piece} for offer in offers for piece in offer.pieces}
    edges = [(one, other) for one, other, _ in titles]
    for (first, second), (percent, held) in contents.items():
        if percent >= SAME_CONTENT or held >= HELD_CONTENT:
            edges += [(one, other) for one in first.pieces for other in second.pieces]
    for one, other in edges:
        joined = group[one.offer_id, one.number] | group[other.offer_id, other.number]
        for piece in joined:
            group[piece.offer_id, piece.number] = joined
    return {
        offer.offer_id: max(
            (
                tuple(sorted(one.hours for one in group[piece.offer_id, piece.number]))
                for piece in offer.pieces
            ),
            key=lambda hours: (sum(hours), hours),
        )
        for offer in offers
    }


def _named(
    pair: tuple[Compared, Compared],
    content: Content | None,
    titles: Titles,
    bound: dict[UUID, tuple[int, ...]],
) -> Likeness | None:
    one, other = pair
    ids = {one.offer_id, other.offer_id}
    alike = [said for first, second, said in titles if {first.offer_id, second.offer_id} == ids]
    percent, held = content or (0, 0)
    hours = bound[one.offer_id]
    clone = percent >= SAME_CONTENT
    if not clone and not ((alike or held >= HELD_CONTENT) and sum(hours) > CAP_HOURS):
        return None
    if content is not None:
        alike += [*_said(OUTCOME, one.outcomes, other.outcomes)]
        alike += [*_said(DESCRIPTION, one.description, other.description)]
    of_titles = max((said.percent for said in alike if said.place == TITLE), default=0)
    cut = max(of_titles, held if held >= HELD_CONTENT else 0)
    return Likeness(
        one=one.offer_id,
        other=other.offer_id,
        kind=CLONE if clone else SPLIT,
        percent=percent if clone else cut,
        hours=hours,
        alike=tuple(alike[:_MOST_SHOWN]),
    )


def _said(place: str, mine: Sequence[Sentence], theirs: Sequence[Sentence]) -> Iterator[Alike]:
    for sentence, match, percent in _best(mine, theirs):
        if match is not None:
            yield Alike(place=place, one=sentence.text, other=match.text, percent=percent)


def _sentences(texts: Iterable[str]) -> tuple[Sentence, ...]:
    """Return the sentences with letters in them, each once, in the order of their texts."""
    bare = {" ".join(text.split()) for text in texts}
    return tuple(one for one in map(Sentence, sorted(bare)) if one.shingles)


def _shingles(words: Sequence[str]) -> frozenset[str]:
    text = " ".join(words)
    if not text:
        return frozenset()
    return frozenset(text[at : at + _SHINGLE] for at in range(max(1, len(text) - _SHINGLE + 1)))
