"""How alike the offers of an institution are: content offered twice, or cut into pieces to pass a cap.

Numbers are whole percents. A likeness is shown to people and refuses nothing.
Source: BR-708; the thresholds are [default], chosen on the families of `test_likeness.py`.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, combinations, product
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
    contents = {
        (one.offer_id, other.offer_id): _of_content(one, other) for one, other in combinations(ordered, 2)
    }
    titles = _alike_titles([piece for offer in ordered for piece in offer.pieces])
    bound = _hanging_together(ordered, contents, titles)
    pairs = [*((one.offer_id, one.offer_id) for one in ordered), *contents]
    found = (_named(pair, contents.get(pair), titles.get(pair, []), bound[pair[0]]) for pair in pairs)
    return [one for one in found if one is not None]


def content_percent(one: Compared, other: Compared) -> int:
    """Return how alike two contents are: outcomes and description, each sentence by its best likeness."""
    return _of_content(one, other).percent


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
Pair = tuple[UUID, UUID]
Named = list[tuple[Piece, Piece, Alike]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Content:
    """How alike two contents are, how much of the outcomes of one the other holds, and which sentences."""

    percent: int
    held: int
    alike: tuple[Alike, ...]

    @property
    def is_held(self) -> bool:
        return self.held >= HELD_CONTENT


def _of_content(one: Compared, other: Compared) -> _Content:
    there, back = _best_of_both(one.outcomes, other.outcomes)
    said_there, said_back = _best_of_both(one.description, other.description)
    outcomes, described = _percent(there, back), _percent(said_there, said_back)
    percent = (_OUTCOMES_COUNT * outcomes + (10 - _OUTCOMES_COUNT) * described) // 10
    if not (there or back):
        percent = described
    elif not (said_there or said_back):
        percent = outcomes
    alike = (*_said(OUTCOME, there), *_said(DESCRIPTION, said_there))
    return _Content(percent=percent, held=max(_percent(there), _percent(back)), alike=alike)


def _best_of_both(mine: Sequence[Sentence], theirs: Sequence[Sentence]) -> tuple[Best, Best]:
    """Return the most alike sentence of the other side for each one; None where none says the same."""
    there: dict[str, tuple[int, str, Sentence]] = {}
    back: dict[str, tuple[int, str, Sentence]] = {}
    for one, other in product(mine, theirs):
        if not _may_match(len(one.shingles), len(other.shingles), SAME_SENTENCE):
            continue
        percent = percent_alike(one.shingles, other.shingles)
        if percent >= SAME_SENTENCE:
            there[one.text] = max(there.get(one.text, (0, "", one)), (percent, other.text, other), key=_rank)
            back[other.text] = max(back.get(other.text, (0, "", one)), (percent, one.text, one), key=_rank)
    return _best(mine, there), _best(theirs, back)


def _rank(found: tuple[int, str, Sentence]) -> tuple[int, str]:
    return found[:2]


def _best(sentences: Sequence[Sentence], found: dict[str, tuple[int, str, Sentence]]) -> Best:
    matches = [(sentence, found.get(sentence.text)) for sentence in sentences]
    return [(one, match[2] if match else None, match[0] if match else 0) for one, match in matches]


def _may_match(one: int, other: int, least: int) -> bool:
    """Tell by their sizes alone whether two sets could be so alike: most pairs could not."""
    return min(one, other) * 100 >= max(one, other) * least


def _percent(*directions: Best) -> int:
    weighed = [(len(mine.shingles), percent) for best in directions for mine, _, percent in best]
    weight = sum(length for length, _ in weighed)
    return sum(length * percent for length, percent in weighed) // weight if weight else 0


def _alike_titles(pieces: Sequence[Piece]) -> dict[Pair, Named]:
    """Return which pieces go by alike titles, by the offers they are of; each pair of pieces by its best."""
    cores = {title: title_core(title) for piece in pieces for title in piece.titles}
    percents = {
        pair: percent_alike(cores[pair[0]], cores[pair[1]])
        for pair in product(sorted(cores), repeat=2)
        if _may_match(len(cores[pair[0]]), len(cores[pair[1]]), SAME_TITLE)
    }
    found: dict[Pair, Named] = {}
    for one, other in combinations(pieces, 2):
        named = [(percents.get(pair, 0), *pair) for pair in product(one.titles, other.titles)]
        percent, mine, theirs = max(named)
        if percent >= SAME_TITLE:
            said = Alike(place=TITLE, one=mine, other=theirs, percent=percent)
            found.setdefault((one.offer_id, other.offer_id), []).append((one, other, said))
    return found


def _hanging_together(
    offers: Sequence[Compared], contents: dict[Pair, _Content], titles: dict[Pair, Named]
) -> dict[UUID, tuple[int, ...]]:
    """Return the hours of all pieces that hang together with those of each offer, directly or not."""
    pieces = {offer.offer_id: offer.pieces for offer in offers}
    leader = {
        (one.offer_id, one.number): (one.offer_id, one.number) for offer in offers for one in offer.pieces
    }

    def lead(piece: Piece) -> tuple[UUID, int]:
        at = (piece.offer_id, piece.number)
        while leader[at] != at:
            leader[at] = at = leader[leader[at]]
        return at

    for one, other, _ in chain.from_iterable(titles.values()):
        leader[lead(one)] = lead(other)
    for (first, second), content in contents.items():
        if content.percent >= SAME_CONTENT or content.is_held:
            for piece in (*pieces[first], *pieces[second]):
                leader[lead(piece)] = lead(pieces[first][0])
    hours: dict[tuple[UUID, int], list[int]] = {}
    for piece in chain.from_iterable(pieces.values()):
        hours.setdefault(lead(piece), []).append(piece.hours)
    return {
        offer_id: max((tuple(sorted(hours[lead(piece)])) for piece in mine), key=lambda one: (sum(one), one))
        for offer_id, mine in pieces.items()
    }


def _named(pair: Pair, content: _Content | None, titles: Named, hours: tuple[int, ...]) -> Likeness | None:
    clone = content is not None and content.percent >= SAME_CONTENT
    held = content is not None and content.is_held
    if not clone and not ((titles or held) and sum(hours) > CAP_HOURS):
        return None
    of_titles = [said for _, _, said in titles]
    cut = max([*(said.percent for said in of_titles), content.held if content and held else 0])
    alike = (*of_titles, *(content.alike if content else ()))
    return Likeness(
        one=pair[0],
        other=pair[1],
        kind=CLONE if clone else SPLIT,
        percent=content.percent if content and clone else cut,
        hours=hours,
        alike=alike[:_MOST_SHOWN],
    )


def _said(place: str, best: Best) -> Iterator[Alike]:
    for sentence, match, percent in best:
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
