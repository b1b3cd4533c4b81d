"""The published programmes as a search needs them: found, counted and put in order without a database.

One index is kept by each process. It holds nothing that the database does not: it is followed, before
each search, by what was committed since (`Changes`), so a search never sees less than the database has.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any
from uuid import UUID

from ila_catalog.domain.bits import Postings, bits_of, signs_of
from ila_catalog.domain.cursors import Key, read_cursor, written_cursor
from ila_catalog.domain.listed import (
    BOUNDS,
    IDS,
    PLAIN_FACETS,
    Changes,
    FacetValue,
    Listed,
    Match,
    keys_of,
    place_of,
)
from ila_catalog.domain.rounds import neutral_key, rounds
from ila_catalog.domain.search import ProgrammeSearch
from ila_catalog.domain.vocabulary import Vocabulary

_LITTLE = 3
_SUGGESTIONS = 3
_MOST_BOUNDS = 200


@dataclass
class CatalogueIndex:
    """All published programmes in slots; `lock` is held while it is followed and asked."""

    lock: Lock = field(default_factory=Lock)
    seen: str | None = None
    _slots: dict[UUID, int] = field(default_factory=dict)
    _listed: list[Listed | None] = field(default_factory=list)
    _unused: list[int] = field(default_factory=list)
    _alive: int = 0
    _by: dict[str, Postings] = field(
        default_factory=lambda: {name: Postings() for name in (*PLAIN_FACETS, *IDS, "aim", "area", "level")}
    )
    _vocabulary: Vocabulary = field(default_factory=Vocabulary)
    _territory_names: dict[str, str] = field(default_factory=dict)
    _orders: dict[str, list[tuple[Key, str, int]]] = field(default_factory=dict)
    _bounds: dict[tuple[str, Any], int] = field(default_factory=dict)

    def follow(self, changes: Changes) -> None:
        """Take over what was committed since the snapshot this index has seen; everything in place of all."""
        if changes.since is None:
            for programme_id in self._slots.keys() - {one.id for one in changes.listed}:
                self._remove(programme_id)
        for one in changes.listed:
            self._put(one)
        for programme_id in changes.gone:
            self._remove(programme_id)
        self.seen = changes.snapshot

    def find(self, search: ProgrammeSearch) -> Match:
        """Return what matches. Raises BadList for an order or a cursor that there is not."""
        pool = self._pool(search)
        chosen = self._chosen(search)
        matched = _all(pool, chosen.values())
        total = matched.bit_count()
        ids, after = self._page(matched, search)
        return Match(
            ids=ids,
            next=after,
            total=total,
            facets=self._facets(pool, chosen, search) if search.facets else None,
            did_you_mean=self._meant(search, total) if search.words and total < _LITTLE else [],
        )

    def _put(self, one: Listed) -> None:
        if one.id not in self._slots:
            self._slots[one.id] = self._new_slot()
        slot = self._slots[one.id]
        before = self._listed[slot]
        if before is not None:
            self._clear(before)
        self._listed[slot] = one
        bit = 1 << slot
        self._alive |= bit
        for name, keys in keys_of(one).items():
            for key in keys:
                self._by[name].add(key, bit)
        self._vocabulary.add(one.words, bit)
        self._vocabulary.spell(one.titles)
        self._territory_names[one.territory] = one.territory_name
        self._forget_orders(before, one)

    def _remove(self, programme_id: UUID) -> None:
        if programme_id in self._slots:
            one = self._listed[self._slots[programme_id]]
            if one is not None:
                self._clear(one)
                self._forget_orders(one, None)
            slot = self._slots.pop(programme_id)
            self._listed[slot] = None
            self._unused.append(slot)

    def _clear(self, one: Listed) -> None:
        bit = 1 << self._slots[one.id]
        self._alive &= ~bit
        for name, keys in keys_of(one).items():
            for key in keys:
                self._by[name].take(key, bit)
        self._vocabulary.take(one.words, bit)

    def _new_slot(self) -> int:
        if not self._unused:
            self._unused.append(len(self._listed))
            self._listed.append(None)
        return self._unused.pop()

    def _forget_orders(self, before: Listed | None, after: Listed | None) -> None:
        """Have those orders made again that a change moved somebody in."""
        self._bounds.clear()
        for sort in list(self._orders):
            if before is None or after is None or place_of(sort, before) != place_of(sort, after):
                del self._orders[sort]

    def _pool(self, search: ProgrammeSearch) -> int:
        """Return the programmes that meet everything that is no facet."""
        pool = self._alive
        if search.words is not None:
            pool &= self._told(search.words)
        for name in IDS:
            if name in search.exactly:
                pool &= self._by[name][search.exactly[name]]
        for name, bound in BOUNDS.items():
            wanted = getattr(search, name)
            if wanted is not None:
                pool &= self._within(name, wanted, bound)
        return pool

    def _told(self, words: tuple[str, ...]) -> int:
        """Return the programmes that have a form of every word; none of none."""
        if not words:
            return 0
        *whole, last = words
        found = self._vocabulary.beginning(last)
        for word in whole:
            found &= self._vocabulary.with_form(word)
        return found

    def _within(self, name: str, wanted: Any, bound: Callable[[Listed, Any], bool]) -> int:
        if (name, wanted) not in self._bounds:
            if len(self._bounds) > _MOST_BOUNDS:
                self._bounds.clear()
            slots = (slot for slot, one in enumerate(self._listed) if one and bound(one, wanted))
            self._bounds[name, wanted] = bits_of(slots, len(self._listed))
        return self._bounds[name, wanted]

    def _chosen(self, search: ProgrammeSearch) -> dict[str, int]:
        """Return the programmes that each chosen facet leaves. Area and level are one: an aim has both."""
        chosen = {
            name: self._by[name][search.exactly[name]] for name in PLAIN_FACETS if name in search.exactly
        }
        area, level = search.digcomp_area, search.level
        if area is not None and level is not None:
            chosen["digcomp"] = self._by["aim"][area, level]
        elif area is not None:
            chosen["digcomp"] = self._by["area"][area]
        elif level is not None:
            chosen["digcomp"] = self._by["level"][level]
        return chosen

    def _facets(
        self, pool: int, chosen: Mapping[str, int], search: ProgrammeSearch
    ) -> dict[str, list[FacetValue]]:
        """Return the count of each value with the other filters applied, and not its own."""

        def beside(own: str) -> int:
            return _all(pool, (bits for name, bits in chosen.items() if name != own))

        found = {
            name: self._counted(((key, self._by[name][key]) for key in self._by[name]), beside(name))
            for name in PLAIN_FACETS
        }
        found["territory"] = [
            FacetValue(one.value, one.count, self._territory_names[one.value]) for one in found["territory"]
        ]
        aims = beside("digcomp")
        found["digcomp_area"] = self._counted(self._of_aims("area", search.level, 1), aims)
        found["level"] = self._counted(self._of_aims("level", search.digcomp_area, 0), aims)
        return found

    def _of_aims(self, name: str, other: int | None, place: int) -> Iterable[tuple[Any, int]]:
        """Return areas (or levels) and who has them, at the level (or in the area) that is chosen."""
        if other is None:
            return ((key, self._by[name][key]) for key in self._by[name])
        aims = self._by["aim"]
        return ((key[1 - place], aims[key]) for key in aims if key[place] == other)  # type: ignore[index]

    def _counted(self, sets: Iterable[tuple[Any, int]], pool: int) -> list[FacetValue]:
        counts = [(str(key), (bits & pool).bit_count()) for key, bits in sets]
        return [FacetValue(value, count) for value, count in sorted(counts) if count]

    def _page(self, matched: int, search: ProgrammeSearch) -> tuple[list[UUID], str | None]:
        order, down = self._order(search.sort), search.sort.startswith("-")
        start = len(order) if down else 0
        if search.after is not None:
            cursor = read_cursor(search.after, search.sort, order)
            start = (bisect_left if down else bisect_right)(order, cursor, key=lambda one: one[:2])
        signs = signs_of(matched)
        most, page = len(signs), []
        for at in range(start - 1, -1, -1) if down else range(start, len(order)):
            slot = order[at][2]
            if slot < most and signs[slot] == "1":
                page.append(order[at])
                if len(page) > search.limit:
                    break
        kept = page[: search.limit]
        ids = [UUID(programme_id) for _, programme_id, _ in kept]
        return ids, written_cursor(search.sort, *kept[-1][:2]) if len(page) > search.limit else None

    def _order(self, sort: str) -> list[tuple[Key, str, int]]:
        """Return all programmes in an order, upwards: (key, id, slot)."""
        if sort not in self._orders:
            listed = [(slot, one) for slot, one in enumerate(self._listed) if one]
            if sort.removeprefix("-") == "neutral":
                turns = rounds(one for _, one in listed)
                made = [(neutral_key(turns[one.id], one.id), str(one.id), slot) for slot, one in listed]
            else:
                made = [(place_of(sort, one)[0], str(one.id), slot) for slot, one in listed]
            self._orders[sort] = sorted(made)
        return self._orders[sort]

    def _meant(self, search: ProgrammeSearch, found: int) -> list[str]:
        """Return other words, as the catalogue writes them, that find more beside the same filters."""
        asked = list(search.words or ())
        choices = [
            self._vocabulary.likely(word, last=place == len(asked) - 1) for place, word in enumerate(asked)
        ]
        best = [choice[0] if choice else word for word, choice in zip(asked, choices, strict=True)]
        others = [
            [*best[:place], word, *best[place + 1 :]]
            for place, choice in enumerate(choices)
            for word in choice[1:]
        ]
        spelled = [
            " ".join(map(self._vocabulary.spelled, one))
            for one in [best, *others]
            if one != asked and self._finds_more(one, search, found)
        ]
        return list(dict.fromkeys(spelled))[:_SUGGESTIONS]

    def _finds_more(self, words: list[str], search: ProgrammeSearch, found: int) -> bool:
        pool = self._pool(replace(search, words=tuple(words)))
        return _all(pool, self._chosen(search).values()).bit_count() > found


def _all(pool: int, sets: Iterable[int]) -> int:
    for one in sets:
        pool &= one
    return pool
