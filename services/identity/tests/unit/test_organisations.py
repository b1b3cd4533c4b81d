"""Organisations are suspended, reinstated and closed by an officer, and the others are told."""

import pytest
from ila_identity.domain.organisations import Organisation
from ila_identity.events.published import ProviderReinstated, ProviderSuspended
from ila_identity.usecases.organisations import (
    Sanction,
    close_organisation,
    reinstate_organisation,
    suspend_organisation,
)
from ila_kit.errors import Missing
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState

PLACE = uuid7()
SANCTIONS = (suspend_organisation, reinstate_organisation, close_organisation)


@pytest.fixture(autouse=True)
def organisation(world):
    now = world.unit.now
    made = Organisation(id=PLACE, title="Paraugs", viis_number="1", created_at=now, updated_at=now)
    world.unit.organisations.add(made)
    world.act_as(None, "sanction_officer")


def act(world, use_case, place=PLACE):
    return use_case(world.unit, Sanction(organisation_id=place, reason="as inspected"))


def test_each_step_is_told_with_the_version_that_came_of_it(world):
    for use_case in (suspend_organisation, reinstate_organisation, suspend_organisation, close_organisation):
        act(world, use_case)
    told = [(type(event), getattr(event, "grade", None), version) for event, version in world.unit.published]
    assert told == [
        (ProviderSuspended, "full", 2),
        (ProviderReinstated, None, 3),
        (ProviderSuspended, "full", 4),
        (ProviderSuspended, "closed", 5),
    ]
    assert all(event.version == version for event, version in world.unit.published)
    assert world.unit.organisations.find(PLACE).reason == "as inspected"


@pytest.mark.parametrize(
    ("done", "refused"),
    [
        ([], reinstate_organisation),
        ([suspend_organisation], suspend_organisation),
        ([close_organisation], suspend_organisation),
        ([close_organisation], reinstate_organisation),
        ([close_organisation], close_organisation),
    ],
)
def test_a_step_out_of_order_is_refused_and_tells_nothing(world, done, refused):
    for use_case in done:
        act(world, use_case)
    before = list(world.unit.published)
    with pytest.raises(WrongState):
        act(world, refused)
    assert world.unit.published == before


@pytest.mark.parametrize("use_case", SANCTIONS)
def test_only_a_sanction_officer_does_it_and_only_to_what_is_there(world, use_case):
    with pytest.raises(Missing):
        act(world, use_case, uuid7())
    if use_case is reinstate_organisation:
        act(world, suspend_organisation)
    world.act_as(None, "user_approver")
    with pytest.raises(NotYourStep):
        act(world, use_case)
