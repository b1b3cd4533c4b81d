"""Clones, cuts and honest look-alikes: what is flagged of the offers of one institution, and what passes."""

from itertools import combinations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.likeness import (
    CAP_HOURS,
    CLONE,
    SAME_CONTENT,
    SPLIT,
    TITLE,
    Compared,
    Piece,
    Sentence,
    compared,
    content_percent,
    likenesses,
    percent_alike,
    title_core,
)
from ila_kit.ids import uuid7

BOILERPLATE = [
    "Mācības notiek koledžas datorklasēs ar licencētu programmatūru",
    "Grupā ir ne vairāk kā divdesmit izglītojamo",
    "Nodarbības vada nozares speciālisti ar pedagoģisko pieredzi",
    "Noslēgumā izglītojamais kārto pārbaudes darbu un saņem apliecinājumu",
]
PROGRAMMING = [
    "Izstrādā lietojumprogrammu, izmantojot mainīgos, nosacījumus un ciklus",
    "Sadala uzdevumu funkcijās un raksta tām vienībtestus",
    "Apstrādā teksta failus un izņēmumus programmas izpildes laikā",
    "Izmanto versiju pārvaldības rīku kopdarbam ar citiem programmētājiem",
    "Atrod un labo kļūdas ar atkļūdotāju",
]
NETWORKS = [
    "Ierīko un pārbauda strukturēto kabeļu tīklu birojā",
    "Konfigurē maršrutētāju un komutatoru drošam lokālajam tīklam",
    "Piešķir adreses un apraksta apakštīklu plānu",
    "Novērš bezvadu tīkla darbības traucējumus",
]
DATABASES = [
    "Projektē relāciju datubāzi pēc uzņēmuma datu apraksta",
    "Raksta vaicājumus datu atlasei un grupēšanai",
    "Plāno datubāzes rezerves kopijas un atjaunošanu",
    "Prezentē izstrādāto risinājumu pasūtītājam",
]
GRAPHICS = [
    "Sagatavo vektorgrafikas attēlus tīmekļa vietnei",
    "Apstrādā fotogrāfijas un saglabā tās piemērotā formātā",
    "Veido uzņēmuma vizuālās identitātes elementus",
    "Prezentē izstrādāto risinājumu pasūtītājam",
]
REWORDED = [
    "Izstrādā lietojumprogrammas, izmantojot mainīgos, nosacījumus, kā arī ciklus",
    "Uzdevumu sadala funkcijās un tām raksta vienībtestus",
    "Apstrādā failus ar tekstu un izņēmumus programmas izpildes laikā",
    "Kopdarbam ar citiem programmētājiem izmanto versiju pārvaldības rīku",
    "Ar atkļūdotāju atrod kļūdas un tās labo",
]


def offer(title, outcomes, *hours, described=BOILERPLATE, titles=None):
    """What is compared of an offer: one part for each number of hours, named like the whole unless told."""
    offer_id = uuid7()
    names = titles or [title] * len(hours)
    return Compared(
        offer_id=offer_id,
        outcomes=tuple(map(Sentence, outcomes)),
        description=tuple(map(Sentence, described)),
        pieces=tuple(
            Piece(offer_id=offer_id, number=number, hours=hour, titles=(name,))
            for number, (name, hour) in enumerate(zip(names, hours, strict=True))
        ),
    )


def found(*offers):
    return [(one.kind, one.hours) for one in likenesses(offers)]


class TestClones:
    def test_the_same_content_under_another_title_is_a_clone(self):
        one, other = offer("Programmēšana", PROGRAMMING, 60), offer("Kodēšanas prasmes", PROGRAMMING, 60)
        (flag,) = likenesses([one, other])
        assert (flag.kind, flag.percent) == (CLONE, 100)
        assert {flag.one, flag.other} == {one.offer_id, other.offer_id}
        assert {said.one for said in flag.alike if said.place == "outcome"} == set(PROGRAMMING)

    def test_reworded_and_reordered_content_is_still_a_clone(self):
        one = offer("Programmēšana", PROGRAMMING, 167)
        other = offer("Programmatūras izstrāde", list(reversed(REWORDED)), 160)
        (flag,) = likenesses([one, other])
        assert flag.kind == CLONE
        assert SAME_CONTENT <= flag.percent < 100

    def test_a_short_clone_is_flagged_although_no_cap_is_passed(self):
        assert found(offer("A klases darbs", NETWORKS, 8), offer("Cits nosaukums", NETWORKS, 8)) == [
            (CLONE, (8, 8))
        ]

    def test_a_clone_of_another_kind_is_flagged_too(self):
        single = offer("Datu bāzes", DATABASES, 80)
        whole = offer("Dati", DATABASES, 40, 60, titles=["Vaicājumi", "Projektēšana"])
        assert [kind for kind, _ in found(single, whole)] == [CLONE]

    def test_each_pair_of_a_family_of_clones_is_named(self):
        family = [offer(f"Programmēšana {n}", PROGRAMMING, 34) for n in range(4)]
        pairs = {frozenset((one.one, one.other)) for one in likenesses(family)}
        ids = [one.offer_id for one in family]
        assert pairs == {frozenset(pair) for pair in combinations(ids, 2)}


class TestCuts:
    """167 hours pay 427.43 as one, and 891.78 as 80 + 80 + 7."""

    def test_one_content_cut_into_parts_of_a_set_is_flagged_in_the_offer_itself(self):
        titles = ["Programmēšana I", "Programmēšana II", "Programmēšana, 3. daļa"]
        whole = offer("Programmēšana", PROGRAMMING, 80, 80, 7, titles=titles)
        (flag,) = likenesses([whole])
        assert (flag.kind, flag.one, flag.other) == (SPLIT, whole.offer_id, whole.offer_id)
        assert (flag.hours, sum(flag.hours)) == ((7, 80, 80), 167)
        assert {said.place for said in flag.alike} == {TITLE}

    def test_one_content_cut_into_three_offers_is_flagged_with_all_its_hours(self):
        pieces = [
            offer("Programmēšana, 1. daļa", PROGRAMMING[:2], 80),
            offer("Programmēšana, 2. daļa", PROGRAMMING[2:4], 80),
            offer("Programmēšana, 3. daļa", PROGRAMMING[4:], 7),
        ]
        assert found(*pieces) == [(SPLIT, (7, 80, 80))] * 3

    def test_pieces_that_pass_the_cap_only_together_are_flagged(self):
        titles = ["Tīkli I", "Tīkli II", "Tīkli III"]
        pieces = [
            offer(title, NETWORKS[n : n + 1], hours)
            for n, (title, hours) in enumerate(zip(titles, (30, 30, 21), strict=True))
        ]
        assert {hours for _, hours in found(*pieces)} == {(21, 30, 30)}
        assert sum((30, 30, 21)) == CAP_HOURS + 1
        assert found(*pieces[:2]) == []

    def test_a_piece_whose_outcomes_another_offer_holds_is_flagged(self):
        whole = offer("Programmēšana", PROGRAMMING, 80)
        piece = offer("Ievads kodēšanā", PROGRAMMING[1:3], 7, described=GRAPHICS)
        assert found(whole, piece) == [(SPLIT, (7, 80))]

    def test_kinds_do_not_matter_to_a_cut(self):
        single = offer("Datubāzes", DATABASES[:2], 80)
        both = offer("Dati un tīkli", NETWORKS, 60, 40, titles=["Datubāzes, 2. daļa", "Lokālie tīkli"])
        assert found(single, both) == [(SPLIT, (60, 80))]

    def test_a_set_with_as_many_hours_as_one_cap_pays_is_no_cut(self):
        assert found(offer("Tīkli", NETWORKS, 40, 40, titles=["Tīkli I", "Tīkli II"])) == []


class TestHonestLookAlikes:
    """Modules of one qualification: the same institution, rooms, trainers, description; other content."""

    MODULES = (
        ("Programmēšana", PROGRAMMING, 160),
        ("Lokālo tīklu ierīkošana", NETWORKS, 136),
        ("Datubāžu projektēšana", DATABASES, 120),
        ("Datorgrafika", GRAPHICS, 34),
    )

    def test_shared_boilerplate_alone_flags_nothing(self):
        assert found(*(offer(*module) for module in self.MODULES)) == []

    def test_a_set_of_modules_with_titles_of_their_own_is_no_cut(self):
        titles = ["Vienkāršu algoritmu izstrāde", "Lokālo tīklu ierīkošana un uzturēšana"]
        assert found(offer("Algoritmi un tīkli", PROGRAMMING, 34, 136, titles=titles)) == []

    def test_one_general_outcome_in_common_flags_nothing(self):
        shared = set(DATABASES) & set(GRAPHICS)
        assert len(shared) == 1
        assert found(offer("Datubāzes", DATABASES, 160), offer("Grafika", GRAPHICS, 160)) == []

    def test_the_eight_modules_of_the_continuing_programme_pass(self):
        titles = [
            "Datorsistēmu uzbūve",
            "Operētājsistēmas",
            "Datortīklu pamati",
            "Datubāzu izveide",
            "Informācijas drošība",
            "Lietotāju atbalsts",
            "Tīmekļa vietņu uzturēšana",
            "Profesionālā saziņa",
        ]
        assert found(offer("Datorsistēmas", NETWORKS, *[120] * 8, titles=titles)) == []

    def test_the_demonstration_passes(self, demonstration):
        assert likenesses(compared(uuid7(), one) for one in demonstration) == []


def test_a_programme_is_compared_by_its_latvian_texts_and_its_parts(demonstration):
    programme = demonstration[0]
    made = compared(uuid7(), programme)
    assert [piece.hours for piece in made.pieces] == [part.hours for part in programme.parts]
    assert {one.text for one in made.outcomes} == {one.lv for one in programme.learning_outcomes}
    assert content_percent(made, compared(uuid7(), programme)) == 100


@pytest.mark.parametrize("title", ["1. modulis", "II daļa", "", "2024"])
def test_a_title_that_only_numbers_is_like_no_other(title):
    assert title_core(title) == frozenset()
    assert percent_alike(title_core(title), title_core(title)) == 0


WORDS = st.sampled_from(["datu", "tīkls", "programma", "drošība", "attēls", "vaicājums", "adrese", "tests"])
TEXTS = st.lists(st.lists(WORDS, min_size=1, max_size=6).map(" ".join), max_size=5, unique=True)


@st.composite
def offers(draw):
    hours = draw(st.lists(st.integers(1, 200), min_size=1, max_size=3))
    titles = [draw(st.lists(WORDS, min_size=1, max_size=2).map(" ".join)) for _ in hours]
    return offer("", draw(TEXTS), *hours, described=draw(TEXTS), titles=titles)


@given(offers(), offers())
def test_likeness_is_the_same_from_both_sides(one, other):
    assert content_percent(one, other) == content_percent(other, one)
    assert 0 <= content_percent(one, other) <= 100


@given(offers())
def test_a_content_is_wholly_like_itself(one):
    expected = 100 if one.outcomes or one.description else 0
    assert content_percent(one, one) == expected


@given(st.lists(offers(), max_size=5), st.randoms())
def test_the_order_of_offers_changes_nothing(many, chance):
    shuffled = list(many)
    chance.shuffle(shuffled)
    assert likenesses(shuffled) == likenesses(many)
    assert all(isinstance(one.one, UUID) for one in likenesses(many))


@given(st.lists(offers(), max_size=4))
def test_what_is_flagged_as_cut_is_longer_than_a_cap_pays(many):
    for one in likenesses(many):
        assert one.kind == CLONE or sum(one.hours) > CAP_HOURS
        assert 0 < one.percent <= 100
