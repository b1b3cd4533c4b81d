"""What a broker must do, the same on RabbitMQ and on our transport."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from ila_kit.bus.broker import DELIVERY_LIMIT, Broker, BrokerDown, Connection
from ila_kit.events import Envelope
from ila_kit.ids import uuid7
from ila_kit.testing.stores import fresh_broker

pytestmark = pytest.mark.integration


@pytest.fixture
def broker(broker_url: str) -> Iterator[Broker]:
    with fresh_broker(broker_url, ["reader", "other"]) as broker:
        yield broker


def event(number: int, type_: str = "funding.funds_held.v1") -> Envelope:
    return Envelope(
        id=uuid7(),
        source="funding",
        type=type_,
        subject=str(number),
        time=datetime.now(UTC),
        sequence=1,
        data={"number": number},
        traceparent="00-" + "1" * 32 + "-" + "2" * 16 + "-01",
    )


def take(broker: Broker, service: str, count: int, types: tuple[str, ...] = ("funding.#",)) -> list[int]:
    """The numbers of the next messages of a service, acknowledged; fewer when no more come."""
    numbers = list[int]()
    subscription = broker.subscribe(service, types)
    while len(numbers) < count and (batch := subscription.collect(count - len(numbers), 1.0)):
        numbers += [orjson.loads(message.body)["data"]["number"] for message in batch]
        subscription.acknowledge(batch)
    subscription.close()
    return numbers


def test_each_reader_gets_what_it_is_bound_to_once(broker: Broker) -> None:
    broker.declare("reader", ["funding.#", "funding.*.v1"])
    broker.declare("other", ["catalog.#"])
    broker.publish([event(1), event(2, "catalog.call_published.v1"), event(3, "funding.funds_released.v1")])
    assert take(broker, "reader", 3) == [1, 3]
    assert take(broker, "other", 2, ("catalog.#",)) == [2]


def test_a_batch_keeps_its_order_and_all_of_it_arrives(broker: Broker) -> None:
    broker.declare("reader", ["funding.#"])
    for start in range(0, 1_000, 200):
        broker.publish([event(number) for number in range(start, start + 200)])
    assert take(broker, "reader", 1_001) == list(range(1_000))


def test_the_trace_travels_in_the_headers(broker: Broker) -> None:
    broker.declare("reader", ["funding.#"])
    broker.publish([event(1)])
    subscription = broker.subscribe("reader", ["funding.#"])
    [message] = subscription.collect(1, 5.0)
    subscription.close()
    assert message.headers["traceparent"] == event(1).traceparent


def test_an_event_that_nobody_reads_is_confirmed(broker: Broker) -> None:
    broker.publish([event(1, "funding.nobody_cares.v1")])


def test_what_was_not_acknowledged_comes_again_to_another_reader(broker: Broker) -> None:
    broker.declare("reader", ["funding.#"])
    broker.publish([event(number) for number in range(10)])
    subscription = broker.subscribe("reader", ["funding.#"])
    batch = subscription.collect(10, 5.0)
    while len(batch) < 10:
        batch += subscription.collect(10 - len(batch), 5.0)
    subscription.acknowledge(batch[:4])
    subscription.close()
    assert sorted(take(broker, "reader", 6)) == [4, 5, 6, 7, 8, 9]


def test_two_readers_of_one_queue_share_it(broker: Broker) -> None:
    broker.declare("reader", ["funding.#"])
    readers = [broker.subscribe("reader", ["funding.#"], prefetch=10) for _ in range(2)]
    broker.publish([event(number) for number in range(40)])
    taken: list[list[int]] = [[], []]
    while sum(map(len, taken)) < 40:
        for reader, numbers in zip(readers, taken, strict=True):
            if batch := reader.collect(5, 0.2):
                numbers += [orjson.loads(message.body)["data"]["number"] for message in batch]
                reader.acknowledge(batch)
    for reader in readers:
        reader.close()
    assert sorted(taken[0] + taken[1]) == list(range(40))
    assert all(taken)


def test_a_message_that_always_kills_its_reader_becomes_a_dead_letter_and_can_be_replayed(
    broker: Broker,
) -> None:
    broker.declare("reader", ["funding.#"])
    broker.publish([event(7)])
    for _ in range(DELIVERY_LIMIT + 1):
        subscription = broker.subscribe("reader", ["funding.#"])
        assert subscription.collect(1, 5.0)
        subscription.close()
    assert take(broker, "reader", 1) == []
    assert broker.dead_count("reader") == 1
    assert broker.replay_dead("reader") == 1
    assert broker.dead_count("reader") == 0
    assert take(broker, "reader", 1) == [7]


def test_one_message_can_be_buried_and_the_others_go_on(broker: Broker) -> None:
    broker.declare("reader", ["funding.#"])
    broker.publish([event(number) for number in range(3)])
    subscription = broker.subscribe("reader", ["funding.#"])
    batch = list[Any]()
    while len(batch) < 3:
        batch += subscription.collect(3 - len(batch), 5.0)
    subscription.acknowledge(batch[:1])
    subscription.bury(batch[1])
    subscription.acknowledge(batch[2:])
    subscription.close()
    assert take(broker, "reader", 1) == []
    assert broker.dead_count("reader") == 1
    assert broker.replay_dead("reader") == 1
    assert take(broker, "reader", 1) == [1]


def test_a_mandatory_message_without_a_queue_is_an_error(broker: Broker) -> None:
    broker.declare("reader", ["funding.#"])
    with Connection(broker.url) as connection:
        channel = connection.channel()
        channel.confirm_select()
        message = channel.prepare_message(b"{}", None, "application/json", "utf-8", {}, {})
        channel.basic_publish(message, exchange=broker.exchange, routing_key="nobody", mandatory=True)
        with pytest.raises(connection.channel_errors, match="NO_ROUTE"):
            connection.drain_events(timeout=5)


def test_publishing_into_an_exchange_that_is_missing_is_an_error(broker: Broker) -> None:
    with Connection(broker.url) as connection:
        channel = connection.channel()
        channel.confirm_select()
        message = channel.prepare_message(b"{}", None, "application/json", "utf-8", {}, {})
        channel.basic_publish(message, exchange="test-missing", routing_key="x")
        with pytest.raises(connection.channel_errors, match="no exchange"):
            connection.drain_events(timeout=5)


def test_a_broker_that_is_not_there_is_said_so() -> None:
    for url in ("amqp://guest:guest@127.0.0.1:1//", "pgbus://nobody:x@127.0.0.1:1/none"):
        with pytest.raises(BrokerDown):
            Broker(url).publish([event(1)])
        with pytest.raises(BrokerDown):
            Broker(url).subscribe("reader", ["#"])
