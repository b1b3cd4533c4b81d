"""One content in pieces is told before anybody approves it (BR-708)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_funding.domain.quote import quote
from ila_funding.domain.splitting import pieces_of_one, stem, warnings
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.parameters import load_methodologies

METHODOLOGY = load_methodologies().versions[0]
MODULE = METHODOLOGY.kind("module")


def of(*parts: tuple[str, int]) -> Training:
    return Training(kind=Kind.MODULE_SET, parts=tuple(Part(*one) for one in parts))


def test_the_167_hours_in_80_and_80_and_7_are_flagged_with_both_sums():
    asked = of(("Programmēšana I", 80), ("Programmēšana II", 80), ("Programmēšana III", 7))
    (found,) = warnings(asked, METHODOLOGY)
    assert (found.code, found.pays, found.whole) == (
        "content-in-pieces",
        Decimal("891.78"),
        Decimal("427.43"),
    )
    assert found.parts == ("Programmēšana I", "Programmēšana II", "Programmēšana III")
    assert "891.78" in found.sentence_en
    assert "891,78" in found.sentence_lv


@pytest.mark.parametrize(
    "titles",
    [
        ("Tīkli 1", "Tīkli 2"),
        ("Tīkli, 1. daļa", "Tīkli, 2. daļa"),
        ("Tīkli (I)", "tīkli  (II)"),
        ("Tīkli – 1/2", "Tīkli – 2/2"),
        ("Tīkli, part 1", "Tīkli, part 2"),
        ("Tīkli", "Tīkli II"),
    ],
)
def test_titles_that_differ_in_their_numbering_alone_are_one_content(titles):
    (found,) = warnings(of(*((title, 80) for title in titles)), METHODOLOGY)
    assert found.parts == titles


def test_the_same_title_twice_has_a_code_of_its_own():
    (found,) = warnings(of(("Tīkli", 80), (" tīkli", 80)), METHODOLOGY)
    assert found.code == "same-content-twice"


@pytest.mark.parametrize(
    "parts",
    [
        (("Tīkli", 80), ("Algoritmi", 80)),
        (("Tīkli 1", 40), ("Tīkli 2", 40)),
        (("1", 80), ("2", 80)),
        (("Vienkāršu algoritmu izstrāde", 34), ("Lokālo tīklu ierīkošana un uzturēšana", 136)),
    ],
    ids=["two contents", "no more than as one", "nothing but numbers", "the example of the source"],
)
def test_nothing_is_flagged_without_a_reason(parts):
    assert warnings(of(*parts), METHODOLOGY) == ()


def test_pieces_are_found_across_trainings_of_one_person_or_institution():
    offers = [Part("Tīkli I", 80), Part("Datubāzes", 30), Part("Tīkli II", 87)]
    (found,) = pieces_of_one(offers, MODULE)
    assert found.parts == ("Tīkli I", "Tīkli II")


def test_a_warning_changes_no_price():
    asked = of(("Tīkli I", 80), ("Tīkli II", 80))
    assert quote(asked, METHODOLOGY).amount == Decimal("854.40")


@given(title=st.text(max_size=30), number=st.integers(1, 99))
def test_a_number_behind_a_title_changes_nothing_of_it(title, number):
    assert stem(f"{title} {number}") == stem(title)


@given(st.lists(st.integers(1, 500), min_size=2, max_size=8))
def test_what_is_flagged_pays_more_in_pieces_and_everything_else_does_not(hours):
    parts = [Part(f"Saturs {number}", each) for number, each in enumerate(hours)]
    pays, whole = sum(map(MODULE.pays, parts)), MODULE.pays(Part("Saturs", sum(hours)))
    assert bool(pieces_of_one(parts, MODULE)) == (pays > whole)
