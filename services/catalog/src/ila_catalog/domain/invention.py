"""Invents institutions and programmes for development and measurements: the same seed, the same world.

Real are the names of places and the rules: each institution keeps the quotas of the call, its programmes
the levels and the families of its kinds. People, institutions and offers are invented, and say so.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import product
from random import Random
from typing import Any
from uuid import UUID

from ila_catalog.domain.calls import Call
from ila_catalog.domain.digcomp import AREAS, Aim
from ila_catalog.domain.errors import FaultyData
from ila_catalog.domain.phases import phase_named
from ila_catalog.domain.programmes import (
    MODES,
    LearningOutcome,
    Part,
    Programme,
    Provider,
    Territory,
)

_SINGLE = ("module", "study_course")
_LEARNING = "learning"
_NUMBERS = 99_00_000_000
# The first instant of ids; one later for each, so that they are of version 7 and in order.
_FIRST_MS = 1_735_689_600_000


@dataclass(frozen=True, slots=True)
class Invented:
    """An institution, the id of its agreement, and its programmes."""

    provider: Provider
    agreement_id: UUID
    programmes: list[Programme]


@dataclass
class Ids:
    """Ids of version 7 that follow from a seed."""

    random: Random
    at: int = _FIRST_MS

    def next(self) -> UUID:
        """Return the next id."""
        self.at += 1
        bits = self.at << 80 | self.random.getrandbits(80)
        bits = bits & ~(0xF << 76) | 0x7 << 76
        return UUID(int=bits & ~(0x3 << 62) | 0x2 << 62)


def invent(
    vocabulary: Mapping[str, Any], call: Call, *, programmes: int, institutions: int, seed: int
) -> Iterator[Invented]:
    """Give institutions one by one, each with at least one programme of a call.

    Raises FaultyData when there are more of either than the words and the quotas allow.
    """
    random = Random(seed)  # noqa: S311 - a world to be made again, no secret
    ids = Ids(Random(random.getrandbits(64)))  # noqa: S311 - the same
    kinds = _kinds(call)
    names = [(name, type_) for name, type_ in _names(vocabulary) if kinds.get(type_["family"])]
    most = min(map(len, kinds.values()))
    if not 1 <= institutions <= len(names):
        raise FaultyData([f"institutions must be 1 to {len(names)}"])
    if not institutions <= programmes <= most * institutions:
        raise FaultyData([f"programmes must be {institutions} to {most * institutions}"])
    shares = _shares(random, programmes, institutions, most)
    for number, ((name, type_), share) in enumerate(
        zip(random.sample(names, institutions), shares, strict=True), 1
    ):
        provider = _provider(vocabulary["words"], random, ids, number, name, type_["type"])
        agreement_id = ids.next()
        world = _World(vocabulary["words"], call, random, ids, provider, agreement_id)
        chosen = random.sample(kinds[type_["family"]], share)
        yield Invented(provider, agreement_id, [world.programme(kind) for kind in chosen])


def _kinds(call: Call) -> dict[str, list[str]]:
    """Return the kinds that a call takes, by family, each as often as its quota lets (BR-202)."""
    found: dict[str, list[str]] = {}
    for one in call.data.kinds:
        found.setdefault(call.data.family_of(one.kind), []).extend([one.kind] * one.quota)
    return found


def _names(vocabulary: Mapping[str, Any]) -> list[tuple[str, Mapping[str, str]]]:
    made = product(vocabulary["names"], vocabulary["subjects"], vocabulary["types"])
    return [(f"{name} {subject}{type_['name']} (paraugs)", type_) for name, subject, type_ in made]


def _shares(random: Random, programmes: int, institutions: int, most: int) -> list[int]:
    """Return how many programmes each institution has: at least one, at most `most`."""
    shares = [1] * institutions
    room = [place for place in range(institutions) for _ in range(most - 1)]
    for place in random.sample(room, programmes - institutions):
        shares[place] += 1
    return shares


def _provider(
    words: Mapping[str, Any], random: Random, ids: Ids, number: int, name: str, type_: str
) -> Provider:
    address, territory = _address(words, random)
    return Provider(
        id=ids.next(),
        viis_number=str(_NUMBERS + number),
        name=name,
        institution_type=type_,
        address=address,
        territory=territory,
    )


def _address(words: Mapping[str, Any], random: Random) -> tuple[str, Territory]:
    code, name, town, postcode = random.choice(words["territories"])
    street = f"{random.choice(words['streets'])} {random.randint(1, 60)}"
    where = [street, town, *([name] if name != town else []), postcode]
    return ", ".join(where), Territory(code=code, name=name)


@dataclass
class _World:
    """Where programmes of one institution are invented."""

    words: Mapping[str, Any]
    call: Call
    random: Random
    ids: Ids
    provider: Provider
    agreement_id: UUID

    def programme(self, kind: str) -> Programme:
        """Return a programme of a kind."""
        topics = self.random.sample(self.words["topics"], 1 if kind in _SINGLE else self.random.randint(2, 4))
        said = [_forms(topic) for topic in topics]
        title = self.random.choice(self.words["titles"])
        starts, family = self._starts(), self.call.data.family_of(kind)
        made = Programme(
            id=self.ids.next(),
            call_id=self.call.id,
            kind=kind,
            title_lv=title[0].format(**said[0]),
            title_en=title[1].format(**said[0]),
            description_lv=self._described(said, 0),
            description_en=self._described(said, 1),
            parts=[self._part(forms, kind) for forms in said],
            continuing_programme=None,
            qualification=None,
            family=family,
            digcomp=self._aims(family, topics),
            learning_outcomes=[],
            provider=self.provider,
            address=self.provider.address,
            territory=self.provider.territory,
            mode=self.random.choices(MODES, (7, 1, 2))[0],
            language=self.random.choices(("lv", "en"), (19, 1))[0],
            funding_source=self.call.data.funding_source,
            places=self.random.randint(10, 30),
            starts_on=starts,
            ends_on=starts + timedelta(days=self.random.randint(20, 80)),
            demonstration=True,
            agreement_id=self.agreement_id,
        )
        return replace(made, learning_outcomes=self._outcomes(said[0]))

    def _starts(self) -> Any:
        opens = phase_named(self.call.data.phases, _LEARNING).opens_at.date()
        return opens + timedelta(days=self.random.randint(0, 60))

    def _described(self, said: Sequence[Mapping[str, str]], language: int) -> str:
        """Return a description; both languages say the same, for each draws from a copy of the state."""
        random = Random(f"{said[0]['nom']} {self.ids.at}")  # noqa: S311 - the same
        opening = random.choice(self.words["openings"])[language].format(**said[0])
        others = random.sample(self.words["sentences"], random.randint(3, 6))
        return " ".join([opening, *(one[language] for one in others)])

    def _part(self, forms: Mapping[str, str], kind: str) -> Part:
        hours = self.random.randint(8, 40) * (4 if kind in _SINGLE else 2)
        return Part(title=forms["nom"], title_en=forms["en"], hours=hours, digital_hours=hours)

    def _aims(self, family: str, topics: Sequence[Sequence[Any]]) -> list[Aim]:
        lowest, highest = self.call.data.levels(family)
        areas = {topic[3] for topic in topics} | {self.random.choice(AREAS)}
        return [Aim(area=area, level=self.random.randint(lowest, highest)) for area in sorted(areas)]

    def _outcomes(self, forms: Mapping[str, str]) -> list[LearningOutcome]:
        chosen = self.random.sample(self.words["outcomes"], 3)
        return [LearningOutcome(lv=lv.format(**forms), en=en.format(**forms)) for lv, en in chosen]


def _forms(topic: Sequence[Any]) -> dict[str, str]:
    """Return a topic as texts need it; inside a sentence it begins small, unless it is an abbreviation."""
    nominative, accusative, english, _ = topic
    return {
        "nom": nominative,
        "acc": accusative,
        "en": english,
        "acc_small": accusative[0].lower() + accusative[1:],
        "en_small": english[0].lower() + english[1:],
    }
