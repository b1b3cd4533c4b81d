"""What it costs to hold money: bursts on one line, and 500 applications for money that lasts for 100.

Both on a database of their own, with the migrations of the service: nothing of the suite is touched. Beside
it stands PostgreSQL alone, which gets as many rows in as many transactions. By itself: `holds.py URL`, the
database of a role that may create others.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import orjson
import psycopg
import sqlalchemy as sa
from front import Promise
from ila_funding.consumers import BATCHES, HANDLERS
from ila_funding.domain.budget import PublishedCall
from ila_funding.domain.programme import PublishedProgramme
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.settings import DEVELOPMENT_KEY
from ila_funding.store.methodologies import MethodologyCache
from ila_funding.store.unit import FundingUnit
from ila_funding.usecases.budget_lines import RegisterCall, register_call
from ila_funding.usecases.holds import RequestHold, request_hold
from ila_funding.usecases.programmes import register_programme
from ila_kit.actor import process_actor
from ila_kit.bus.inbox import BATCH, InboxWorker
from ila_kit.clock import utc_now
from ila_kit.events import to_json
from ila_kit.ids import uuid7
from ila_kit.store.database import create_engine
from ila_kit.store.unit import Units
from ila_kit.testing.stores import service_database

BURST, APPLICATIONS, PLACES, PROCESSES = 1_000, 500, 100, 8
PRICE = Decimal("412.13")
TOLD = "applications.application_found_eligible.v1"
# Request, hold, account, two entries, two events, audit entry, timer, content, inbox.
ROWS_OF_A_HOLD = 11
STORED = "INSERT INTO inbox (id, type, body, received_at, next_at) VALUES (%s, %s, %s::jsonb, %s, %s)"
FORK = multiprocessing.get_context("fork")


@dataclass
class Line:
    """A call with one budget line, in a database of its own."""

    engine: sa.Engine
    call_id: UUID = field(default_factory=uuid7)
    programme_id: UUID = field(default_factory=uuid7)
    methodologies: MethodologyCache = field(default_factory=MethodologyCache)

    def units(self) -> Units[FundingUnit]:
        """Return how transactions of the service are opened here."""
        kind = FundingUnit.deciding_by(self.methodologies, DEVELOPMENT_KEY)
        return Units(self.engine, "funding", kind, utc_now)

    def do(self, use_case: Callable[..., Any], what: Any) -> None:
        """Run a use case in a transaction of its own, as the worker does."""
        with self.units().open(process_actor("funding")) as unit:
            use_case(unit, what)
            unit.commit()

    def open(self, limit: Decimal) -> "Line":
        """Publish the call and its programme."""
        call = PublishedCall(
            call_id=self.call_id, code="bench", title_lv="Mērījums", title_en="Bench", funding_source="AF",
            activity="training", hold_days=30, opening_mode="first_come", drop_out_rule="completion_only",
            sequence=1,
        )  # fmt: skip
        self.do(register_call, RegisterCall(call=call, budget_limit=limit))
        course = Training(kind=Kind.STUDY_COURSE, parts=(Part("Datortīkli", 160),))
        programme = PublishedProgramme(
            programme_id=self.programme_id, call_id=self.call_id, title_lv="Datortīkli", funding_source="AF",
            training=course, sequence=1,
        )  # fmt: skip
        self.do(register_programme, programme)
        return self

    def asked(self, place: int) -> RequestHold:
        """Return the request of a new application."""
        return RequestHold(
            application_id=uuid7(), person_id=uuid7(), call_id=self.call_id, programme_id=self.programme_id,
            applied_on=date(2024, 11, 20), receipt_sequence=place, provisional=False, sequence=3,
        )  # fmt: skip

    def holds(self) -> int:
        """Return how many holds there are."""
        with self.engine.connect() as connection:
            counted = "SELECT count(*) FROM hold WHERE call_id = %s"
            return int(connection.exec_driver_sql(counted, (self.call_id,)).scalar_one())


def holds(admin_url: str) -> list[Promise]:
    """Return what a burst on one line makes a second, and how long 500 take on money for 100."""
    with service_database(admin_url, "ila_funding") as engine:
        large = Line(engine).open(PRICE * BURST * 2)
        per_second = burst(large)
        bare = bare_rows(engine)
        small = Line(engine).open(PRICE * PLACES)
        asked = [small.asked(place) for place in range(1, APPLICATIONS + 1)]
        seconds = at_once(small, asked, [large.asked(BURST + number) for number in range(PROCESSES)])
        held = small.holds()
    beside = f"bare rows: {bare:.0f}/s, ratio {per_second / bare:.2f}"
    return [
        Promise("holds a second on one line, in batches", round(per_second), least=300, beside=beside),
        Promise(f"s, {APPLICATIONS} on {PLACES}, {PROCESSES} processes", round(seconds, 1), most=5.0),
        Promise("too many or too few of these holds", abs(held - PLACES), most=0),
    ]


def burst(line: Line) -> float:
    """Return how many holds a second one worker makes of waiting events."""
    now = utc_now()
    rows = [(uuid7(), TOLD, _told(line.asked(place)), now, now) for place in range(1, BURST + 1)]
    with line.engine.begin() as connection:
        connection.exec_driver_sql(STORED, rows)
    worker = InboxWorker(line.units(), HANDLERS, batches=BATCHES)
    begun = time.perf_counter()
    while worker.step() == 0.0:
        pass
    seconds = time.perf_counter() - begun
    if line.holds() != BURST:
        raise AssertionError("the burst was not worked off")
    return BURST / seconds


def bare_rows(engine: sa.Engine) -> float:
    """Return how many times a second plain PostgreSQL takes the rows of a hold, in as large transactions."""
    body = orjson.dumps({"amount": "412.13", "reason": "x" * 200}).decode()
    url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE bare (id uuid PRIMARY KEY, body jsonb)")
        connection.commit()
        begun = time.perf_counter()
        for _ in range(BURST // BATCH):
            rows = [(uuid7(), body) for _ in range(BATCH * ROWS_OF_A_HOLD)]
            connection.cursor().executemany("INSERT INTO bare VALUES (%s, %s::jsonb)", rows)
            connection.commit()
        return BURST / (time.perf_counter() - begun)


def at_once(line: Line, requests: Sequence[RequestHold], earlier: Sequence[RequestHold]) -> float:
    """Return the seconds until all requests are decided by processes that begin together.

    Each decided an `earlier` one, of another line, before: workers have run when an opening comes.
    """
    url = line.engine.url.render_as_string(hide_password=False)
    ready = FORK.Barrier(PROCESSES + 1)

    def run(first: RequestHold, mine: Sequence[RequestHold]) -> None:
        here = Line(create_engine(url, pool_size=1), line.call_id, line.programme_id)
        here.do(request_hold, first)
        ready.wait(60)
        for one in mine:
            here.do(request_hold, one)

    line.engine.dispose()
    shares = [(first, requests[number::PROCESSES]) for number, first in enumerate(earlier)]
    processes = [FORK.Process(target=run, args=share) for share in shares]
    for process in processes:
        process.start()
    ready.wait(60)
    begun = time.perf_counter()
    for process in processes:
        process.join()
    return time.perf_counter() - begun


def _told(request: RequestHold) -> str:
    envelope = {
        "specversion": "1.0", "source": "applications", "type": TOLD, "subject": "x", "id": str(uuid7()),
        "time": "2024-11-20T10:00:00Z", "sequence": request.sequence,
        "data": to_json(request) | {"turn": None},
    }  # fmt: skip
    return orjson.dumps(envelope).decode()


if __name__ == "__main__":
    for promise in holds(sys.argv[1] if len(sys.argv) > 1 else os.environ["ILA_DATABASE_URL"]):
        print(f"{promise.found:>8} {promise.name} ({promise.verdict()}) {promise.beside}")
