"""What a price costs: asked through the gateway, beside the bare applications; and calculated in process.

`ila-local with-suite python tests/load/money.py` measures this part alone.
"""

import json
import time
from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import partial
from itertools import cycle
from socket import socket

from clients import exchange, request
from front import Promise, show
from ila_funding.domain.calculation import amount
from ila_funding.domain.methodology import Methodology
from ila_funding.domain.quote import quote
from ila_funding.domain.training import Kind, Part, Training
from ila_funding.parameters import load_methodologies
from ila_local.sign_in import access_token
from rounds import Case, middle, run
from started import bare
from suite import SUITE, Client, workers_stopped

PATH = "/api/funding/v1/quotes"
CLIENTS, SECONDS, ROUNDS, MOST_MS = (1, 8), 3.0, 3, 15.0
LEAST_CALCULATIONS, LONG_SECONDS = 50_000, 2.0
CONTINUING = "Datorsistēmas, datubāzes un datortīkli"


def trainings() -> list[Training]:
    """Return one training of each kind, the set being the one of the seed; none pays the same as another."""
    asked = ((Kind.MODULE, (167,)), (Kind.STUDY_COURSE, (80,)), (Kind.STUDY_MODULE, (80, 160)))
    sets = [Training(kind=kind, parts=_parts(hours)) for kind, hours in asked]
    return [*sets, Training(kind=Kind.MODULE_SET, parts=_parts((34, 136)), continuing_programme=CONTINUING)]


def _parts(hours: tuple[int, ...]) -> tuple[Part, ...]:
    return tuple(Part(f"Daļa {number}", one) for number, one in enumerate(hours, 1))


def quotes(clients: int) -> list[Promise]:
    """Return the 95th percentile of quotes through the gateway, and that of bare reads in the same rounds."""
    tokens = [access_token(SUITE, f"learner-{number:02}") for number in range(1, clients + 1)]
    with bare() as yardstick:
        cases = {
            "bare": Case(yardstick.url, partial(_bare_reads, yardstick.url)),
            "quote": Case(SUITE, partial(_quotes, tokens)),
        }
        results = run(cases, clients, SECONDS, ROUNDS)
    p95 = {name: middle([one.percentile(0.95) for one in of]) for name, of in results.items()}
    rate = middle([one.rate for one in results["quote"]])
    beside = f"p95 ms, {rate:.0f}/s; bare Flask → Flask → PostgreSQL {p95['bare']:.1f} ms"
    return [Promise(f"quotes, {clients} at once", round(p95["quote"], 1), most=MOST_MS, beside=beside)]


def calculations() -> list[Promise]:
    """Return how many prices a second one process calculates, and how many with words and hash."""
    (methodology,) = load_methodologies().versions[-1:]
    explained = _rate(quote.__wrapped__, methodology)
    return [
        Promise("pure calculations", _rate(amount, methodology), LEAST_CALCULATIONS, beside="per second"),
        Promise("quotes with words and hash", explained, beside="per second, nothing remembered"),
    ]


def promises() -> list[Promise]:
    """Measure everything that is promised of prices; the workers are stopped by the caller."""
    return [*(one for clients in CLIENTS for one in quotes(clients)), *calculations()]


def _rate(calculate: Callable[[Training, Methodology], object], methodology: Methodology) -> float:
    asked, count = cycle(trainings()), 0
    assert amount(trainings()[-1], methodology) == Decimal("608.99")
    started = time.perf_counter()
    while (taken := time.perf_counter() - started) < LONG_SECONDS:
        for _ in range(100):
            calculate(next(asked), methodology)
        count += 100
    return round(count / taken)


def _bare_reads(url: str) -> Client:
    def client(number: int, sock: socket) -> Iterator[int]:
        data = request("GET", url, f"/rows/{number + 1}")
        while True:
            yield exchange(sock, data)[0]

    return client


def _quotes(tokens: list[str]) -> Client:
    def client(number: int, sock: socket) -> Iterator[int]:
        bodies = [json.dumps(_body(one)).encode() for one in trainings()]
        for body in cycle(bodies):
            yield exchange(sock, request("POST", SUITE, PATH, tokens[number], body))[0]

    return client


def _body(training: Training) -> dict[str, object]:
    parts = [{"title": part.title, "hours": part.hours} for part in training.parts if isinstance(part, Part)]
    body: dict[str, object] = {"kind": training.kind, "parts": parts}
    if training.continuing_programme:
        body["continuing_programme"] = training.continuing_programme
    return body


if __name__ == "__main__":
    with workers_stopped():
        show(promises())
