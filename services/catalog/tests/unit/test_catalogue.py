"""Reading shows what was published, and answers a draft like something unknown."""

from dataclasses import replace
from uuid import uuid4

import pytest
from ila_catalog.usecases import catalogue
from ila_catalog.usecases.loading import LoadCall, load_call
from ila_kit.errors import Missing
from ila_kit.store.listing import PageRequest


@pytest.fixture
def call(unit, call_data):
    """Call 1, stored."""
    return load_call(unit, LoadCall(data=call_data)).call


def test_everybody_sees_a_published_call(unit, call):
    assert catalogue.show_public_call(unit, call.id) == call
    assert len(catalogue.list_public_calls(unit, PageRequest()).rows) == 1


@pytest.mark.parametrize("state", ["closed", "archived"])
def test_a_call_that_is_over_stays_readable(unit, call, state):
    unit.calls.rows[call.id] = replace(call, state=state)
    assert catalogue.show_public_call(unit, call.id).state == state


def test_a_draft_is_answered_like_an_unknown_call(unit, call):
    unit.calls.rows[call.id] = replace(call, state="draft")
    for call_id in (call.id, uuid4()):
        with pytest.raises(Missing):
            catalogue.show_public_call(unit, call_id)
    assert catalogue.list_public_calls(unit, PageRequest()).rows == []


def test_officers_see_drafts_too(unit, call):
    unit.calls.rows[call.id] = replace(call, state="draft")
    assert catalogue.show_call(unit, call.id).state == "draft"
    assert len(catalogue.list_calls(unit, PageRequest()).rows) == 1
    with pytest.raises(Missing):
        catalogue.show_call(unit, uuid4())


def test_an_unknown_programme_is_missing(unit):
    with pytest.raises(Missing):
        catalogue.show_programme(unit, uuid4())
