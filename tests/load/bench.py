"""`make bench`: what the suite costs over a bare Flask → Flask → PostgreSQL, as ratios within one run.

Cases take turns in rounds, so that whatever else the machine does hits all of them alike; the
ratio of each round is taken, and the median of those is shown. While a case runs the workers are
stopped (SIGSTOP), so that the figures are of the request path; afterwards the time until all
events of the run were worked off is measured and shown too.

A full write is one step of apply → submit → withdraw: each checks the token, role, tenant and
idempotency key, and stores the change, its audit entry and its stored answer in one transaction;
submission and withdrawal also an event in the outbox.
"""

import json
import os
import signal
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from socket import socket

import psutil
import psycopg
import requests
from clients import Measured, exchange, load, request
from ila_local.ports import free_port
from ila_local.sign_in import access_token
from joserfc import jwt
from joserfc.jwk import ECKey

CLIENTS, SECONDS, ROUNDS = 16, 4.0, 5
SUITE, DATA = os.environ.get("ILA_URL", ""), Path(os.environ.get("ILA_DATA_DIR", ".local"))
API = "/api/applications/v1/applications"
GUNICORN = [
    "--worker-class=gthread",
    "--threads=8",
    "--keep-alive=75",
    "--no-control-socket",
    "--log-level=error",
]


def processes() -> dict[str, dict]:
    """Return the running suite's processes by role."""
    return {one["role"]: one for one in json.loads((DATA / "run.json").read_text())}


@contextmanager
def bare() -> Iterator[str]:
    """Run the two bare applications and give the address of the front one."""
    database = os.environ["ILA_SUITE_DATABASE_URL"]
    with psycopg.connect(database) as connection:
        connection.execute("DROP TABLE IF EXISTS bare")
        connection.execute("CREATE TABLE bare (id bigserial PRIMARY KEY, body jsonb NOT NULL)")
        connection.execute(
            'INSERT INTO bare (body) SELECT \'{"state": "draft"}\' FROM generate_series(1, 1000)'
        )
    back, front = free_port(), free_port()
    environment = os.environ | {"BARE_DATABASE_URL": database, "BARE_BACK_URL": f"http://127.0.0.1:{back}"}
    running = [_gunicorn("back", back, environment), _gunicorn("front", front, environment)]
    try:
        _wait_for(f"http://127.0.0.1:{front}/rows/1")
        yield f"http://127.0.0.1:{front}"
    finally:
        for process in running:
            process.terminate()
            process.wait()


def _gunicorn(name: str, port: int, environment: dict[str, str]) -> subprocess.Popen:
    command = [sys.executable, "-m", "gunicorn", *GUNICORN, "--bind", f"127.0.0.1:{port}", f"bare:{name}()"]
    return subprocess.Popen(command, env=environment, cwd=Path(__file__).parent)


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            if requests.get(url, timeout=1).ok:
                return
        except requests.RequestException:
            time.sleep(0.1)
    raise RuntimeError(f"{url} did not start")


class Person:
    """One learner with a draft to read, as the gateway and as the service know them."""

    def __init__(self, persona: str, programme: dict):
        self.token = access_token(SUITE, persona)
        self.programme = programme
        me = requests.get(f"{SUITE}/api/identity/v1/persons/me", headers=self.headers(), timeout=10).json()
        self.id = me["id"]
        self.draft = self.post(API, {"programme_id": programme["id"]})["id"]

    def headers(self) -> dict[str, str]:
        """Return the headers of a call through the gateway."""
        return {"Authorization": f"Bearer {self.token}", "Idempotency-Key": str(uuid.uuid4())}

    def post(self, path: str, body: dict) -> dict:
        """POST through the gateway."""
        answer = requests.post(SUITE + path, json=body, headers=self.headers(), timeout=10)
        answer.raise_for_status()
        return answer.json()

    def begin_anew(self) -> None:
        """Withdraw what an earlier round left half done, and begin a new draft."""
        requests.post(f"{SUITE}{API}/{self.draft}/withdrawal", json={}, headers=self.headers(), timeout=10)
        self.draft = self.post(API, {"programme_id": self.programme["id"]})["id"]

    def identity_token(self) -> str:
        """Return an identity token as the gateway makes it, to call the service directly."""
        key = ECKey.import_key((DATA / "keys" / "gateway-signing.pem").read_text())
        now = int(time.time())
        roles = [{"role": "learner", "organisation": None}]
        claims = {"iss": "ila-gateway", "aud": "applications", "sub": self.id, "roles": roles, "acr": "high"}
        return jwt.encode(
            {"alg": "ES256", "kid": key.thumbprint()}, claims | {"iat": now, "exp": now + 60}, key
        )


Client = Callable[[int, socket], Iterator[int]]


def reads(url: str, people: list[Person], direct: bool) -> Client:
    """Return clients that read their own application."""

    def client(number: int, sock: socket) -> Iterator[int]:
        person = people[number]
        token = person.identity_token() if direct else person.token
        data = request("GET", url, f"{API}/{person.draft}", token)
        while True:
            yield exchange(sock, data)[0]

    return client


def writes(url: str, people: list[Person], direct: bool) -> Client:
    """Return clients that apply, submit and withdraw, over and over."""
    for person in people[CLIENTS:]:
        person.begin_anew()

    def client(number: int, sock: socket) -> Iterator[int]:
        person = people[number + CLIENTS]
        token = person.identity_token() if direct else person.token
        programme = person.programme
        confirmed = {"confirmed": True, "programme_version": programme["version"]}
        draft = person.draft
        while True:
            for path, body in ((f"{API}/{draft}/submission", confirmed), (f"{API}/{draft}/withdrawal", {})):
                yield _post(sock, url, path, token, body)[0]
            status, answer = _post(sock, url, API, token, {"programme_id": programme["id"]})
            draft = person.draft = json.loads(answer)["id"]
            yield status

    return client


def _post(sock: socket, url: str, path: str, token: str, body: dict) -> tuple[int, bytes]:
    return exchange(sock, request("POST", url, path, token, json.dumps(body).encode(), str(uuid.uuid4())))


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


@contextmanager
def workers_stopped() -> Iterator[None]:
    """Stop the background workers for the length of the block."""
    pids = [one["pid"] for role, one in processes().items() if role.endswith("-worker")]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


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


def run(cases: dict[str, tuple[str, Callable[[], Client]]]) -> dict[str, list[Measured]]:
    """Run all cases in turn, round by round, after one short round that is not counted."""
    results: dict[str, list[Measured]] = {name: [] for name in cases}
    for turn in range(ROUNDS + 1):
        for name, (url, client) in cases.items():
            measured = load(url, CLIENTS, SECONDS if turn else 1.0, client())
            if measured.errors():
                raise SystemExit(f"{name}: {measured.errors()} are no successes")
            if turn:
                results[name].append(measured)
    return results


def summary(results: dict[str, list[Measured]]) -> dict[str, dict[str, float]]:
    """Return rate, ratio to the bare case and percentiles of each case: medians over the rounds."""

    def middle(values: list[float]) -> float:
        return round(statistics.median(values), 3)

    table = {}
    for name, rounds in results.items():
        yardstick = results["bare " + name.split()[-1]]
        table[name] = {
            "per_second": middle([one.rate for one in rounds]),
            "ratio": middle([one.rate / base.rate for one, base in zip(rounds, yardstick, strict=True)]),
            **{f"p{p}_ms": middle([one.percentile(p / 100) for one in rounds]) for p in (50, 95, 99)},
        }
    return table


def main() -> None:
    """Measure, print a short table, and write the figures to bench.json in the data folder."""
    ports = processes()
    direct = f"http://127.0.0.1:{ports['applications']['port']}"
    programmes = requests.get(f"{SUITE}/api/catalog/v1/public/programmes", timeout=10).json()["items"]
    programme = next(one for one in programmes if one["kind"] == "module_set")
    at_rest = memory()
    with ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda n: Person(f"citizen-{n:04}", programme), range(1, 2 * CLIENTS + 1)))
    with bare() as yardstick, workers_stopped():
        results = run(
            {
                "bare read": (yardstick, partial(bare_reads, yardstick)),
                "service read": (direct, partial(reads, direct, people, direct=True)),
                "gateway read": (SUITE, partial(reads, SUITE, people, direct=False)),
                "bare write": (yardstick, partial(bare_writes, yardstick)),
                "service write": (direct, partial(writes, direct, people, direct=True)),
                "gateway write": (SUITE, partial(writes, SUITE, people, direct=False)),
            }
        )
    table = summary(results)
    report = {"clients": CLIENTS, "seconds": SECONDS, "rounds": ROUNDS, "cases": table}
    report |= {
        "drain_seconds": round(drained(), 1),
        "pss_mb": at_rest,
        "pss_mb_total": round(sum(at_rest.values())),
    }
    (DATA / "bench.json").write_text(json.dumps(report, indent=2))
    show(report)


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
