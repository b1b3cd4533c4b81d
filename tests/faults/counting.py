"""A service that counts, as processes to kill: `counting.py sender|reader DATABASE BROKER PREFIX`."""

import sys
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import sqlalchemy as sa
from ila_kit.bus.broker import Broker
from ila_kit.bus.worker import WorkerConfig, run_worker
from ila_kit.clock import utc_now
from ila_kit.events import Envelope, Event
from ila_kit.store.database import create_engine
from ila_kit.store.unit import Unit, Units

TABLES = """
CREATE TABLE written (number int PRIMARY KEY);
CREATE TABLE effect (event_id uuid NOT NULL, number int NOT NULL);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThingCounted(Event):
    """A thing was counted."""

    type: ClassVar[str] = "sender.thing_counted.v1"
    subject_field: ClassVar[str] = "thing_id"
    thing_id: UUID
    number: int


def units(engine: sa.Engine, name: str) -> Units[Unit]:
    """Return the units of the sender or the reader."""
    return Units(engine, name, Unit, utc_now)


def note(unit: Unit, envelope: Envelope) -> None:
    """Have an effect that shows when it comes twice: nothing in the table forbids it."""
    values = (envelope.id, envelope.data["number"])
    unit.connection.exec_driver_sql("INSERT INTO effect VALUES (%s, %s)", values)
    unit.audit("noted", "thing", envelope.subject)


def main(role: str, database: str, broker_url: str, prefix: str) -> int:
    """Run the worker of one of the two."""
    handlers = {ThingCounted.type: note} if role == "reader" else {}
    work = units(create_engine(database), role)
    return run_worker(WorkerConfig(units=work, broker=Broker(broker_url, prefix=prefix), handlers=handlers))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
