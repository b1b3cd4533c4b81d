"""How long the verification of a ledger of a million entries takes, and how much memory.

On a database of its own, with the migrations of the service: 250,000 learners whose money is held,
committed, paid or given back, in eleven closed months and an open one. It is read by a process of its own,
whose memory is counted together with that of PostgreSQL's processes that work for it. Beside it stands what
PostgreSQL needs to sum the same entries. By itself: `ledger.py URL`, the database of a role that may create
others.
"""

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil
import sqlalchemy as sa
from front import Promise
from ila_funding.store.periods import SqlPeriodStore
from ila_funding.store.verification import verify
from ila_kit.store.database import create_engine
from ila_kit.testing.stores import service_database

LEARNERS, LINES, MONTHS, ENTRIES = 250_000, 20, 12, 1_000_000
MOST_SECONDS, MOST_MB = 30.0, 300.0
SPAWN = multiprocessing.get_context("spawn")
# One life in four is paid (six entries), committed (four), held (two), given back (four).
_FILL = """
SET LOCAL statement_timeout = 0;
SET LOCAL session_replication_role = replica;
SELECT setseed(0.7);
CREATE TEMPORARY TABLE life AS SELECT n, n %% 4 AS ending, gen_random_uuid() AS person_id,
  gen_random_uuid() AS application_id, gen_random_uuid() AS hold_id, gen_random_uuid() AS held_by,
  gen_random_uuid() AS moved_by, gen_random_uuid() AS paid_by, n %% %(lines)s AS line,
  (ARRAY['consumed', 'committed', 'held', 'released'])[n %% 4 + 1] AS state,
  100 + (n %% 50000) / 100.0 AS amount,
  timestamptz '2024-01-10 10:00Z' + make_interval(months => n %% %(months)s) AS at
  FROM generate_series(1, %(learners)s) AS n;
CREATE TEMPORARY TABLE owner AS SELECT line, gen_random_uuid() AS id, gen_random_uuid() AS budget_id,
  gen_random_uuid() AS claim_id, gen_random_uuid() AS organisation_id
  FROM generate_series(0, %(lines)s - 1) AS line;
INSERT INTO published_call (call_id, code, title_lv, title_en, funding_source, activity, hold_days,
  opening_mode, sequence) VALUES ('01a20baa-d41f-7744-8d15-6f86cb649c4b', 'bench', 'x', 'x', 'AF',
  'training', 30, 'first_come', 1);
INSERT INTO budget_line (id, call_id, funding_source, activity, stratum, limit_amount, held, committed,
  consumed, version, created_at, updated_at)
  SELECT owner.id, call_id, 'AF', 'training', line::text, 100000000, sums.held, sums.committed,
  sums.consumed, 1, now(), now() FROM owner JOIN published_call ON true JOIN (SELECT line,
    coalesce(sum(amount) FILTER (WHERE state = 'held'), 0) AS held,
    coalesce(sum(amount) FILTER (WHERE state = 'committed'), 0) AS committed,
    coalesce(sum(amount) FILTER (WHERE state = 'consumed'), 0) AS consumed FROM life GROUP BY line)
    AS sums USING (line);
INSERT INTO hold_request (application_id, state, person_id, provisional, version, created_at, updated_at)
  SELECT application_id, 'granted', person_id, false, 1, at, at FROM life;
INSERT INTO hold (id, application_id, person_id, call_id, programme_id, line_id, amount, state, quote,
  quote_hash, methodology_version, applied_on, provisional, expires_at, movement_id, version, created_at,
  updated_at)
  SELECT hold_id, application_id, person_id, call_id, call_id, owner.id, amount, state, '{}', 'x', 'x',
  at::date, false, at, CASE state WHEN 'consumed' THEN paid_by WHEN 'held' THEN held_by ELSE moved_by END,
  1, at, at FROM life JOIN owner USING (line) JOIN published_call ON true;
INSERT INTO learner_account (id, person_id, call_id, granted, held, committed, consumed, released, expired,
  version, updated_at) SELECT gen_random_uuid(), person_id, call_id, amount,
  amount * (state = 'held')::int, amount * (state = 'committed')::int, amount * (state = 'consumed')::int,
  amount * (state = 'released')::int, 0, 1, at FROM life JOIN published_call ON true;
INSERT INTO ledger_entry (id, transaction_id, at, reason, account, amount, line_id, call_id)
  SELECT gen_random_uuid(), budget_id, '2024-01-02 10:00Z', 'budget', account, share, owner.id, call_id
  FROM owner JOIN published_call ON true,
  (VALUES ('source', -100000000), ('free', 100000000)) AS side (account, share);
INSERT INTO ledger_entry (id, transaction_id, at, reason, account, amount, line_id, call_id, person_id,
  hold_id, reverses, organisation_id)
  SELECT gen_random_uuid(), step.id, at, step.reason, side.account, side.sign * amount, owner.id, call_id,
  person_id, hold_id, step.reverses, step.payee FROM life JOIN owner USING (line)
  JOIN published_call ON true,
  LATERAL (VALUES (true, held_by, 'hold', 'free', 'held', CAST(NULL AS uuid), CAST(NULL AS uuid)),
    (state IN ('consumed', 'committed'), moved_by, 'commitment', 'held', 'committed', NULL, NULL),
    (state = 'released', moved_by, 'release', 'held', 'free', held_by, NULL),
    (state = 'consumed', paid_by, 'settlement', 'committed', 'consumed', NULL, organisation_id))
    AS step (happens, id, reason, source, target, reverses, payee),
  LATERAL (VALUES (step.source, -1), (step.target, 1)) AS side (account, sign) WHERE step.happens;
INSERT INTO money_event (event_id, application_id, at, type, sequence, hold_id, person_id, call_id, amount)
  SELECT gen_random_uuid(), application_id, at, 'funding.' || told.type || '.v1', told.sequence,
  CASE WHEN told.sequence < 4 THEN hold_id END, person_id, call_id, amount FROM life
  JOIN published_call ON true, LATERAL (VALUES (true, 'funds_held', 1),
    (state IN ('consumed', 'committed'), 'funds_committed', 2), (state = 'released', 'funds_released', 3),
    (state = 'consumed', 'payment_settled', 4)) AS told (happens, type, sequence) WHERE told.happens;
INSERT INTO claim (id, organisation_id, call_id, amount, state, built_by, version, created_at, updated_at)
  SELECT claim_id, organisation_id, call_id, line.consumed, 'paid', 'x', 1, now(), now() FROM owner
  JOIN budget_line AS line USING (id) JOIN published_call USING (call_id) WHERE line.consumed > 0;
INSERT INTO claim_line (claim_id, application_id, programme_id, hold_id, completed_on, amount, quote_hash,
  state) SELECT claim_id, application_id, claim_id, hold_id, at::date, amount, 'x', 'claimed'
  FROM life JOIN owner USING (line) WHERE life.state = 'consumed';
INSERT INTO accounting_period (id, period, state, proposed_by, proposed_at, closed_by, closed_at, version)
  SELECT gen_random_uuid(), month, 'closed', 'x', month, 'y', month, 2
  FROM generate_series('2024-01-01'::date, '2024-11-01', '1 month') AS month;
"""
_WORKING = "SELECT pid FROM pg_stat_activity WHERE pid = %s OR leader_pid = %s"


def verification(admin_url: str) -> list[Promise]:
    """Return the seconds and megabytes that verifying a million entries takes."""
    with service_database(admin_url, "ila_funding") as engine:
        _fill(engine)
        bare = _seconds(engine, "SELECT account, sum(amount), count(*) FROM ledger_entry GROUP BY account")
        url = engine.url.render_as_string(hide_password=False)
        found = _in_a_process_of_its_own(engine, url)
    if not found["verified"] or found["entries"] < ENTRIES:
        raise AssertionError(f"the ledger was not found right: {found}")
    beside = f"s; PostgreSQL sums them in {bare:.1f} s, ratio {found['seconds'] / bare:.0f}"
    parts = f"MB, of which PostgreSQL {found['server_mb']:.0f}"
    memory = found["own_mb"] + found["server_mb"]
    return [
        Promise(f"verified {found['entries']} entries", found["seconds"], most=MOST_SECONDS, beside=beside),
        Promise("memory of that", round(memory), most=MOST_MB, beside=parts),
    ]


def _fill(engine: sa.Engine) -> None:
    numbers = {"learners": LEARNERS, "lines": LINES, "months": MONTHS}
    with engine.begin() as connection:
        for statement in _FILL.split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement, numbers if "%" in statement else None)
        periods = SqlPeriodStore(connection)
        for period_id in connection.exec_driver_sql("SELECT id FROM accounting_period").scalars().all():
            period = periods.lock(period_id)
            if period is not None:
                periods.close(period)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("SET statement_timeout = 0")
        connection.exec_driver_sql("VACUUM ANALYZE")
        connection.exec_driver_sql("RESET statement_timeout")


def _seconds(engine: sa.Engine, query: str) -> float:
    with engine.connect() as connection:
        begun = time.perf_counter()
        connection.exec_driver_sql(query).all()
        return time.perf_counter() - begun


def _in_a_process_of_its_own(engine: sa.Engine, url: str) -> dict[str, Any]:
    """Return what verification found there, its seconds, and the memory of both sides in MB."""
    mine, theirs = SPAWN.Pipe()
    process = SPAWN.Process(target=_verify, args=(url, theirs))
    process.start()
    with _peak(engine, mine.recv()) as peak:
        mine.send("go")
        found: dict[str, Any] = mine.recv()
    process.join()
    return found | {"server_mb": max(peak)}


def _verify(url: str, pipe: Connection) -> None:
    engine = create_engine(url, pool_size=1)
    with engine.connect() as connection:
        pipe.send(connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one())
        pipe.recv()
        begun = time.perf_counter()
        found = verify(connection)
        seconds = round(time.perf_counter() - begun, 1)
    own = _highest_mb()
    pipe.send(
        {"verified": found["verified"], "entries": found["entries"], "seconds": seconds, "own_mb": own}
        | {"faults": {name: len(value) for name, value in found.items() if isinstance(value, list)}}
    )


@contextmanager
def _peak(engine: sa.Engine, pid: int) -> Iterator[list[float]]:
    """Give the memory of a connection's server processes without shared buffers, at many moments."""
    seen, over = [0.0], threading.Event()

    def look() -> None:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            while not over.wait(0.05):
                pids = connection.exec_driver_sql(_WORKING, (pid, pid)).scalars()
                seen.append(sum(_unshared(one) for one in pids))

    looker = threading.Thread(target=look)
    looker.start()
    try:
        yield seen
    finally:
        over.set()
        looker.join()


def _unshared(pid: int) -> float:
    try:
        memory = psutil.Process(pid).memory_info()
    except psutil.NoSuchProcess:
        return 0.0
    return float(memory.rss - memory.shared) / 1e6


def _highest_mb() -> float:
    """Return the most memory this process ever had; `getrusage` would count that of who began it, too."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM"].split()[0]) * 1024 / 1e6


if __name__ == "__main__":
    for promise in verification(sys.argv[1] if len(sys.argv) > 1 else os.environ["ILA_DATABASE_URL"]):
        print(f"{promise.found:>8} {promise.name} ({promise.verdict()}) {promise.beside}")
