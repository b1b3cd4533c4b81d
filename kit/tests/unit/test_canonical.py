"""One value has one spelling, so that its hash means something."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_kit.canonical import canonical, sha256_hex

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
exact = st.integers(min_value=-(2**53) + 1, max_value=2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | exact | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=12,
)


def test_the_example_of_the_standard_is_spelled_as_it_says():
    # RFC 8785, section 3.2.2 and 3.2.3.
    value = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '\u20ac$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    assert canonical(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@given(st.dictionaries(texts, values, max_size=5))
def test_the_order_of_members_does_not_change_the_hash(value):
    turned = dict(reversed(value.items()))
    assert sha256_hex(turned) == sha256_hex(value)
    assert json.loads(canonical(value)) == value


def test_a_changed_value_has_another_hash():
    assert sha256_hex({"amount": "608.99"}) != sha256_hex({"amount": "608.98"})


def test_the_hash_is_that_of_the_spelling():
    assert sha256_hex({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {1: "a"}, "\ud800"])
def test_what_json_cannot_say_exactly_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
        canonical(value)
