"""Leaving a service: what was committed is sent, at least once."""

from typing import Any

import pytest
import sqlalchemy as sa
from ila_kit.actor import process_actor
from ila_kit.bus.broker import Broker, BrokerDown
from ila_kit.bus.relay import STANDBY_SECONDS, Relay
from ila_kit.store.operations import outbox_state, stuck

pytestmark = pytest.mark.integration
NOWHERE = "amqp://guest:guest@127.0.0.1:1//"


def arrived(service: Any, count: int) -> list[int]:
    """The numbers of the events that came, once there are that many."""
    receiver = service.receiver()
    service.until(receiver.step, lambda: service.value("SELECT count(*) FROM inbox") >= count)
    receiver.recover(None)
    rows = service.rows("SELECT (body -> 'data' ->> 'number')::int FROM inbox ORDER BY id")
    return [number for (number,) in rows]


def test_committed_events_are_sent_in_order_and_marked(service: Any) -> None:
    service.count(*range(450))
    relay = service.relay()
    assert [relay.step() for _ in range(4)] == [0.0, 0.0, 0.0, 0.05]
    relay.recover(None)
    assert arrived(service, 450) == list(range(450))
    with service.engine.connect() as connection:
        assert outbox_state(connection)["waiting"] == 0


def test_an_event_of_an_undone_transaction_is_never_sent(service: Any) -> None:
    with service.units.open(process_actor("counting")) as unit:
        unit.publish(service.event(1))
    service.count(2)
    relay = service.relay()
    relay.step()
    relay.recover(None)
    assert arrived(service, 1) == [2]


def test_while_the_broker_is_down_events_wait_and_are_shown_then_all_go(service: Any) -> None:
    service.count(*range(1_000))
    service.clock.move(minutes=2)
    cut_off = Relay(service.engine, Broker(NOWHERE))
    for _ in range(2):
        with pytest.raises(BrokerDown):
            cut_off.step()
    cut_off.recover(None)
    with service.engine.connect() as connection:
        assert outbox_state(connection)["waiting"] == 1_000
        assert {row["place"] for row in stuck(connection, service.clock())} == {"outbox"}
    relay = service.relay()
    service.until(relay.step, lambda: relay.step() > 0)
    relay.recover(None)
    assert arrived(service, 1_000) == list(range(1_000))


def test_of_two_relays_one_works_and_the_other_takes_over(service: Any) -> None:
    first, second = service.relay(), service.relay()
    service.count(1)
    assert first.step() == 0.0
    assert second.step() == STANDBY_SECONDS
    first.recover(None)
    service.count(2)
    assert second.step() == 0.0
    second.recover(None)
    assert arrived(service, 2) == [1, 2]


def test_a_relay_whose_session_was_killed_gives_up_the_lead_and_sends_again(service: Any) -> None:
    relay = service.relay()
    service.count(1)
    relay.step()
    service.run(
        "SELECT pg_terminate_backend(pid) FROM pg_locks"
        " JOIN pg_database d ON d.oid = database WHERE locktype = 'advisory' AND datname = current_database()"
    )
    service.count(2)
    with pytest.raises(sa.exc.OperationalError) as lost:
        relay.step()
    relay.recover(lost.value)
    service.until(relay.step, lambda: relay.step() == 0.05)
    relay.recover(None)
    assert arrived(service, 2) == [1, 2]
