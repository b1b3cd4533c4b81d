"""Forms of one Latvian word are found by one another, and different words are kept apart.

The figures are over word pairs in `data/`: recall is the share of forms that share a stem with their
dictionary form, false joins the share of different words that share one too.
"""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.search import fold
from ila_catalog.domain.stemming import ENDINGS, stems, unfinished_stems

DATA = Path(__file__).parent / "data"
LEAST_RECALL, MOST_FALSE = 0.96, 0.02


def lines(name):
    text = (DATA / name).read_text("utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def pairs():
    for line in lines("latvian_forms.txt"):
        word, forms = line.split(":")
        yield from ((word, form) for form in forms.split())


PAIRS = list(pairs())
DIFFERENT = [tuple(line.split()) for line in lines("different_words.txt")]


def together(one, other):
    return not set(stems(fold(one))).isdisjoint(stems(fold(other)))


def test_forms_of_a_word_fall_together_and_different_words_do_not(record_property, capsys):
    missed = [pair for pair in PAIRS if not together(*pair)]
    joined = [pair for pair in DIFFERENT if together(*pair)]
    recall, false = 1 - len(missed) / len(PAIRS), len(joined) / len(DIFFERENT)
    told = f"recall {recall:.1%} of {len(PAIRS)} pairs, false joins {false:.1%} of {len(DIFFERENT)}"
    record_property("stemming", told)
    with capsys.disabled():
        print(f"\n{told}; missed: {missed}; joined: {joined}")
    assert len(PAIRS) >= 300
    assert len(DIFFERENT) >= 100
    assert recall >= LEAST_RECALL, missed
    assert false <= MOST_FALSE, joined


def test_the_pairs_are_real_pairs():
    assert all(fold(word) != fold(form) or word != form for word, form in PAIRS + DIFFERENT)
    assert len(set(PAIRS)) == len(PAIRS)


def test_no_stemming_would_find_few_of_them():
    """What the stemmer adds: by folding alone hardly any form is found by its dictionary form."""
    alike = [pair for pair in PAIRS if fold(pair[0]) == fold(pair[1])]
    assert len(alike) < len(PAIRS) / 10


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("prasme", "prasmju"),
        ("programmēšana", "programmēšanu"),
        ("programmēšana", "programmēt"),
        ("mākslīgais", "mākslīgā"),
        ("intelekts", "intelekta"),
        ("network", "networks"),
        ("course", "courses"),
        ("class", "classes"),
        ("technology", "technologies"),
        ("system", "systems"),
        ("internet", "internets"),
    ],
)
def test_forms_that_people_type(one, other):
    assert together(one, other)


@pytest.mark.parametrize("word", ["it", "5g", "web3", "c++", "c#", "2024", "ai"])
def test_short_words_and_signs_stay_as_they_are(word):
    assert stems(word) == (word,)


@pytest.mark.parametrize("typed", ["makslig", "maksligai", "maksligais", "maksligaj", "maksligaji"])
def test_a_word_is_found_while_it_is_typed(typed):
    assert set(unfinished_stems(typed)) & set(stems(fold("mākslīgais")))


@given(st.text(alphabet="abcdefghijklmnopqrstuvyz", min_size=1, max_size=20))
def test_every_word_has_a_stem_that_is_not_empty(word):
    assert stems(word)
    assert all(stem and len(stem) <= len(word) for stem in stems(word))
    assert set(stems(word)) <= set(unfinished_stems(word))


def test_longer_endings_are_tried_before_those_they_end_with():
    names = [ending for ending, _ in ENDINGS]
    for place, ending in enumerate(names):
        assert not any(ending != earlier and ending.endswith(earlier) for earlier in names[:place])
