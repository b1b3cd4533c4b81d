"""The words of published programmes: found by stem, by beginning, and by likeness."""

from bisect import bisect_left, insort
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from ila_catalog.domain.bits import Postings
from ila_catalog.domain.search import fold, tokens
from ila_catalog.domain.stemming import stems, unfinished_stems

# How like a word of the catalogue must be to one that nothing has, and to one that hardly anything has.
ALIKE, VERY_ALIKE = 0.3, 0.6
_MANY_MORE = 10
# A compound means what its last part means: datortīkls is a tīkls, datorsistēma a sistēma. Shorter stems end
# too many words that mean something else.
_LAST_PART, _FIRST_PART = 4, 3


def trigrams(word: str) -> frozenset[str]:
    """Return the groups of three letters of a word, with its beginning and end, as pg_trgm has them."""
    padded = f"  {word} "
    return frozenset(padded[at : at + 3] for at in range(len(padded) - 2))


class Vocabulary:
    """Folded words, and which programmes (bit sets) have them or another form of them."""

    def __init__(self) -> None:
        self._words, self._stems = Postings(), Postings()
        self._ordered: list[str] = []
        self._backwards: list[str] = []
        self._trigrams: defaultdict[str, set[str]] = defaultdict(set)
        self._spelled: dict[str, str] = {}

    def add(self, words: Iterable[str], bit: int) -> None:
        """Note that a programme has these words."""
        for word in words:
            if self._words.add(word, bit):
                insort(self._ordered, word)
                for three in trigrams(word):
                    self._trigrams[three].add(word)
            for stem in stems(word):
                if self._stems.add(stem, bit):
                    insort(self._backwards, stem[::-1])

    def take(self, words: Iterable[str], bit: int) -> None:
        """Forget that a programme has these words."""
        gone: set[str] = set()
        for word in words:
            if self._words.take(word, bit):
                del self._ordered[bisect_left(self._ordered, word)]
                for three in trigrams(word):
                    self._trigrams[three].discard(word)
            gone.update(stems(word))
        for stem in gone:
            if self._stems.take(stem, bit):
                del self._backwards[bisect_left(self._backwards, stem[::-1])]

    def spell(self, text: str) -> None:
        """Remember how words are written, to suggest them so: `makslig` may have meant `mākslīgais`."""
        for word in tokens(text.lower()):
            self._spelled.setdefault(fold(word), word)

    def with_form(self, word: str) -> int:
        """Return the programmes that have a form of a word, or of a compound that ends with it."""
        return self._any_stem(stems(word))

    def beginning(self, typed: str) -> int:
        """Return the programmes that have a form of what was typed, or a word that begins with it."""
        found = self._any_stem(unfinished_stems(typed))
        for word in _starting(self._ordered, typed):
            found |= self._words[word]
        return found

    def likely(self, typed: str, last: bool) -> list[str]:
        """Return up to three words that somebody may have meant who found little by this one."""
        mine = trigrams(typed)
        shared = Counter(word for three in mine for word in self._trigrams.get(three, ()))
        had = (self.beginning(typed) if last else self.with_form(typed)).bit_count()
        least = VERY_ALIKE if had else ALIKE
        ranked = []
        for word, common in shared.items():
            likeness = common / (len(mine) + len(trigrams(word)) - common)
            if word != typed and likeness >= least:
                has = self.with_form(word).bit_count()
                if has > had * _MANY_MORE:
                    ranked.append((-likeness, -has, word))
        return [word for *_, word in sorted(ranked)[:3]]

    def spelled(self, word: str) -> str:
        """Return a folded word as the catalogue writes it."""
        return self._spelled.get(word, word)

    def _any_stem(self, wanted: Iterable[str]) -> int:
        found = 0
        for stem in wanted:
            found |= self._stems[stem]
            if len(stem) >= _LAST_PART:
                for compound in _starting(self._backwards, stem[::-1]):
                    if len(compound) - len(stem) >= _FIRST_PART:
                        found |= self._stems[compound[::-1]]
        return found


def _starting(ordered: list[str], beginning: str) -> Iterator[str]:
    """Give the words of an ordered list that begin so."""
    for place in range(bisect_left(ordered, beginning), len(ordered)):
        if not ordered[place].startswith(beginning):
            return
        yield ordered[place]
