"""The worker hears and tells over a real broker and a real store."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest
import redis
import requests
from ila_gateway.client_cache import ClientCache
from ila_gateway.outbox import Outbox
from ila_gateway.relay import Relay
from ila_gateway.sessions import SessionStore
from ila_gateway.store import SessionsUnavailable, connect
from ila_kit.bus.broker import Broker, BrokerDown, Connection
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.testing.stores import fresh_broker

pytestmark = pytest.mark.integration
ROLES: list[dict[str, str | None]] = [{"role": "learner", "organisation": None}]
ENDED = "gateway.session_ended.v1"


def event(type_: str, **data: Any) -> Envelope:
    """An event of identity as it comes."""
    return Envelope(
        id=uuid7(),
        source="identity",
        type=f"identity.{type_}.v1",
        subject=str(uuid7()),
        time=datetime.now(UTC),
        sequence=1,
        data=data,
    )


def eventually(holds: Callable[[], Any]) -> Any:
    """Return what a question says as soon as that is something; fails after a minute."""
    for _ in range(1200):
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came about")


@pytest.fixture
def broker(broker_url: str) -> Iterator[Broker]:
    with fresh_broker(broker_url, ["gateway", "reader"]) as broker:
        broker.declare("reader", [ENDED])
        yield broker


@pytest.fixture
def client(store: Any) -> Iterator[redis.Redis]:
    client = connect(store.url.replace("/0", "/6"))
    yield client
    client.flushdb()
    client.close()


@pytest.fixture
def sessions(client: redis.Redis) -> SessionStore:
    return SessionStore(client, idle_seconds=1_800, longest_seconds=43_200)


@pytest.fixture
def settings(surroundings: dict[str, str], store: Any, broker: Broker, free_port: Any) -> dict[str, str]:
    return surroundings | {
        "SESSION_STORE_URL": store.url.replace("/0", "/6"),
        "BROKER_URL": broker.url,
        "BUS_PREFIX": broker.prefix,
        "PORT": str(free_port()),
    }


@pytest.fixture
def run(settings: dict[str, str], folder: Path) -> Callable[[str], Any]:
    """Start a command of the gateway, with its output in a file."""

    def run(command: str) -> Any:
        program = str(Path(sys.executable).parent / "ila-gateway")
        with (folder / f"{command}.log").open("wb") as output:
            return subprocess.Popen([program, command], env=settings, stdout=output, stderr=output)

    return run


@pytest.fixture
def start(run: Callable[[str], Any], settings: dict[str, str], wait_for: Any) -> Iterator[Callable[[], Any]]:
    """Start a worker that is ready to hear."""
    url, started = f"http://127.0.0.1:{settings['PORT']}/health/ready", list[Any]()

    def start() -> Any:
        process = run("work")
        started.append(process)
        wait_for(lambda: requests.get(url, timeout=2).ok, "the worker", process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def heard(broker: Broker, count: int) -> list[dict[str, Any]]:
    """What another service hears of ended sessions, until it heard so many."""
    found, subscription = list[dict[str, Any]](), broker.subscribe("reader", [ENDED])
    while len(found) < count and (batch := subscription.collect(100, 10.0)):
        found += [orjson.loads(message.body) for message in batch]
        subscription.acknowledge(batch)
    subscription.close()
    return found


def begin(sessions: SessionStore) -> tuple[str, str, str]:
    """Return the secret, the id and the person of a new session."""
    person = str(uuid7())
    secret, session = sessions.begin(person, "Anna", "Bērziņa", ROLES, "high")
    return secret, session.id, person


def test_a_change_of_roles_marks_the_person_and_nobody_else(start, broker, sessions):
    start()
    person, other = str(uuid7()), str(uuid7())
    broker.publish([event("role_revoked", person_id=person, role="auditor")])
    first = eventually(lambda: sessions.last_change(person))
    broker.publish([event("role_granted", person_id=person, role="auditor")])
    eventually(lambda: sessions.last_change(person) != first)
    assert sessions.last_change(other) == ""


def test_a_disabled_person_is_out_at_once_and_the_others_are_told(start, broker, sessions):
    start()
    secret, session, person = begin(sessions)
    stays, _, _ = begin(sessions)
    now = datetime.now(UTC) + timedelta(seconds=1)
    told = event("person_disabled", person_id=person, disabled_at=now.isoformat(), state="restricted")
    broker.publish([told, told])
    [ended] = heard(broker, 1)
    assert sessions.by_secret(secret) is None
    assert sessions.by_secret(stays)
    assert ended["data"] | {"ended_at": ""} == {
        "session_id": session,
        "person_id": person,
        "reason": "disabled",
        "ended_at": "",
    }
    assert (ended["source"], ended["subject"]) == ("gateway", session)


def test_a_disabling_that_comes_late_leaves_the_session_that_began_after_it(start, broker, sessions):
    start()
    secret, _, person = begin(sessions)
    before = datetime.now(UTC) - timedelta(hours=1)
    broker.publish([event("person_disabled", person_id=person, disabled_at=before.isoformat())])
    eventually(lambda: sessions.last_change(person))
    assert sessions.by_secret(secret), "identity is asked at its next request"


def test_a_changed_machine_client_is_forgotten(start, broker, client):
    start()
    ClientCache(client).keep("registry:licences", {"state": "active"}, 60)
    broker.publish([event("service_client_changed", client_id="registry:licences")])
    eventually(lambda: ClientCache(client).find("registry:licences") is None)


def test_what_cannot_be_read_is_parked_and_comes_back_by_command(start, run, broker, sessions):
    start()
    with Connection(broker.url) as connection:
        channel = connection.channel()
        for body in (b"", b"[]", json.dumps(event("role_revoked").as_json()).encode()):
            message = channel.prepare_message(body, None, "application/json", "utf-8", {}, {})
            channel.basic_publish(message, exchange="", routing_key=broker.queue("gateway"))
    person = str(uuid7())
    broker.publish([event("role_revoked", person_id=person)])
    eventually(lambda: sessions.last_change(person))
    eventually(lambda: broker.dead_count("gateway") == 3)
    assert run("redeliver").wait(30) == 0
    eventually(lambda: broker.dead_count("gateway") == 3)


def test_an_event_told_before_the_first_worker_started_is_heard(run, start, broker, sessions):
    assert run("migrate").wait(30) == 0
    person = str(uuid7())
    broker.publish([event("role_revoked", person_id=person)])
    start()
    eventually(lambda: sessions.last_change(person))


def test_an_event_waits_while_the_store_is_away(start, broker, sessions, store):
    start()
    person = str(uuid7())
    store.stop()
    try:
        broker.publish([event("role_revoked", person_id=person)])
        with pytest.raises(SessionsUnavailable):
            sessions.last_change(person)
        time.sleep(1)
    finally:
        store.start()
    eventually(lambda: sessions.last_change(person))
    assert broker.dead_count("gateway") == 0


def test_the_ends_of_sessions_survive_a_kill_of_the_worker(start, broker, sessions):
    ids = [begin(sessions)[1] for _ in range(20)]
    worker = start()
    for one in ids[:10]:
        sessions.end(one, "logout")
    worker.kill()
    worker.wait()
    for one in ids[10:]:
        sessions.end(one, "logout")
    start()
    found = {told["id"]: told["subject"] for told in heard(broker, 20)}
    assert sorted(found.values()) == sorted(ids), "each once, whatever came twice has the same id"


def test_what_the_broker_did_not_confirm_waits_and_what_was_sent_twice_is_one_event(client, sessions, broker):
    _, session, _ = begin(sessions)
    sessions.end(session, "logout")
    with pytest.raises(BrokerDown):
        Relay(Outbox(client), Broker("amqp://guest:guest@127.0.0.1:1//")).step()
    client.delete("l:relay")
    [waiting] = Outbox(client).waiting(10).values()
    broker.publish([waiting])  # the relay was killed between sending and forgetting
    Relay(Outbox(client), broker).step()
    assert Outbox(client).waiting(10) == {}
    assert [told["id"] for told in heard(broker, 2)] == [str(waiting.id)] * 2


def test_of_two_relays_one_sends_and_the_other_takes_over(client, sessions, broker):
    first, second = Relay(Outbox(client), broker), Relay(Outbox(client), broker)
    first.step()
    _, session, _ = begin(sessions)
    sessions.end(session, "logout")
    second.step()
    assert len(Outbox(client).waiting(10)) == 1
    first.recover(None)
    second.step()
    assert Outbox(client).waiting(10) == {}
    assert [told["subject"] for told in heard(broker, 1)] == [session]


def test_a_worker_says_what_it_waits_for(start, settings, store):
    start()
    url = f"http://127.0.0.1:{settings['PORT']}/health/ready"
    assert requests.get(url, timeout=5).json()["checks"].keys() == {
        "session_store",
        "relay",
        "receiver",
        "expiry",
    }
    store.stop()
    try:
        answer = eventually(lambda: _unready(url))
        assert answer["checks"]["session_store"] == "SessionsUnavailable"
    finally:
        store.start()
    eventually(lambda: requests.get(url, timeout=5).ok)


def test_a_worker_without_a_broker_says_so(run, settings, folder):
    settings["BROKER_URL"] = ""
    assert run("work").wait(30) == 1
    assert "BROKER_URL is not set" in (folder / "work.log").read_text()


def _unready(url: str) -> dict[str, Any] | None:
    answer = requests.get(url, timeout=5)
    found: dict[str, Any] | None = answer.json() if answer.status_code == 503 else None
    return found
