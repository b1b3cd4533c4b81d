"""An export is collected, waits for services that are away, is ready once and expires."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from ila_identity.domain.exports import COLLECTING, EXPIRED, EXPORT, KEPT_FOR, READY, SERVICES, Export
from ila_kit.ids import uuid7
from ila_kit.states import SYSTEM, WrongState
from ila_kit.testing.fakes import NOON

NEW = Export.asked(uuid7(), NOON)


def test_a_new_export_waits_for_every_service_and_is_due_at_once():
    assert (NEW.state, NEW.waiting_for, NEW.next_at) == (COLLECTING, SERVICES, NOON)
    assert NEW.expires_at == NOON + KEPT_FOR


def test_a_ready_export_is_kept_from_then_on_and_names_its_file():
    later = NOON + timedelta(hours=3)
    ready = NEW.finished("ab" * 32, 10, later)

    assert (ready.state, ready.waiting_for, ready.sha256) == (READY, (), "ab" * 32)
    assert (ready.ready_at, ready.expires_at) == (later, later + KEPT_FOR)


@given(st.integers(0, 60))
def test_pauses_grow_and_stay_below_five_minutes(times):
    export, pauses = NEW, []
    for _ in range(times):
        postponed = export.postponed(("funding",), NOON)
        pauses.append(postponed.next_at - NOON)
        export = postponed

    assert pauses == sorted(pauses)
    assert all(timedelta(0) < pause <= timedelta(minutes=5) for pause in pauses)
    assert export.version == 1 + times


def test_what_expired_names_no_file_and_does_not_come_back():
    expired = NEW.finished("ab" * 32, 10, NOON).expired()

    assert (expired.state, expired.sha256) == (EXPIRED, None)
    for step in (expired.expired, lambda: expired.finished("cd" * 32, 1, NOON)):
        with pytest.raises(WrongState):
            step()


@pytest.mark.parametrize("state", [COLLECTING, READY])
def test_no_state_but_the_last_lasts_for_ever(state):
    assert EXPORT.timers[state].action == "expire"
    assert EXPORT.next_state(state, "expire", {SYSTEM}) == EXPIRED
