"""The demonstration programmes are the slides' examples; a file with faults is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_catalog.domain.digcomp import AREAS, LEVELS, Aim, outside_levels
from ila_catalog.domain.errors import FaultyData
from ila_catalog.domain.programme_data import read_programmes
from ila_catalog.domain.programmes import Part, right_number_of_parts, total_hours

hours = st.lists(st.integers(1, 2_000), min_size=1, max_size=12)
aims = st.lists(st.builds(Aim, area=st.sampled_from(AREAS), level=st.sampled_from(LEVELS)))


def parts_of(each):
    return [Part(title="x", title_en="x", hours=number) for number in each]


def test_the_three_worked_examples_are_there(demonstration):
    shown = [
        (p.kind, [(part.title, part.hours) for part in p.parts], p.continuing_programme)
        for p in demonstration
    ]
    assert shown == [
        ("module", [("Sistēmu programmēšana", 167)], None),
        (
            "module_set",
            [("Vienkāršu algoritmu izstrāde", 34), ("Lokālo tīklu ierīkošana un uzturēšana", 136)],
            "Datorsistēmas, datubāzes un datortīkli",
        ),
        ("study_course", [("Datortīkli", 160)], None),
    ]


def test_they_are_marked_as_demonstration_and_given_by_real_institutions(demonstration, institutions):
    for programme in demonstration:
        assert programme.demonstration
        assert programme.provider.name == institutions[programme.provider.viis_number]["name"]
        assert programme.state == "approved"


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda p: p["programmes"][0]["parts"][0].update(hours=0), "programmes[0].parts[0].hours"),
        (lambda p: p["programmes"][0]["parts"][0].update(hours=167.5), "programmes[0].parts[0].hours"),
        (
            lambda p: p["programmes"][0]["parts"].append({"title": "a", "title_en": "a", "hours": 1}),
            "too few or too many",
        ),
        (lambda p: p["programmes"][1]["parts"].pop(), "too few or too many for a module_set"),
        (lambda p: p["programmes"][0]["digcomp"][0].update(level=7), "level 7 of area 3 is outside"),
        (lambda p: p["programmes"][0].update(provider="0000000000"), "none of the providers"),
        (lambda p: p["providers"][0].update(viis_number="9999999999"), "not in the register"),
        (lambda p: p["programmes"][0].update(territory="Rīga"), "not a code like LV-RIX"),
        (lambda p: p["programmes"][1].update(id=p["programmes"][0]["id"]), "that of another programme"),
        (
            lambda p: p["programmes"][0].update(ends_on=p["programmes"][0]["starts_on"].replace(year=2023)),
            "before the start",
        ),
        (lambda p: p["programmes"][0].update(price="1.00"), "price is not known here"),
        (lambda p: p.update(call="call-2"), "call is not one of call-1"),
    ],
)
def test_faults_are_named(raw_programmes, call_data, institutions, spoil, named):
    spoil(raw_programmes)
    with pytest.raises(FaultyData) as caught:
        read_programmes(raw_programmes, call_data, institutions)
    assert named in str(caught.value)


@given(hours)
def test_a_programme_is_as_long_as_its_parts_together(each):
    assert total_hours(parts_of(each)) == sum(each)
    assert total_hours(parts_of(reversed(each))) == total_hours(parts_of(each))


@given(hours)
def test_single_items_have_one_part_and_sets_at_least_two(each):
    parts = parts_of(each)
    for single, many in (("module", "module_set"), ("study_course", "study_module")):
        assert right_number_of_parts(single, parts) is (len(parts) == 1)
        assert right_number_of_parts(many, parts) is not right_number_of_parts(single, parts)


@given(aims, st.sampled_from(LEVELS), st.sampled_from(LEVELS))
def test_levels_outside_the_call_are_all_found(some, one, other):
    lowest, highest = sorted((one, other))
    outside = outside_levels(some, lowest, highest)
    assert all(not lowest <= aim.level <= highest for aim in outside)
    assert len(outside) + sum(lowest <= aim.level <= highest for aim in some) == len(some)
