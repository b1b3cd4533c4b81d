"""A service small enough to read: it counts things, and tells when one was counted."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

import pytest
import sqlalchemy as sa
from ila_kit.actor import process_actor
from ila_kit.bus.broker import Broker
from ila_kit.bus.receiver import Receiver
from ila_kit.bus.relay import Relay
from ila_kit.events import Event
from ila_kit.ids import uuid7
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

    def __post_init__(self) -> None:
        self.units: Units[Unit] = Units(self.engine, self.name, Unit, self.clock)

    def count(self, *numbers: int) -> list[UUID]:
        """Publish one event for each number, in one transaction; returns the subjects."""
        events = [ThingCounted(thing_id=uuid7(), number=number) for number in numbers]
        with self.units.open(process_actor(self.name)) as unit:
            for event in events:
                unit.publish(event)
            unit.commit()
        return [event.thing_id for event in events]

    def receiver(self, *types: str) -> Receiver:
        """A receiver of these types, of all when none is named."""
        return Receiver(self.engine, self.broker, self.name, types or (ThingCounted.type,), self.clock)

    def relay(self) -> Relay:
        """A relay of this service."""
        return Relay(self.engine, self.broker)

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


def repeat(step: Callable[[], Any], until: Callable[[], Any], most: int = 400) -> None:
    """Take a step until something holds; fails when it does not after `most` steps."""
    for _ in range(most):
        if until():
            return
        step()
    raise AssertionError("it never came about")


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
