"""Arriving in a service: every event takes effect once, and none keeps the others waiting."""

import random
import subprocess
import sys
import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ila_kit.bus.broker import Connection
from ila_kit.bus.inbox import redeliver
from ila_kit.bus.loops import Loop
from ila_kit.errors import Unavailable
from ila_kit.events import Envelope, NotYet
from ila_kit.store.operations import purge, stuck
from ila_kit.store.unit import Unit

pytestmark = pytest.mark.integration


def work_off(service: Any, worker: Any) -> None:
    """Let a worker work until nothing is due now."""
    service.until(worker.step, lambda: worker.step() > 0)


def raw(service: Any, *bodies: bytes) -> None:
    """Put bodies into the service's queue, whatever they are."""
    with Connection(service.broker.url) as connection:
        channel = connection.channel()
        for body in bodies:
            message = channel.prepare_message(body, None, "application/json", "utf-8", {}, {})
            channel.basic_publish(message, exchange="", routing_key=service.broker.queue("counting"))


def test_an_event_takes_effect_once_with_the_mark_that_it_did(service: Any) -> None:
    service.bring(1, 2, 3)
    work_off(service, service.worker(service.note))
    assert (service.effects(), service.states()) == ([1, 2, 3], {"done": 3})


@settings(
    max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_delivered_three_times_and_shuffled_gives_the_same_state(
    service: Any, chance: random.Random, count: int
) -> None:
    service.run("TRUNCATE effect, inbox")
    events = [service.envelope(number) for number in range(count)] * 3
    chance.shuffle(events)
    service.broker.publish(events)
    receiver, worker = service.receiver(), service.worker(service.note)
    for _ in range(2 + len(events) // 100):
        receiver.step()
        work_off(service, worker)
    receiver.recover(None)
    assert sorted(service.effects()) == list(range(count))
    assert service.states() == {"done": count}


def test_what_cannot_be_read_is_parked_and_the_rest_goes_on(service: Any) -> None:
    good = service.envelope(1)
    nul = Envelope.parse(service.envelope(2).as_json() | {"data": {"text": "\0"}})
    service.broker.publish([service.envelope(0), nul, good])
    raw(service, b"not json", b"not json", b'{"specversion": "1.0"}')
    receiver = service.receiver()
    service.until(receiver.step, lambda: service.value("SELECT count(*) FROM inbox") == 5)
    receiver.step()
    receiver.recover(None)
    work_off(service, service.worker(service.note))
    assert (sorted(service.effects()), service.states()) == ([0, 1], {"done": 2, "parked": 3})
    assert sorted(dead.reason for dead in service.dead()) == [
        "cannot be stored as JSON",
        "no event envelope: JSONDecodeError",
        "no event envelope: KeyError",
    ]


def test_poison_among_good_events_is_parked_alone_with_its_reason_and_redelivered(service: Any) -> None:
    fixed = False

    def handler(unit: Unit, envelope: Envelope) -> None:
        service.note(unit, envelope)
        if envelope.data["number"] == 13 and not fixed:
            raise ValueError("unlucky")

    service.bring(*range(20))
    worker = service.worker(handler)
    for _ in range(8):
        work_off(service, worker)
        service.clock.move(minutes=10)
    assert service.states() == {"done": 19, "parked": 1}
    assert 13 not in service.effects()
    [dead] = service.dead()
    assert (dead.tries, dead.type) == (5, "counting.thing_counted.v1")
    assert dead.reason.startswith("ValueError in handler")
    fixed = True
    assert redeliver(service.engine, [dead.id]) == 1
    service.clock.move(minutes=1)
    work_off(service, worker)
    assert sorted(service.effects()) == list(range(20))
    assert service.states() == {"done": 20}


def test_an_event_that_fails_in_passing_succeeds_later_without_a_trace(service: Any) -> None:
    failures = [ValueError(), ValueError(), ValueError()]

    def handler(unit: Unit, envelope: Envelope) -> None:
        service.note(unit, envelope)
        if failures:
            raise failures.pop()

    service.bring(1)
    worker = service.worker(handler)
    worker.step()
    with service.engine.connect() as connection:
        assert [row["place"] for row in stuck(connection, service.clock())] == ["inbox"]
    for _ in range(4):
        service.clock.move(minutes=10)
        work_off(service, worker)
    assert (service.effects(), service.states()) == ([1], {"done": 1})


@pytest.mark.parametrize("fault", [NotYet(), Unavailable()])
def test_an_event_that_waits_for_another_is_tried_for_a_day_and_then_parked(
    service: Any, fault: Exception
) -> None:
    def handler(unit: Unit, envelope: Envelope) -> None:
        raise fault

    service.bring(1)
    worker = service.worker(handler)
    for _ in range(23):
        work_off(service, worker)
        service.clock.move(hours=1)
    assert service.states() == {"waiting": 1}
    service.clock.move(hours=2)
    work_off(service, worker)
    assert service.states() == {"parked": 1}


def test_a_predecessor_that_comes_late_lets_its_successor_through(service: Any) -> None:
    def after_one(unit: Unit, envelope: Envelope) -> None:
        if envelope.data["number"] == 2 and service.effects() != [1]:
            raise NotYet
        service.note(unit, envelope)

    worker = service.worker(after_one)
    service.bring(2)
    work_off(service, worker)
    service.bring(1)
    service.clock.move(seconds=30)
    work_off(service, worker)
    service.clock.move(seconds=30)
    work_off(service, worker)
    assert service.effects() == [1, 2]


def test_two_workers_never_take_the_same_event(service: Any) -> None:
    service.bring(*range(100))
    loops = []
    for _ in range(2):
        worker = service.worker(service.note)
        loops.append(Loop("inbox", worker.step))
    threads = [threading.Thread(target=loop.run) for loop in loops]
    for thread in threads:
        thread.start()
    while service.states() != {"done": 100}:
        threading.Event().wait(0.05)
    for loop, thread in zip(loops, threads, strict=True):
        loop.stop()
        thread.join()
    assert sorted(service.effects()) == list(range(100))


KILLER = """
import os, sys
from ila_kit.bus.inbox import InboxWorker
from ila_kit.clock import utc_now
from ila_kit.retry import Retry
from ila_kit.store.database import create_engine
from ila_kit.store.unit import Unit, Units

def handler(unit, envelope):
    number = envelope.data["number"]
    unit.connection.exec_driver_sql(
        "INSERT INTO effect (event_id, number) VALUES (%s, %s)", (envelope.id, number))
    if number == 3:
        os.kill(os.getpid(), 9)

units = Units(create_engine(sys.argv[1]), "counting", Unit, utc_now)
worker = InboxWorker(units, {"counting.thing_counted.v1": handler}, Retry(lease=0.01))
while worker.step() == 0.0:
    pass
"""


def test_an_event_that_kills_its_process_is_parked_alone_after_five_tries(service: Any) -> None:
    service.bring(*range(6))
    url = service.engine.url.render_as_string(hide_password=False)
    deaths = 0
    while subprocess.run([sys.executable, "-c", KILLER, url], check=False).returncode == -9:
        deaths += 1
        assert deaths <= 5
    assert deaths == 5
    assert sorted(service.effects()) == [0, 1, 2, 4, 5]
    assert service.states() == {"done": 5, "parked": 1}
    assert service.rows("SELECT max(tries) FROM inbox WHERE state = 'done'") == [(1,)]
    [dead] = service.dead()
    assert (dead.tries, dead.reason) == (5, "begun, and not ended")


def test_all_parked_events_can_be_redelivered_at_once(service: Any) -> None:
    service.bring(*range(5))
    service.run("UPDATE inbox SET state = 'parked', tries = 5")
    assert redeliver(service.engine) == 5
    service.clock.move(minutes=1)
    work_off(service, service.worker(service.note))
    assert service.states() == {"done": 5}


def test_old_rows_that_are_finished_are_removed_and_no_others(service: Any) -> None:
    service.bring(*range(5))
    service.count(1, 2)
    service.run("UPDATE inbox SET state = 'parked' WHERE (body -> 'data' ->> 'number')::int = 0")
    service.run("UPDATE outbox SET sent_at = now() WHERE id = (SELECT min(id::text)::uuid FROM outbox)")
    work_off(service, service.worker(service.note))
    service.clock.move(days=31)
    assert purge(service.engine, service.clock(), service.clock(), batch=2) == 5
    assert service.states() == {"parked": 1}
    assert service.value("SELECT count(*) FROM outbox") == 1
