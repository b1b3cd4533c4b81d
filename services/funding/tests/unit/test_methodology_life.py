"""How rates change: drafted by one person, approved by another, known from that instant on (BR-707)."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_funding.domain.errors import (
    AmbiguousMethodology,
    NoMethodology,
    NothingToCorrect,
    SamePerson,
    VersionTaken,
)
from ila_funding.domain.methodology import Methodologies
from ila_funding.domain.methodology_record import METHODOLOGY_STATES, MethodologyContent
from ila_funding.events.published import MethodologyApproved
from ila_funding.parameters import load_methodologies
from ila_funding.usecases.methodologies import (
    ChangeMethodology,
    approve_methodology,
    change_methodology,
    draft_methodology,
    methodology_due,
    return_methodology,
    submit_methodology,
)
from ila_kit.actor import Actor, Role
from ila_kit.errors import DomainError, Stale
from ila_kit.ids import uuid7
from ila_kit.states import NotYourStep, WrongState
from ila_kit.testing.fakes import NOON, someone

SHIPPED = load_methodologies().versions[0]
MANAGER, APPROVER = someone("rate_manager"), someone("rate_approver")
BOTH = ("rate_manager", "rate_approver", "platform_admin", "auditor")


def content(version: str = "2", valid_from: date = date(2025, 6, 1), **changes) -> MethodologyContent:
    made = MethodologyContent(
        version=version,
        title="Otrā",
        document="https://example.lv/2",
        valid_from=valid_from,
        corrects=None,
        kinds=SHIPPED.kinds,
        continuing_programmes=SHIPPED.continuing_programmes,
    )
    return replace(made, **changes)


def as_(unit, actor):
    unit.actor = actor
    return unit


def drafted(unit, *what, by=MANAGER, **changes):
    return draft_methodology(as_(unit, by), content(*what, **changes))


def submitted(unit, *what, by=MANAGER, **changes):
    record = drafted(unit, *what, by=by, **changes)
    return submit_methodology(as_(unit, by), record.id)


def approved(unit, *what, **changes):
    record = submitted(unit, *what, **changes)
    return approve_methodology(as_(unit, APPROVER), record.id)


def test_a_draft_decides_nothing_until_another_person_approves_it(unit):
    record = submitted(unit)
    later = unit.now + timedelta(days=400)
    assert unit.methodologies.deciding(date(2025, 6, 1), later).version == SHIPPED.version
    approve_methodology(as_(unit, APPROVER), record.id)
    assert unit.methodologies.deciding(date(2025, 6, 1), later).version == "2"
    assert unit.methodologies.deciding(date(2025, 5, 31), later).version == SHIPPED.version
    (event,) = unit.told(MethodologyApproved)
    assert (event.known_from, event.corrects, event.version) == (unit.now, None, 3)


def test_it_is_known_from_its_approval_and_never_from_an_earlier_instant(unit):
    record = approved(unit, valid_from=date(2024, 9, 4), corrects=SHIPPED.version)
    before = unit.now - timedelta(microseconds=1)
    assert record.known_from == NOON
    assert unit.methodologies.deciding(date(2024, 9, 4), before).version == SHIPPED.version
    assert unit.methodologies.deciding(date(2024, 9, 4), unit.now).version == "2"


@pytest.mark.parametrize("hand", ["draft", "edit", "submit"])
@pytest.mark.parametrize("roles", [("rate_approver",), ("rate_manager", "rate_approver"), BOTH])
def test_nobody_approves_what_they_had_a_hand_in_whatever_roles_and_sessions_they_hold(unit, hand, roles):
    person = str(uuid7())
    managing = Actor(person, (Role("rate_manager", None),), "high", "session-1")
    record = drafted(unit, by=managing if hand == "draft" else MANAGER)
    if hand == "edit":
        change = ChangeMethodology(methodology_id=record.id, revision=1, content=content("2b"))
        change_methodology(as_(unit, managing), change)
    submit_methodology(as_(unit, managing if hand == "submit" else MANAGER), record.id)
    unit.actor = Actor(person, tuple(Role(name, None) for name in roles), "high", "session-2")
    with pytest.raises(SamePerson):
        approve_methodology(unit, record.id)
    assert unit.told(MethodologyApproved) == []
    assert approve_methodology(as_(unit, APPROVER), record.id).approved_by == APPROVER.id


def test_who_edited_before_somebody_else_did_does_not_approve_either(unit):
    both = someone("rate_manager", "rate_approver")
    record = drafted(unit, by=both)
    change = ChangeMethodology(methodology_id=record.id, revision=1, content=content("2b"))
    change_methodology(as_(unit, MANAGER), change)
    submit_methodology(unit, record.id)
    with pytest.raises(SamePerson):
        approve_methodology(as_(unit, both), record.id)


def test_every_step_is_taken_by_its_role_in_its_state_and_every_other_is_refused():
    steps = {
        ("draft", "edit"): ("draft", "rate_manager"),
        ("draft", "submit"): ("in_review", "rate_manager"),
        ("in_review", "approve"): ("approved", "rate_approver"),
        ("in_review", "return"): ("draft", "rate_approver"),
        ("in_review", "lapse"): ("draft", "system"),
    }
    actions = {action for _, action in steps}
    roles = ["rate_manager", "rate_approver", "auditor", "platform_admin", "learner", "system"]
    for state, action, role in product(METHODOLOGY_STATES.states, actions, roles):
        target, mine = steps.get((state, action), (None, None))
        try:
            found = METHODOLOGY_STATES.next_state(state, action, [role])
        except DomainError as refusal:
            found = type(refusal)
        assert found == (target if role == mine else NotYourStep if target else WrongState)


def test_an_approved_version_is_neither_changed_nor_approved_again(unit):
    record = approved(unit)
    change = ChangeMethodology(methodology_id=record.id, revision=3, content=content("3"))
    for step in (
        lambda: change_methodology(as_(unit, MANAGER), change),
        lambda: approve_methodology(as_(unit, APPROVER), record.id),
        lambda: return_methodology(as_(unit, APPROVER), record.id, "par vēlu"),
    ):
        with pytest.raises(WrongState):
            step()
    assert len(unit.told(MethodologyApproved)) == 1


def test_a_change_of_what_somebody_changed_meanwhile_is_stale(unit):
    record = drafted(unit)
    with pytest.raises(Stale):
        change_methodology(unit, ChangeMethodology(methodology_id=record.id, revision=2, content=content()))


def test_a_returned_version_is_mended_and_submitted_again(unit):
    record = submitted(unit)
    returned = return_methodology(as_(unit, APPROVER), record.id, "Nav avota.")
    assert (returned.state, returned.reason, returned.due_at) == ("draft", "Nav avota.", None)
    again = submit_methodology(as_(unit, MANAGER), record.id)
    assert (again.state, again.reason, again.returned_by) == ("in_review", None, None)


def test_what_nobody_approves_in_ten_days_is_a_draft_again(unit):
    record = submitted(unit)
    methodology_due(unit, record.id)
    assert unit.methodologies.get(record.id).state == "in_review"
    unit.now += timedelta(days=10)
    methodology_due(unit, record.id)
    lapsed = unit.methodologies.get(record.id)
    assert (lapsed.state, lapsed.reason) == ("draft", "not-approved-in-time")


def test_a_version_is_never_used_twice(unit):
    with pytest.raises(VersionTaken):
        drafted(unit, SHIPPED.version)
    drafted(unit, "2")
    with pytest.raises(VersionTaken):
        drafted(unit, "2")


@pytest.mark.parametrize(
    ("valid_from", "corrects", "refusal", "field"),
    [
        (date(2024, 9, 4), None, AmbiguousMethodology, "/valid_from"),
        (date(2024, 11, 19), None, AmbiguousMethodology, "/valid_from"),
        (date(2024, 11, 19), "other", AmbiguousMethodology, "/corrects"),
        (date(2024, 11, 20), "1-2e/24/254", NothingToCorrect, "/corrects"),
        (date(2024, 9, 3), "1-2e/24/254", NothingToCorrect, "/corrects"),
    ],
    ids=["the same day", "a day that is over", "the wrong version", "from today on", "before the first"],
)
def test_days_that_another_version_decides_are_taken_only_by_naming_it(
    unit, valid_from, corrects, refusal, field
):
    record = drafted(unit, valid_from=valid_from, corrects=corrects)
    with pytest.raises(refusal) as refused:
        submit_methodology(unit, record.id)
    assert list(refused.value.facts["errors"]) == [field]


def test_of_two_drafted_side_by_side_for_one_day_the_second_is_refused_at_its_approval(unit):
    first, second = submitted(unit, "2a"), submitted(unit, "2b")
    approve_methodology(as_(unit, APPROVER), first.id)
    with pytest.raises(AmbiguousMethodology):
        approve_methodology(unit, second.id)
    assert [event.methodology_version for event in unit.told(MethodologyApproved)] == ["2a"]


days = st.integers(0, 40).map(lambda number: date(2025, 1, 1) + timedelta(days=number))
instants = st.integers(0, 40).map(lambda number: NOON + timedelta(days=number))


@given(
    rows=st.lists(st.tuples(days, instants), max_size=12, unique=True),
    as_of=days,
    known_at=instants,
)
def test_who_decides_follows_from_days_and_instants_alone(rows, as_of, known_at):
    versions = [
        replace(SHIPPED, id=UUID(int=number), version=str(number), valid_from=day, known_from=at)
        for number, (day, at) in enumerate(rows)
    ]
    known = [row for row in rows if row[0] <= as_of and row[1] <= known_at]
    for order in (versions, versions[::-1]):
        try:
            found = Methodologies(order).deciding(as_of, known_at)
        except NoMethodology:
            assert not known
        else:
            assert (found.valid_from, found.known_from) == max(known)


@given(rows=st.lists(st.tuples(days, instants), max_size=12, unique=True), as_of=days, known_at=instants)
def test_what_becomes_known_later_never_changes_what_was_decided(rows, as_of, known_at):
    versions = [
        replace(SHIPPED, id=UUID(int=number), version=str(number), valid_from=day, known_from=at)
        for number, (day, at) in enumerate(rows)
    ]
    then = [one for one in versions if one.known_from <= known_at]
    try:
        decided = Methodologies(then).deciding(as_of, known_at)
    except NoMethodology:
        return
    assert Methodologies(versions).deciding(as_of, known_at) == decided
