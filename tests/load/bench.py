"""`make bench`: what the suite costs, as ratios within one run. Then what the gateway promises: `front.py`.

The yardstick is a bare Flask that asks a bare Flask that asks PostgreSQL. Cases take turns in rounds;
the ratio of each round is taken, and the median of those is shown. While a case runs the workers are
stopped (SIGSTOP), so that the figures are of the request path; afterwards the time until all
events of the run were worked off is measured and shown too.

A full write is one step of apply → submit → withdraw: each checks the token, role, tenant and
idempotency key, and stores the change, its audit entry and its stored answer in one transaction;
submission and withdrawal also an event in the outbox.
"""

import json
import os
import sys
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory

import catalogue
import draw
import front
import holds
import last_minute
import ledger
import lists
import money
import psutil
import psycopg
import requests
import signatures
from clients import exchange, request
from ila_local.errors import CannotRun
from rounds import Case, Results, middle, ratio, run
from started import bare, nginx_before
from suite import DATA, SUITE, Client, Person, processes, reads, workers_stopped, writes

CLIENTS, SECONDS, ROUNDS = 16, 4.0, 5


def bare_reads(url: str) -> Client:
    """Return clients that read one bare row."""

    def client(number: int, sock: socket) -> Iterator[int]:
        data = request("GET", url, f"/rows/{number + 1}")
        while True:
            yield exchange(sock, data)[0]

    return client


def bare_writes(url: str) -> Client:
    """Return clients that insert one bare row."""

    def client(number: int, sock: socket) -> Iterator[int]:
        while True:
            body = json.dumps({"programme_id": str(uuid.uuid4()), "number": number}).encode()
            yield exchange(sock, request("POST", url, "/rows", body=body))[0]

    return client


def memory() -> dict[str, float]:
    """Return the proportional memory (PSS) of each role with its children, in MB."""

    def pss(pid: int) -> float:
        try:
            tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            return sum(process.memory_full_info().pss for process in tree) / 1e6
        except psutil.NoSuchProcess:
            return 0.0

    return {role: round(pss(one["pid"]), 1) for role, one in processes().items() if role != "runner"}


def drained() -> float:
    """Return the seconds until every event of the run was worked off."""
    started = time.perf_counter()
    services = ("identity", "catalog", "applications", "funding")
    waiting = " UNION ALL ".join(
        f"SELECT count(*) AS n FROM {s}.outbox WHERE sent_at IS NULL UNION ALL "
        f"SELECT count(*) FROM {s}.inbox WHERE state = 'waiting'"
        for s in services
    )
    with psycopg.connect(os.environ["ILA_SUITE_DATABASE_URL"], autocommit=True) as connection:
        while connection.execute(f"SELECT sum(n) FROM ({waiting}) AS counts").fetchone()[0]:
            time.sleep(0.2)
    return time.perf_counter() - started


def summary(results: Results) -> dict[str, dict[str, float]]:
    """Return rate, ratio to the bare case and percentiles of each case: medians over the rounds."""
    return {
        name: {
            "per_second": middle([one.rate for one in rounds]),
            "ratio": ratio(results, name, "bare " + name.split()[-1]),
            **{f"p{p}_ms": middle([one.percentile(p / 100) for one in rounds]) for p in (50, 95, 99)},
        }
        for name, rounds in results.items()
    }


def main() -> None:
    """Measure, and tell in a sentence what is missing for it."""
    try:
        bench()
    except CannotRun as refusal:
        sys.exit(f"bench: {refusal}")


def bench() -> None:
    """Measure, print two short tables, and write the figures to bench.json in the data folder."""
    programmes = requests.get(f"{SUITE}/api/catalog/v1/public/programmes", timeout=10).json()["items"]
    programme = next(one for one in programmes if one["kind"] == "module_set")
    at_rest = memory()
    with ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda n: Person(f"citizen-{n:04}", programme), range(1, 2 * CLIENTS + 1)))
    gateway = processes()["gateway"]["pid"]
    with TemporaryDirectory() as folder, nginx_before(gateway, Path(folder)) as nginx, workers_stopped():
        results = measure(nginx.url, people[:CLIENTS], people[CLIENTS:])
        promises = [*front.measure(results, nginx, people[:CLIENTS]), lists.organisations()]
        promises += catalogue.searches()
        promises += last_minute.submissions()
        promises += money.promises()
        promises += holds.holds(os.environ["ILA_SUITE_DATABASE_URL"])
    promises += [*signatures.containers(), *draw.lots()]
    promises += ledger.verification(os.environ["ILA_SUITE_DATABASE_URL"])
    report = {"clients": CLIENTS, "seconds": SECONDS, "rounds": ROUNDS, "cases": summary(results)}
    report |= {
        "drain_seconds": round(drained(), 1),
        "pss_mb": at_rest,
        "pss_mb_total": round(sum(at_rest.values())),
        "promises": [vars(one) for one in promises],
    }
    (DATA / "bench.json").write_text(json.dumps(report, indent=2))
    show(report)
    front.show(promises)


def measure(nginx: str, readers: list[Person], writers: list[Person]) -> Results:
    """Ask the bare applications, the service itself, and the service through each form of the front door."""
    direct = f"http://127.0.0.1:{processes()['applications']['port']}"
    with bare() as yardstick:
        cases = {
            "bare read": Case(yardstick.url, partial(bare_reads, yardstick.url)),
            "service read": Case(direct, partial(reads, direct, readers, direct=True)),
            "gateway read": Case(SUITE, partial(reads, SUITE, readers, direct=False)),
            "nginx read": Case(nginx, partial(reads, nginx, readers, direct=False)),
            "bare write": Case(yardstick.url, partial(bare_writes, yardstick.url)),
            "service write": Case(direct, partial(writes, direct, writers, direct=True)),
            "gateway write": Case(SUITE, partial(writes, SUITE, writers, direct=False)),
        }
        return run(cases, CLIENTS, SECONDS, ROUNDS)


def show(report: dict) -> None:
    """Print the report as a short table."""
    print("{clients} clients, {rounds} rounds of {seconds:.0f} s, workers stopped".format(**report))
    print(f"{'case':<16}{'per second':>12}{'ratio':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}")
    for name, row in report["cases"].items():
        times = "".join(f"{row[f'p{p}_ms']:>9.1f}" for p in (50, 95, 99))
        print(f"{name:<16}{row['per_second']:>12.0f}{row['ratio']:>8.2f}{times}")
    print(f"events of the run worked off {report['drain_seconds']} s later")
    print(f"memory at rest (PSS): {report['pss_mb_total']} MB: {report['pss_mb']}")


if __name__ == "__main__":
    main()
