"""The scheduler: what is due is done once, and what fails keeps nobody waiting."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from ila_kit.actor import process_actor
from ila_kit.ids import uuid7
from ila_kit.store.operations import stuck
from ila_kit.store.timers import run_due
from ila_kit.store.unit import Unit

pytestmark = pytest.mark.integration


def set_timers(service: Any, count: int, minutes: int = 5, name: str = "expire") -> list[UUID]:
    """Set timers that are due after so many minutes."""
    subjects = [uuid7() for _ in range(count)]
    with service.units.open(process_actor("counting")) as unit:
        for subject in subjects:
            unit.set_timer(subject, name, service.clock() + timedelta(minutes=minutes))
        unit.commit()
    return subjects


def expire(unit: Unit, subject: UUID) -> None:
    unit.connection.exec_driver_sql("INSERT INTO effect (event_id) VALUES (%s)", (subject,))


def expired(service: Any) -> list[UUID]:
    return [subject for (subject,) in service.rows("SELECT event_id FROM effect ORDER BY at")]


def test_a_timer_is_called_when_it_is_due_and_only_once(service: Any) -> None:
    [subject] = set_timers(service, 1)
    assert run_due(service.units, {"expire": expire}) == 0
    service.clock.move(minutes=5)
    assert run_due(service.units, {"expire": expire}) == 1
    assert run_due(service.units, {"expire": expire}) == 0
    assert expired(service) == [subject]


def test_two_schedulers_call_each_timer_once(service: Any) -> None:
    subjects = set_timers(service, 60)
    service.clock.move(minutes=5)
    threads = [
        threading.Thread(target=run_due, args=(service.units, {"expire": expire}, 100)) for _ in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(expired(service)) == sorted(subjects)
    assert service.value("SELECT count(*) FROM timer") == 0


def test_a_failing_timer_is_undone_tried_later_and_shown_and_the_others_are_done(service: Any) -> None:
    bad, *good = set_timers(service, 5)

    def handler(unit: Unit, subject: UUID) -> None:
        expire(unit, subject)
        if subject == bad and not mended:
            raise ValueError("not now")

    mended = False
    service.clock.move(minutes=5)
    assert run_due(service.units, {"expire": handler}) == 5
    assert expired(service) == good
    with service.engine.connect() as connection:
        [shown] = stuck(connection, service.clock())
    assert (shown["place"], shown["id"], shown["tries"]) == ("timer", str(bad), 1)
    assert shown["reason"].startswith("ValueError in handler")
    mended = True
    service.clock.move(minutes=10)
    run_due(service.units, {"expire": handler})
    assert expired(service) == [*good, bad]


def test_a_timer_that_was_moved_or_cleared_is_not_called(service: Any) -> None:
    moved, cleared = set_timers(service, 2)
    with service.units.open(process_actor("counting")) as unit:
        unit.set_timer(moved, "expire", service.clock() + timedelta(hours=1))
        unit.clear_timer(cleared, "expire")
        unit.commit()
    service.clock.move(minutes=10)
    assert run_due(service.units, {"expire": expire}) == 0


def test_a_handler_may_set_its_own_timer_anew(service: Any) -> None:
    set_timers(service, 1)

    def remind(unit: Unit, subject: UUID) -> None:
        expire(unit, subject)
        unit.set_timer(subject, "expire", unit.now + timedelta(minutes=5))

    for _ in range(3):
        service.clock.move(minutes=5)
        assert run_due(service.units, {"expire": remind}) == 1
    assert len(expired(service)) == 3
    assert service.rows("SELECT tries, reason FROM timer") == [(0, None)]


def test_a_timer_that_nobody_handles_is_left_and_shown_as_overdue(service: Any) -> None:
    set_timers(service, 1, name="unheard_of")
    service.clock.move(minutes=10)
    assert run_due(service.units, {"expire": expire}) == 0
    with service.engine.connect() as connection:
        assert [row["what"] for row in stuck(connection, service.clock())] == ["unheard_of"]
