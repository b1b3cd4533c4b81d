"""5,000 events over kills of the broker, of the relay and of the reader: none lost, none with two effects."""

import contextlib
import os
import random
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from ila_kit.actor import process_actor
from ila_kit.bus.broker import Broker
from ila_kit.ids import uuid7
from ila_kit.testing.embedded import embedded_server
from ila_kit.testing.stores import as_bus_url, empty_database, fresh_database

pytestmark = [pytest.mark.integration, pytest.mark.timeout(900)]
EVENTS, BROKER_KILLS, PROCESS_KILLS = 5_000, 5, 20
HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import counting  # noqa: E402
from nodes import rabbit_node  # noqa: E402


class Killable:
    """One process of the small service, started again whenever it was killed."""

    def __init__(self, *arguments: str):
        self._arguments, self.kills, self.lives = arguments, 0, 0
        self.start()

    def start(self) -> None:
        self._running = subprocess.Popen([sys.executable, str(HERE / "counting.py"), *self._arguments])
        self.lives += 1

    def kill(self) -> None:
        """End it as the system would when memory runs out, and start it again."""
        assert self._running.poll() is None, "it must live through every outage by itself"
        self._running.kill()
        self._running.wait()
        self.kills += 1
        self.start()

    def stop(self) -> int:
        """Ask it to end; returns its exit status."""
        self._running.terminate()
        return self._running.wait(30)

    def __enter__(self) -> "Killable":
        return self

    def __exit__(self, *_: object) -> None:
        self._running.kill()
        self._running.wait()


class Writer(threading.Thread):
    """Writes numbered events at a steady pace; tries again what failed, as a client would."""

    def __init__(self, engine: sa.Engine):
        super().__init__(daemon=True)
        self.units, self.refused, self.written = counting.units(engine, "sender"), 0, 0
        self.allowed = threading.Semaphore(0)

    def run(self) -> None:
        for number in range(EVENTS):
            self.allowed.acquire()
            while not self._write(number):
                self.refused += 1
                time.sleep(0.1)
            self.written += 1
            time.sleep(0.004)

    def _write(self, number: int) -> bool:
        try:
            with self.units.open(process_actor("sender")) as unit:
                known = "INSERT INTO written VALUES (%s) ON CONFLICT DO NOTHING"
                if unit.connection.exec_driver_sql(known, (number,)).rowcount:
                    unit.publish(counting.ThingCounted(thing_id=uuid7(), number=number))
                    unit.commit()
            return True
        except (sa.exc.OperationalError, sa.exc.TimeoutError):
            return False


@pytest.fixture
def node(admin_url: str) -> Iterator[tuple[Any, str, str]]:
    """A broker to be killed, its URL, and the administrator's URL of the server for the services' databases.

    In the embedded pair one PostgreSQL is both, so the services lose their databases with the broker.
    """
    if os.environ.get("ILA_BROKER_URL", "").startswith("amqp"):
        with rabbit_node() as rabbit:
            yield rabbit, rabbit.url, admin_url
        return
    with embedded_server() as server, empty_database(server.admin_url) as bus:
        yield server, as_bus_url(bus), server.admin_url


def make_tables(connection: sa.Connection) -> None:
    connection.exec_driver_sql(counting.TABLES)


def kill_everything(broker: Any, relay: Killable, reader: Killable, writer: Writer) -> None:
    """Kill all of them again and again while events flow."""
    chance = random.Random(506)
    for _ in range(BROKER_KILLS):
        writer.allowed.release(EVENTS // BROKER_KILLS)
        for _ in range(PROCESS_KILLS // BROKER_KILLS):
            for process in chance.sample([relay, reader], 2):
                time.sleep(chance.uniform(0.4, 1.2))
                process.kill()
        broker.kill()
        time.sleep(0.5)
        broker.start()


def settled(reader_db: sa.Engine) -> list[int]:
    """Return the numbers that took effect, once as many as there are came, or after a minute."""
    numbers = list[int]()
    for _ in range(120):
        with contextlib.suppress(sa.exc.OperationalError), reader_db.connect() as connection:
            numbers = list(connection.exec_driver_sql("SELECT number FROM effect").scalars())
        if len(numbers) >= EVENTS:
            break
        time.sleep(0.5)
    return numbers


def parked(reader_db: sa.Engine) -> int:
    """Return how many events were given up."""
    with reader_db.connect() as connection:
        rows = connection.exec_driver_sql("SELECT count(*) FROM inbox WHERE state = 'parked'")
        return int(rows.scalar_one())


def _url(engine: sa.Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def test_no_event_is_lost_and_none_takes_effect_twice(node: Any, capsys: pytest.CaptureFixture[str]) -> None:
    broker, broker_url, admin_url = node
    prefix = f"drill-{secrets.token_hex(4)}"
    Broker(broker_url, prefix=prefix).declare("reader", [counting.ThingCounted.type])
    with (
        fresh_database(admin_url, make_tables) as sender_db,
        fresh_database(admin_url, make_tables) as reader_db,
        Killable("sender", _url(sender_db), broker_url, prefix) as relay,
        Killable("reader", _url(reader_db), broker_url, prefix) as reader,
    ):
        writer = Writer(sender_db)
        writer.start()
        kill_everything(broker, relay, reader, writer)
        writer.join()
        began = time.monotonic()
        numbers = settled(reader_db)
        converged = time.monotonic() - began
        figures = {
            "written": writer.written,
            "writes refused and repeated": writer.refused,
            "effects": len(numbers),
            "lost": len(set(range(EVENTS)) - set(numbers)),
            "twice": len(numbers) - len(set(numbers)),
            "kills of broker / relay / reader": (BROKER_KILLS, relay.kills, reader.kills),
            "seconds to the end after the last write": round(converged, 1),
        }
        with capsys.disabled():
            print(f"\nbus drill on {type(broker).__name__}: {figures}")
        assert (figures["lost"], figures["twice"], figures["effects"]) == (0, 0, EVENTS)
        assert (relay.kills, reader.kills) == (PROCESS_KILLS, PROCESS_KILLS)
        assert parked(reader_db) == 0
        assert (relay.stop(), reader.stop()) == (0, 0)
