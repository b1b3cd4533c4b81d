import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.bus.pg_schema import literal_pattern, topic_pattern

words = st.lists(st.sampled_from(["funding", "funds_held", "v1", "a-b", "x+y", "(z"]), min_size=1, max_size=5)


def matches(pattern: str, key: str) -> bool:
    return re.fullmatch(topic_pattern(pattern), "." + key) is not None


@pytest.mark.parametrize(
    ("pattern", "key", "bound"),
    [
        ("funding.funds_held.v1", "funding.funds_held.v1", True),
        ("funding.funds_held.v1", "funding.funds_held.v10", False),
        ("funding.*.v1", "funding.funds_held.v1", True),
        ("funding.*", "funding.funds_held.v1", False),
        ("funding.#", "funding", True),
        ("funding.#", "funding.funds_held.v1", True),
        ("funding.#", "fundings.funds_held", False),
        ("#.v1", "funding.funds_held.v1", True),
        ("#.v1", "v1", True),
        ("*.v1", "v1", False),
        ("a.#.z", "a.z", True),
        ("a.#.z", "a.b.c.z", True),
        ("#", "anything.at.all", True),
    ],
)
def test_topic_patterns_mean_what_they_mean_in_amqp(pattern: str, key: str, bound: bool) -> None:
    assert matches(pattern, key) is bound


@given(words)
def test_a_key_is_bound_by_itself_and_by_a_star_for_each_word(key: list[str]) -> None:
    assert matches(".".join(key), ".".join(key))
    assert matches(".".join("*" for _ in key), ".".join(key))
    assert not matches(".".join(["*", *key]), ".".join(key))


@given(words)
def test_a_literal_binding_takes_stars_as_letters(key: list[str]) -> None:
    assert re.fullmatch(literal_pattern(".".join(key)), "." + ".".join(key))
    assert not re.fullmatch(literal_pattern("*"), "." + ".".join(key))
