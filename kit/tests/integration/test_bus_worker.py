"""The worker process: everything together, through outages, to a clean end."""

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from ila_kit.actor import process_actor
from ila_kit.bus.broker import Broker
from ila_kit.bus.process import health_server
from ila_kit.bus.worker import Worker, WorkerConfig
from ila_kit.clock import utc_now
from ila_kit.ids import uuid7
from ila_kit.store.audit import verify
from ila_kit.store.database import create_engine
from ila_kit.store.unit import Unit, Units

pytestmark = pytest.mark.integration
TYPE = "counting.thing_counted.v1"


def wait_for(holds: Callable[[], Any]) -> None:
    """Return when something holds; fails after half a minute."""
    for _ in range(600):
        if holds():
            return
        threading.Event().wait(0.05)
    raise AssertionError("it never came about")


def config(service: Any, **changes: Any) -> WorkerConfig[Unit]:
    """The work of the small service."""
    units = Units(service.engine, service.name, Unit, utc_now)
    given = {"units": units, "broker": service.broker, "handlers": {TYPE: service.note}}
    return WorkerConfig(**given | changes)


def all_ok(worker: Worker[Unit]) -> bool:
    return set(worker.checks().values()) == {"ok"}


def ask(port: int, path: str) -> tuple[int, Any]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as fault:
        with fault:
            return fault.code, json.load(fault)


def test_a_worker_sends_receives_works_off_calls_timers_seals_and_stops(service: Any) -> None:
    ticks = list[int]()

    def expire(unit: Unit, subject: Any) -> None:
        unit.audit("expired", "thing", subject)

    worker = Worker(
        config(service, timers={"expire": expire}, jobs={"tick": (0.01, lambda: ticks.append(1))})
    )
    worker.start()
    service.count(*range(300))
    with service.units.open(process_actor("counting")) as unit:
        unit.set_timer(uuid7(), "expire", utc_now() - timedelta(seconds=1))
        unit.commit()
    wait_for(lambda: service.states() == {"done": 300})
    wait_for(lambda: service.value("SELECT count(*) FROM audit_seal") == 1)
    assert all_ok(worker)
    worker.stop()
    assert worker.wait() == 0
    assert sorted(service.effects()) == list(range(300))
    assert ticks
    with service.engine.connect() as connection:
        assert verify(connection).intact


def test_two_workers_of_one_service_share_the_work(service: Any) -> None:
    workers = [Worker(config(service)) for _ in range(2)]
    for worker in workers:
        worker.start()
    service.count(*range(300))
    wait_for(lambda: service.states() == {"done": 300})
    for worker in workers:
        worker.stop()
    assert [worker.wait() for worker in workers] == [0, 0]
    assert sorted(service.effects()) == list(range(300))


def test_a_fault_of_ours_ends_the_process_with_status_1(service: Any) -> None:
    def broken() -> None:
        raise ValueError("ours")

    worker = Worker(config(service, jobs={"broken": (1.0, broken)}))
    worker.start()
    assert worker.wait() == 1


def test_without_database_and_broker_it_lives_and_says_it_is_not_ready(service: Any) -> None:
    nowhere = create_engine("postgresql://nobody@127.0.0.1:1/none")
    units = Units(nowhere, service.name, Unit, utc_now)
    worker = Worker(config(service, units=units, broker=Broker("amqp://guest:guest@127.0.0.1:1//")))
    health = health_server(worker, "127.0.0.1", 0)
    port = health.server_address[1]
    worker.start()
    wait_for(lambda: all(loop.outages > 1 for loop in worker.loops if loop.name != "purge"))
    assert ask(port, "/health/live") == (200, {"status": "ok", "checks": {}})
    status, body = ask(port, "/health/ready")
    assert (status, body["status"]) == (503, "not ready")
    assert body["checks"]["database"] == "OperationalError"
    assert body["checks"]["receiver"] == "BrokerDown"
    assert ask(port, "/anything")[0] == 404
    worker.stop()
    assert worker.wait() == 0
    health.shutdown()
    health.server_close()


def test_a_ready_worker_says_so_check_by_check(service: Any) -> None:
    worker = Worker(config(service))
    health = health_server(worker, "127.0.0.1", 0)
    worker.start()
    wait_for(lambda: all_ok(worker))
    status, body = ask(health.server_address[1], "/health/ready")
    assert status == 200
    assert set(body["checks"]) == {"database", "relay", "audit", "inbox-1", "receiver", "purge"}
    worker.stop()
    worker.wait()
    health.shutdown()
    health.server_close()
