"""Invented programmes keep the rules of the call, and the same seed invents the same."""

from collections import Counter
from dataclasses import replace

import pytest
from ila_catalog.clients.files import PackagedFiles
from ila_catalog.domain.errors import CallNotPublished, FaultyData
from ila_catalog.domain.invention import invent
from ila_catalog.domain.programmes import right_number_of_parts
from ila_catalog.usecases.generating import store_invented
from ila_catalog.usecases.loading import LoadCall, load_call

WORDS = PackagedFiles().vocabulary()


@pytest.fixture
def call(unit, call_data):
    """Call 1, published."""
    return load_call(unit, LoadCall(data=call_data)).call


def made(call, programmes=60, institutions=20, seed=1):
    return list(invent(WORDS, call, programmes=programmes, institutions=institutions, seed=seed))


def test_the_same_seed_invents_the_same_and_another_one_does_not(call):
    assert made(call) == made(call)
    assert made(call) != made(call, seed=2)


def test_as_many_are_invented_as_are_asked(call):
    invented = made(call, 97, 31)
    assert len({one.provider.id for one in invented}) == 31
    assert len({one.provider.viis_number for one in invented}) == 31
    assert len({programme.id for one in invented for programme in one.programmes}) == 97
    assert len({one.provider.name for one in made(call, 3_000, 3_000)}) == 3_000


def test_every_programme_keeps_the_rules_of_the_call(call):
    for one in made(call, 120, 20):
        kinds = Counter(programme.kind for programme in one.programmes)
        assert all(number <= call.data.kind_named(kind).quota for kind, number in kinds.items())
        assert len({programme.family for programme in one.programmes}) == 1
        for programme in one.programmes:
            lowest, highest = call.data.levels(programme.family)
            assert programme.id.version == 7
            assert programme.demonstration
            assert right_number_of_parts(programme.kind, programme.parts)
            assert all(lowest <= aim.level <= highest for aim in programme.digcomp)
            assert "{" not in programme.title_lv + programme.description_lv + programme.description_en
            assert len(programme.title_lv) <= 200


def test_no_institution_is_one_that_exists(call):
    assert all(one.provider.name.endswith("(paraugs)") for one in made(call))
    real = PackagedFiles().institutions()
    assert not {one.provider.viis_number for one in made(call)} & set(real)


@pytest.mark.parametrize(
    ("programmes", "institutions"), [(0, 0), (1, 2), (7, 1), (10, 0), (9_999, 3_001), (-1, -1)]
)
def test_more_than_words_and_quotas_allow_is_refused(call, programmes, institutions):
    with pytest.raises(FaultyData):
        made(call, programmes, institutions)


def test_they_are_published_and_announced_once(unit, call, templates):
    invented = made(call, 12, 4)
    assert store_invented(unit, call, invented, templates) == 12
    assert {one.state for one in unit.programmes.rows.values()} == {"published"}
    told = Counter(event.type for event in unit.events)
    assert told["catalog.programme_published.v1"] == 12
    assert store_invented(unit, call, invented, templates) == 0


def test_a_call_that_is_no_longer_published_gets_none(unit, call, templates):
    with pytest.raises(CallNotPublished):
        store_invented(unit, replace(call, state="closed"), made(call, 2, 2), templates)
