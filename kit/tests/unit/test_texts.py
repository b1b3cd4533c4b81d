"""Texts for people: Latvian unless English is preferred, facts filled in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.texts import LANGUAGES, best_language, fill, problem_texts


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "lv"),
        ("", "lv"),
        ("lv", "lv"),
        ("en", "en"),
        ("en-GB,en;q=0.9", "en"),
        ("EN-us", "en"),
        ("lv-LV,lv;q=0.9,en;q=0.8", "lv"),
        ("en;q=0.4, lv;q=0.6", "lv"),
        ("lv;q=0.2,en;q=0.7", "en"),
        ("lv; q=0.2, en; q=0.7", "en"),
        ("lv ; q=0.2, en ;Q=0.7", "en"),
        ("en,lv", "lv"),
        ("en;q=0", "lv"),
        ("de, fr;q=0.9", "lv"),
        ("de, en;q=0.1", "en"),
        ("*", "lv"),
        ("enx", "lv"),
        ("en;q=nan, lv;q=0.1", "lv"),
        ("en;q=much", "lv"),
        ("en;level=1;q=0.5", "en"),
        (",,;;=,", "lv"),
        ("lv;q=0.1," * 5_000 + "en", "lv"),
    ],
)
def test_english_is_spoken_to_those_who_prefer_it(header, language):
    assert best_language(header) == language


@given(st.text(max_size=60))
def test_any_header_gives_a_language(header):
    assert best_language(header) in LANGUAGES


def test_facts_are_filled_in_and_a_missing_one_shows_as_a_dash():
    assert fill("{free} of {limit} left", {"limit": "500.00", "other": 1}) == "– of 500.00 left"


def test_a_fact_is_never_read_as_a_text():
    assert fill("{name}", {"name": "{limit} {0}", "limit": 1}) == "{limit} {0}"


def test_texts_of_a_service_stand_beside_those_of_the_kit():
    assert set(problem_texts("ila_kit")["not-found"]) == {"title", "detail"}
    assert set(problem_texts("ila_kit")["not-found"]["title"]) == set(LANGUAGES)
