"""A service small enough to read: it counts things, and tells when one was counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from ila_kit.actor import process_actor
from ila_kit.bus.arrivals import Arrivals
from ila_kit.bus.broker import Broker
from ila_kit.bus.inbox import InboxWorker
from ila_kit.bus.receiver import Receiver
from ila_kit.bus.relay import Relay
from ila_kit.events import Envelope, Event
from ila_kit.ids import uuid7
from ila_kit.retry import Retry
from ila_kit.store.unit import Unit, Units
from ila_kit.testing.stores import fresh_broker, fresh_database


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingCounted(Event):
    """A thing was counted."""

    type: ClassVar[str] = "counting.thing_counted.v1"
    subject_field: ClassVar[str] = "thing_id"
    thing_id: UUID
    number: int


@dataclass
class MovableClock:
    """A clock that stands still until it is moved."""

    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Service:
    """The service under test, with what a test asks of it."""

    engine: sa.Engine
    clock: MovableClock
    broker: Broker
    name: str = "counting"
    note: Callable[[Unit, Envelope], None] = staticmethod(lambda unit, envelope: note(unit, envelope))

    def __post_init__(self) -> None:
        self.units: Units[Unit] = Units(self.engine, self.name, Unit, self.clock)

    def event(self, number: int) -> Event:
        """An event of this service."""
        return ThingCounted(thing_id=uuid7(), number=number)

    def count(self, *numbers: int) -> None:
        """Publish one event for each number, in one transaction."""
        events = [self.event(number) for number in numbers]
        with self.units.open(process_actor(self.name)) as unit:
            for event in events:
                unit.publish(event)
            unit.commit()

    def receiver(self, *types: str) -> Receiver:
        """A receiver of these types, of all when none is named."""
        types = types or (ThingCounted.type,)
        arrivals = Arrivals(self.engine, types, self.clock)
        return Receiver(self.broker, self.name, types, arrivals.keep)

    def relay(self) -> Relay:
        """A relay of this service."""
        return Relay(self.engine, self.broker)

    def worker(self, handler: Callable[[Unit, Envelope], None], **retry: Any) -> InboxWorker[Unit]:
        """A worker whose only handler is this one."""
        return InboxWorker(self.units, {ThingCounted.type: handler}, Retry(**retry))

    def batching(self, handler: Any, batch: Any, **retry: Any) -> InboxWorker[Unit]:
        """A worker that has a handler for one event, and one for many."""
        kind = ThingCounted.type
        return InboxWorker(self.units, {kind: handler}, Retry(**retry), {kind: batch}, batch=10)

    def envelope(self, number: int) -> Envelope:
        """An event as it arrives."""
        event = self.event(number)
        return Envelope(
            id=uuid7(),
            source=self.name,
            type=event.type,
            subject=event.subject,
            time=self.clock(),
            sequence=1,
            data=event.as_data(),
        )

    def bring(self, *numbers: int) -> list[Envelope]:
        """Have one event for each number arrive in the inbox."""
        events = [self.envelope(number) for number in numbers]
        self.broker.publish(events)
        receiver, before = self.receiver(), self.value("SELECT count(*) FROM inbox")
        self.until(receiver.step, lambda: self.value("SELECT count(*) FROM inbox") == before + len(events))
        receiver.recover(None)
        return events

    def until(self, step: Callable[[], Any], holds: Callable[[], Any], most: int = 400) -> None:
        """Take a step until something holds; fails when it does not after `most` steps."""
        for _ in range(most):
            if holds():
                return
            step()
        raise AssertionError("it never came about")

    def effects(self) -> list[int]:
        """The numbers that took effect, in order."""
        return [number for (number,) in self.rows("SELECT number FROM effect ORDER BY at")]

    def states(self) -> dict[str, int]:
        """How many events of the inbox are in which state."""
        return dict(map(tuple, self.rows("SELECT state, count(*) FROM inbox GROUP BY state")))

    def dead(self) -> list[Any]:
        """The parked events."""
        return self.rows("SELECT id, type, tries, reason FROM inbox WHERE state = 'parked' ORDER BY id")

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """The rows a statement gives."""
        with self.engine.connect() as connection:
            return list(connection.exec_driver_sql(statement, values))

    def value(self, statement: str, *values: Any) -> Any:
        """The one value a statement gives."""
        return self.rows(statement, *values)[0][0]

    def run(self, statement: str, *values: Any) -> None:
        """Carry out a statement."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement, values)


def note(unit: Unit, envelope: Envelope) -> None:
    """The handler of tests: an effect that would show if it came twice."""
    values = (envelope.id, envelope.data["number"])
    unit.connection.exec_driver_sql("INSERT INTO effect (event_id, number) VALUES (%s, %s)", values)


_EFFECT = """
CREATE TABLE effect (at bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event_id uuid, number int)
"""


@pytest.fixture
def service(admin_url: str, broker_url: str) -> Iterator[Service]:
    """The service, with its own database and its own corner of the broker."""
    with (
        fresh_database(admin_url, lambda connection: connection.exec_driver_sql(_EFFECT)) as engine,
        fresh_broker(broker_url, ["counting", "other"]) as broker,
    ):
        broker.declare("counting", [ThingCounted.type])
        yield Service(engine, MovableClock(), broker)
