"""What the gateway promises about its speed: each measured within one run, and told as met or missed.

of direct, service the limit   one process of a service and one of the gateway, asked by 16 clients
of direct, all cores busy      the same with as many processes of each as there are cores; then, without a
                               promise, before a service that does nothing at all
of direct, behind nginx        plain reads, the decisions on them kept there for a moment
added at one client            median through the gateway less median of the service alone
least served                   of 300 clients that ask as soon as they are answered: its share of the mean
good in a crowd                probes beside 100 silent clients, 100 that send a byte of their request's head
                               a second, and 100 that ask once a second
good beside slow clients       probes beside 200 slow heads and 200 slow bodies, of a byte a second each,
                               and 20 long bodies that are quick until they are let through to the service
memory of a download           growth while 128 MB pass, with a length or in chunks, to a quick or slow reader

A probe comes on a connection of its own, and is good when it is answered rightly within a second.
"""

import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from socket import socket
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import psutil
from clients import Measured, connect, exchange, load, request
from rounds import Case, Results, middle, ratio, run
from slow import slow_clients
from started import Started, gateway, nginx_before, service, small_service
from suite import API, SUITE, Client, Person, processes, reads

CLIENTS, CROWD, MANY = 16, 100, 300
GOOD_SECONDS = 1.0
MEGABYTES = 128
CORES = str(os.cpu_count())
_PIECE = 1 << 16
_ANY_DRAFT = f"{API}/01a21da0-880c-7b11-b19d-54e9fc69b734"


@dataclass(frozen=True)
class Promise:
    """One promise: what was found, and what it is to be at least or at most; neither: it is only told."""

    name: str
    found: float
    least: float | None = None
    most: float | None = None
    beside: str = ""

    def verdict(self) -> str:
        """Tell whether it is kept."""
        if self.least is None and self.most is None:
            return "told"
        kept = self.found >= self.least if self.least is not None else self.found <= (self.most or 0)
        return "met" if kept else "missed"


def measure(results: Results, nginx: Started, people: list[Person]) -> list[Promise]:
    """Measure everything that is promised. `results` holds the reads that were measured already."""
    door = Started(SUITE, processes()["gateway"]["pid"])
    read = {name: ratio(results, f"{name} read", "service read") for name in ("gateway", "nginx")}
    return [
        Promise("of direct, service the limit", read["gateway"], least=0.80),
        all_cores_busy(people),
        *before_a_small_service(people),
        Promise("of direct, behind nginx", read["nginx"], least=0.85),
        added_at_one_client(people),
        least_served(door, people),
        in_a_crowd("", door, people),
        in_a_crowd(", nginx", nginx, people),
        beside_slow_clients(" for 20 s, no nginx", door, people, 20.0, least=None),
        beside_slow_clients(" for 60 s, nginx", nginx, people, 60.0, least=0.99),
    ]


def all_cores_busy(people: list[Person]) -> Promise:
    """Measure a service and a gateway that both take all they can get."""
    with (
        service("applications", WEB_PROCESSES=CORES) as applications,
        gateway(APPLICATIONS_URL=applications.url, WEB_PROCESSES=CORES) as door,
    ):
        cases = {
            "direct": Case(applications.url, partial(reads, applications.url, people, direct=True)),
            "gateway": Case(door.url, partial(reads, door.url, people, direct=False)),
        }
        return Promise("of direct, all cores busy", share(cases), least=0.60)


def before_a_small_service(people: list[Person]) -> list[Promise]:
    """Measure speed and memory before a service that does nothing."""
    with (
        small_service() as small,
        gateway(APPLICATIONS_URL=small.url, WEB_PROCESSES=CORES) as door,
        TemporaryDirectory() as folder,
        nginx_before(door.pid, Path(folder)) as nginx,
    ):
        cases = {
            "direct": Case(small.url, partial(any_reads, small.url, people)),
            "gateway": Case(door.url, partial(any_reads, door.url, people)),
        }
        told = Promise("of direct, all cores busy, service does nothing", share(cases))
        return [told, *downloads(door, nginx, people[0].token)]


def share(cases: dict[str, Case]) -> float:
    """Return how much of the direct rate there is through the gateway."""
    return ratio(run(cases, CLIENTS, seconds=3.0, rounds=4), "gateway", "direct")


def any_reads(url: str, people: list[Person]) -> Client:
    """Return clients that read what is nobody's."""

    def client(number: int, sock: socket) -> Iterator[int]:
        data = request("GET", url, _ANY_DRAFT, people[number % len(people)].token)
        while True:
            yield exchange(sock, data)[0]

    return client


def added_at_one_client(people: list[Person]) -> Promise:
    """Measure what the gateway adds to the time of a request that is alone."""
    direct = f"http://127.0.0.1:{processes()['applications']['port']}"
    cases = {
        "direct": Case(direct, partial(reads, direct, people, direct=True)),
        "gateway": Case(SUITE, partial(reads, SUITE, people, direct=False)),
    }
    results = run(cases, 1, seconds=1.5, rounds=5)
    medians = {name: [one.percentile(0.5) for one in rounds] for name, rounds in results.items()}
    added = [a - b for a, b in zip(medians["gateway"], medians["direct"], strict=True)]
    beside = f"{middle(medians['gateway']):.1f} to {middle(medians['direct']):.1f} ms"
    return Promise("added at one client, ms", middle(added), most=1.5, beside=beside)


def least_served(door: Started, people: list[Person]) -> Promise:
    """Measure whether 300 clients that want all they can get are served alike."""
    served = [0] * MANY
    clients = reads(door.url, people, direct=False)

    def counted(number: int, sock: socket) -> Iterator[int]:
        for status in clients(number, sock):
            served[number] += 1
            yield status

    measured = load(door.url, MANY, 8.0, counted)
    check(measured, "300 clients")
    share = min(served) / (sum(served) / MANY)
    beside = f"{measured.rate:.0f} a second, p99 {measured.percentile(0.99):.0f} ms"
    return Promise(f"least served of {MANY}, share of mean", round(share, 2), least=0.5, beside=beside)


def in_a_crowd(form: str, door: Started, people: list[Person]) -> Promise:
    """Measure probes in a crowd of 300."""
    quiet = probes(door.url, people[0], 4.0)
    with slow_clients(door.url, people[0].token, CROWD, 0, silent=CROWD), asking(door.url, people) as others:
        crowded = probes(door.url, people[0], 8.0)
    check(others, f"crowd{form}")
    beside = f"p99 {crowded.percentile(0.99):.0f} ms, {quiet.percentile(0.99):.0f} ms when quiet"
    return Promise(f"good in a crowd of {3 * CROWD}{form}", good(crowded), least=0.99, beside=beside)


def beside_slow_clients(
    form: str, door: Started, people: list[Person], seconds: float, least: float | None
) -> Promise:
    """Measure probes beside clients that never finish what they say."""
    with slow_clients(door.url, people[0].token, 200, 200, quick=20):
        found = probes(door.url, people[0], seconds)
    return Promise(
        f"good beside slow clients{form}",
        good(found),
        least=least,
        beside=f"of {len(found.times)} probes, p99 {found.percentile(0.99):.0f} ms",
    )


def probes(url: str, person: Person, seconds: float) -> Measured:
    """Ask one after the other, each on a new connection; one that fails counts as endless."""
    data = request("GET", url, f"{API}/{person.draft}", person.token)
    found, ends = Measured(), time.perf_counter() + seconds
    while (began := time.perf_counter()) < ends:
        try:
            with connect(url) as sock:
                status = exchange(sock, data)[0]
        except OSError:
            status = 0
        found.statuses[status] = found.statuses.get(status, 0) + 1
        found.times.append(time.perf_counter() - began if status == 200 else float("inf"))
        time.sleep(0.02)
    return found


def good(found: Measured) -> float:
    """Return the share of good probes."""
    return round(sum(one <= GOOD_SECONDS for one in found.times) / len(found.times), 4)


@contextmanager
def asking(url: str, people: list[Person]) -> Iterator[Measured]:
    """Have clients ask once a second for the length of the block."""
    clients, stop, seen = reads(url, people, direct=False), threading.Event(), Measured()

    def patient(number: int) -> None:
        with connect(url) as sock:
            steps = clients(number, sock)
            while not stop.wait(1.0):
                status = next(steps)
                seen.statuses[status] = seen.statuses.get(status, 0) + 1

    threads = [threading.Thread(target=patient, args=(number,)) for number in range(CROWD)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def check(measured: Measured, name: str) -> None:
    """End the bench when somebody was refused."""
    if measured.errors() or not measured.statuses:
        raise SystemExit(f"{name}: {measured.errors()} are no successes")


def downloads(door: Started, nginx: Started, token: str) -> list[Promise]:
    """Measure how much memory the front door takes while a large answer passes."""
    kinds = {
        "with a length": (door, "", 0.0),
        "in chunks": (door, "&chunked", 0.0),
        "to a slow reader": (door, "", 0.002),
        "nginx, with a length": (nginx, "", 0.0),
        "nginx, in chunks, to a slow reader": (nginx, "&chunked", 0.002),
    }
    return [
        Promise(
            f"memory of a download {kind}, MB",
            grown([door, nginx], lambda way=way: download(*way, token)),
            most=60,
        )
        for kind, way in kinds.items()
    ]


def download(door: Started, query: str, pause: float, token: str) -> None:
    """Read a large answer to its end, with a pause after each piece."""
    connection = http.client.HTTPConnection(urlsplit(door.url).netloc, timeout=30)
    connection.request(
        "GET", f"{_ANY_DRAFT}?megabytes={MEGABYTES}{query}", headers={"Authorization": f"Bearer {token}"}
    )
    answer, received = connection.getresponse(), 0
    while piece := answer.read(_PIECE):
        received += len(piece)
        time.sleep(pause)
    connection.close()
    if answer.status != 200 or received != MEGABYTES << 20:
        raise SystemExit(f"download: status {answer.status}, {received} bytes")


def grown(who: list[Started], act: Callable[[], None]) -> float:
    """Return by how many MB the memory of processes grew, at most, while something was done."""

    def resident() -> float:
        roots = [psutil.Process(one.pid) for one in who]
        return (
            sum(p.memory_info().rss for root in roots for p in [root, *root.children(recursive=True)]) / 1e6
        )

    done, before = threading.Event(), resident()
    most = [before]

    def watch() -> None:
        while not done.wait(0.02):
            most.append(max(most.pop(), resident()))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        act()
    finally:
        done.set()
        watcher.join()
    return round(most[0] - before, 1)


def show(promises: list[Promise]) -> None:
    """Print what was promised and found."""
    for one in promises:
        limit = f"≥ {one.least}" if one.least is not None else f"≤ {one.most}" if one.most is not None else ""
        print(f"{one.name:<52}{one.found:>8.2f}  {limit:<7}{one.verdict():<8}{one.beside}".rstrip())
