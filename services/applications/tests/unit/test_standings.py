"""What identity tells of sanctions: who new is let in, and who goes on, in whatever order it is told."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_applications.consumers import HANDLERS
from ila_applications.domain.errors import EnrolmentsBarred
from ila_applications.usecases.applications import withdraw_application
from ila_kit.actor import Scope
from ila_kit.events import Envelope
from ila_kit.ids import uuid7

ALL = ["new_enrolments", "new_offers", "payments"]


def tell(world, what, version, scopes=None, provider=None):
    data = {"organisation_id": str(provider or world.programme.provider_id), "version": version}
    data |= {} if scopes is None else {"scopes": scopes}
    kind = f"identity.provider_{what}.v1"
    envelope = Envelope(
        id=uuid7(),
        source="identity",
        type=kind,
        subject=data["organisation_id"],
        time=world.unit.now,
        sequence=version,
        data=data,
    )
    HANDLERS[kind](world.unit, envelope)


def barred(world):
    return world.unit.offerings.get(world.programme.id).barred


@pytest.mark.parametrize("scopes", [["new_enrolments"], ALL, None])
def test_nobody_new_begins_submits_or_accepts_at_a_barred_institution(world, scopes):
    draft, offered = world.begin(), world.offered()
    tell(world, "suspended", 2, scopes)

    with pytest.raises(EnrolmentsBarred):
        world.begin()
    with pytest.raises(EnrolmentsBarred):
        world.submit_draft(draft)
    with pytest.raises(EnrolmentsBarred):
        world.accept(offered)

    tell(world, "reinstated", 3, scopes)
    world.submit_draft(draft)
    assert world.accept(offered).state == "enrolled"


@pytest.mark.parametrize("scopes", [["payments"], ["new_offers"], ["new_offers", "payments"]])
def test_other_scopes_bar_nobody_here(world, scopes):
    tell(world, "suspended", 2, scopes)

    assert world.enrolled().state == "enrolled"


def test_another_institutions_sanction_bars_nobody_here(world):
    tell(world, "suspended", 2, ALL, provider=uuid7())

    assert world.enrolled().state == "enrolled"


def test_who_was_submitted_before_waits_in_turn_and_gets_the_place_when_nothing_is_barred(world):
    submitted = [world.submit(), world.submit()]
    tell(world, "suspended", 2, ["new_enrolments"])
    world.job.run()
    assert [world.state(one) for one in submitted] == ["waiting", "waiting"]
    assert world.taken() == 0

    tell(world, "reinstated", 3)
    assert [world.state(one) for one in submitted] == ["eligible", "eligible"]


def test_a_place_that_comes_free_is_not_handed_on_meanwhile(world):
    holders = [world.decided() for _ in range(world.programme.places)]
    waits = world.decided()
    assert world.state(waits) == "waiting"
    tell(world, "suspended", 2, ["new_enrolments"])
    withdraw_application(world.unit, holders[0].id, Scope(person=holders[0].person_id))
    assert world.state(waits) == "waiting"

    tell(world, "suspended", 3, ["payments"])
    assert world.state(waits) == "eligible"


def test_who_is_enrolled_goes_on(world):
    enrolled = world.enrolled()
    tell(world, "suspended", 2, ALL)

    assert world.state(enrolled) == "enrolled"


STORY = [
    ("suspended", 2, ["new_enrolments"]),
    ("reinstated", 3, []),
    ("suspended", 4, ALL),
    ("suspended", 5, []),
]


@pytest.mark.parametrize("order", sorted(permutations(range(len(STORY)))))
def test_any_order_told_twice_ends_the_same(world, order):
    for number in (*order, *order):
        tell(world, *STORY[number])

    assert not barred(world)


@given(
    st.lists(
        st.tuples(st.sampled_from(["suspended", "reinstated"]), st.sets(st.sampled_from(ALL))),
        min_size=1,
        max_size=6,
    ),
    st.randoms(use_true_random=False),
)
def test_the_newest_telling_is_the_truth(new_world, story, random):
    world = new_world()
    told = [(what, version, sorted(scopes)) for version, (what, scopes) in enumerate(story, start=2)]
    for one in random.sample(told * 2, len(told) * 2):
        tell(world, *one)

    what, _, scopes = told[-1]
    assert barred(world) == (what == "suspended" and "new_enrolments" in scopes)
