from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from ila_kit.bus.broker import BrokerDown
from ila_kit.bus.receiver import Receiver


@dataclass
class Message:
    """A message as the broker hands it over."""

    body: bytes


@dataclass
class Queue:
    """A broker with one queue, and what became of its messages."""

    waiting: list[Message]
    acknowledged: list[bytes] = field(default_factory=list)
    buried: list[bytes] = field(default_factory=list)
    closed: int = 0

    def subscribe(self, service: str, types: Collection[str]) -> "Queue":
        return self

    def heartbeat(self) -> None:
        pass

    def collect(self, limit: int, wait: float) -> list[Message]:
        batch, self.waiting = self.waiting, []
        return batch

    def acknowledge(self, batch: Sequence[Message]) -> None:
        self.acknowledged += [one.body for one in batch]

    def bury(self, message: Message) -> None:
        self.buried.append(message.body)

    def close(self) -> None:
        self.closed += 1


def queue_of(*bodies: bytes) -> Any:
    return Queue([Message(body) for body in bodies])


def test_what_nobody_can_read_is_buried_and_the_rest_acknowledged() -> None:
    queue = queue_of(b"one", b"?", b"two", b"?")
    Receiver(queue, "counting", (), lambda bodies: {b"?"}).step()
    assert (queue.acknowledged, queue.buried) == ([b"one", b"two"], [b"?", b"?"])


def test_nothing_is_acknowledged_when_nothing_could_be_read() -> None:
    queue = queue_of(b"?")
    Receiver(queue, "counting", (), lambda bodies: {b"?"}).step()
    assert (queue.acknowledged, queue.buried) == ([], [b"?"])


def test_what_could_not_be_kept_is_kept_later_without_the_broker() -> None:
    queue, asked = queue_of(b"one", b"two"), list[list[bytes]]()

    def keep(bodies: Sequence[bytes]) -> Collection[bytes]:
        asked.append(list(bodies))
        if len(asked) == 1:
            raise ConnectionError
        return ()

    receiver = Receiver(queue, "counting", (), keep)
    with pytest.raises(ConnectionError):
        receiver.step()
    receiver.recover(ConnectionError())
    assert (queue.acknowledged, queue.closed) == ([], 0)
    receiver.step()
    assert asked == [[b"one", b"two"]] * 2
    assert queue.acknowledged == [b"one", b"two"]


def test_what_was_held_when_the_broker_was_lost_is_left_to_it() -> None:
    queue, kept = queue_of(b"one"), list[bytes]()

    def keep(bodies: Sequence[bytes]) -> Collection[bytes]:
        if not kept:
            kept.append(b"")
            raise BrokerDown
        kept.extend(bodies)
        return ()

    receiver = Receiver(queue, "counting", (), keep)
    with pytest.raises(BrokerDown):
        receiver.step()
    receiver.recover(BrokerDown())
    receiver.step()
    assert (queue.closed, kept) == (1, [b""])


def test_an_empty_body_is_read_as_no_bytes_however_the_library_gives_it():
    queue, seen = Queue([Message(""), Message(b"good")]), []  # type: ignore[arg-type]

    def keep(bodies):
        seen.extend(bodies)
        return {b""}

    Receiver(queue, "reader", ["kind"], keep).step()
    assert seen == [b"", b"good"]
    assert (queue.buried, queue.acknowledged) == ([""], [b"good"])
