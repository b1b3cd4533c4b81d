"""What a learner does: begin, change, submit, withdraw."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from ila_applications.domain.errors import (
    AlreadyApplied,
    ApplicationsClosed,
    ApplicationsNotOpenYet,
    ProgrammeChanged,
    UnknownProgramme,
)
from ila_applications.usecases.applications import (
    BeginApplication,
    ChangeApplication,
    SubmitApplication,
    begin_application,
    change_application,
    submit_application,
    withdraw_application,
)
from ila_applications.usecases.offerings import learn_call, learn_programme
from ila_kit.actor import Scope
from ila_kit.canonical import sha256_hex
from ila_kit.clock import riga_date
from ila_kit.errors import Missing, Stale
from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.states import WrongState

MOMENT = timedelta(microseconds=1)


def mine(application):
    return Scope(person=application.person_id)


def withdraw(world, application):
    return withdraw_application(world.unit, application.id, mine(application)).application


def test_a_draft_promises_nothing_and_ends_with_the_window(world):
    draft = world.begin()
    assert (draft.state, draft.version, draft.due_at) == ("draft", 1, world.call.applications_close_at)
    assert world.unit.events == []
    assert world.unit.timers[draft.id, "application_due"] == world.call.applications_close_at


def test_who_applies_when_the_programme_has_begun_is_checked_all_the_same(world):
    world.programme = replace(world.programme, starts_on=riga_date(world.unit.now))
    learn_programme(world.unit, world.programme, 2)
    submitted = world.submit()

    assert submitted.due_at == world.unit.now + timedelta(days=3)


def test_nobody_begins_for_a_programme_that_is_not_published(world):
    with pytest.raises(UnknownProgramme):
        begin_application(world.unit, BeginApplication(person_id=uuid7(), programme_id=uuid7()))


def test_nobody_has_two_applications_for_one_programme_until_the_first_is_over(world):
    draft = world.begin()
    with pytest.raises(AlreadyApplied):
        world.begin(draft.person_id)
    withdraw(world, draft)
    assert world.begin(draft.person_id).state == "draft"


def test_a_draft_is_changed_by_its_owner_with_the_version_that_was_read(world):
    draft = world.begin()
    command = ChangeApplication(application_id=draft.id, version=1, preferred_language="en", note="Evenings")
    changed = change_application(world.unit, command, mine(draft)).application
    assert (changed.preferred_language, changed.note, changed.version) == ("en", "Evenings", 2)
    with pytest.raises(Stale):
        change_application(world.unit, command, mine(draft))
    world.submit_draft(changed)
    with pytest.raises(WrongState):
        change_application(world.unit, replace(command, version=3), mine(draft))


def test_a_submission_gets_a_receipt_whose_hash_anybody_can_make_again(world):
    submitted = world.submit()
    content = world.unit.applications.contents[submitted.id]
    assert submitted.receipt.sha256 == sha256_hex(to_json(content))
    assert submitted.receipt.received_at == world.unit.now
    assert to_json(content)["quoted_amount"] == {"amount": "608.99", "currency": "EUR"}
    assert world.unit.types() == ["application_submitted"]
    assert world.unit.events[0].receipt_sequence == submitted.receipt.sequence


def test_receipts_grow_in_the_order_of_submissions(world):
    numbers = [world.submit().receipt.sequence for _ in range(3)]
    assert numbers == sorted(set(numbers))


def test_a_submission_counts_from_the_first_instant_of_the_window_to_the_last(world):
    draft = world.begin()
    world.unit.now = world.call.applications_open_at - MOMENT
    with pytest.raises(ApplicationsNotOpenYet):
        world.submit_draft(draft)
    world.unit.now = world.call.applications_close_at
    with pytest.raises(ApplicationsClosed):
        world.submit_draft(draft)
    with pytest.raises(ApplicationsClosed):
        world.begin()
    world.unit.now = world.call.applications_close_at - MOMENT
    assert world.submit_draft(draft).state == "submitted"


def test_the_window_of_the_call_replaces_that_of_an_older_programme_snapshot(world):
    draft = world.begin()
    earlier = world.unit.now - timedelta(hours=1)
    learn_call(world.unit, replace(world.call, applications_close_at=earlier, version=2), 2)
    with pytest.raises(ApplicationsClosed):
        world.submit_draft(draft)


def test_a_submission_binds_to_the_version_the_person_saw(world):
    draft = world.begin()
    learn_programme(world.unit, replace(world.programme, version=2), 2)
    with pytest.raises(ProgrammeChanged) as refusal:
        world.submit_draft(draft)
    assert refusal.value.facts == {"version": 2}


def test_nothing_is_submitted_twice(world):
    submitted = world.submit()
    with pytest.raises(WrongState):
        world.submit_draft(submitted)


def test_foreign_and_unknown_applications_are_missing_alike(world):
    draft = world.begin()
    stranger = Scope(person=uuid7())
    change = ChangeApplication(application_id=draft.id, version=1, preferred_language="en", note=None)
    submit = SubmitApplication(application_id=draft.id, programme_version=1, quoted_amount=Decimal("1.00"))
    for act in (
        lambda: change_application(world.unit, change, stranger),
        lambda: submit_application(world.unit, submit, stranger),
        lambda: withdraw_application(world.unit, draft.id, stranger),
        lambda: withdraw_application(world.unit, uuid7(), stranger),
    ):
        with pytest.raises(Missing):
            act()


def test_a_withdrawn_draft_is_nobodys_news(world):
    assert withdraw(world, world.begin()).state == "withdrawn"
    assert world.unit.events == []


def test_a_withdrawal_gives_the_place_to_the_next_in_line_and_happens_once(world):
    first, second, third, fourth = (world.decided() for _ in range(4))
    assert [world.state(one) for one in (first, second, third, fourth)] == ["eligible"] * 2 + ["waiting"] * 2
    withdraw(world, first)
    assert [world.state(one) for one in (third, fourth)] == ["eligible", "waiting"]
    assert world.taken() == world.with_place() == 2
    assert world.unit.types()[-2:] == ["application_withdrawn", "application_found_eligible"]
    with pytest.raises(WrongState):
        withdraw(world, first)
    assert world.taken() == 2


def test_a_withdrawal_from_the_waiting_list_frees_no_place(world):
    _, _, third = (world.decided() for _ in range(3))
    withdraw(world, third)
    assert world.taken() == world.with_place() == 2
