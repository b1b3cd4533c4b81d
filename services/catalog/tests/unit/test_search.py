"""Programmes are found whatever letters are typed, and stand in an order that favours nobody."""

import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.search import MOST_WORDS, fold, neutral_order, sort_key, words


@pytest.mark.parametrize("typed", ["Datortīkli", "datortikli", "DATORTĪKLI", "  Datorti\u0304kli "])
def test_diacritics_and_capitals_do_not_matter(typed):
    assert fold(typed) == "datortikli"


@given(st.text())
def test_folding_twice_changes_nothing_more(text):
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_a_query_has_few_words_without_spaces_each_once(text):
    found = words(text)
    assert len(found) == len(set(found)) <= MOST_WORDS
    assert all(word and word.split() == [word] for word in found)


@given(st.text(alphabet="aābcčdeēfgģhiījkķlļmnņoprsštuūvzž ", max_size=30))
def test_a_text_is_found_by_its_own_words(text):
    assert all(word in fold(text) for word in words(text))


def test_titles_stand_in_latvian_alphabetical_order():
    titles = [
        "Ādams",
        "Adata",
        "Cena",
        "Čaula",
        "Gads",
        "Ģipsis",
        "Kalns",
        "Ķirsis",
        "Sala",
        "Šalle",
        "Zelts",
        "Žubīte",
    ]
    assert sorted(set(titles), key=sort_key) == titles


def test_anyone_can_compute_the_neutral_order():
    programme_id = UUID("01a20baa-d41f-79e6-925e-c637ea6ffd8d")
    assert neutral_order(programme_id) == hashlib.sha256(str(programme_id).encode()).hexdigest()
