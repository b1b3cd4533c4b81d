"""Cases that take turns in rounds, so that whatever else the machine does hits all of them alike."""

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from clients import Measured, load
from suite import Client


@dataclass(frozen=True)
class Case:
    """One way of asking: where, and what each client does. `client` is called anew in each round."""

    url: str
    client: Callable[[], Client]


Results = dict[str, list[Measured]]


def run(cases: dict[str, Case], clients: int, seconds: float, rounds: int) -> Results:
    """Run all cases in turn, round by round, after one short round that is not counted."""
    results: Results = {name: [] for name in cases}
    for turn in range(rounds + 1):
        for name, case in cases.items():
            measured = load(case.url, clients, seconds if turn else 1.0, case.client())
            if measured.errors():
                raise SystemExit(f"{name}: {measured.errors()} are no successes")
            if turn:
                results[name].append(measured)
    return results


def ratio(results: Results, one: str, other: str) -> float:
    """Return how many times as many answers a second one case gave as another: the median over the rounds."""
    return middle([a.rate / b.rate for a, b in zip(results[one], results[other], strict=True)])


def middle(values: list[float]) -> float:
    """Return the median, shortened."""
    return round(statistics.median(values), 3)
