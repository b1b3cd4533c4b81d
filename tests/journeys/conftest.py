"""Journeys need a running suite: `make journeys` starts one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import suite


@pytest.fixture
def learner() -> suite.Caller:
    """learner-01, with nothing open."""
    somebody = suite.persona("learner-01")
    suite.clear(somebody)
    return somebody


@pytest.fixture
def registers() -> Iterator[Callable[..., None]]:
    """Orders faults of the stand-in registers, and takes them back afterwards."""
    port = next(row["port"] for row in suite.run_state() if row["role"] == "registers")
    address = f"http://127.0.0.1:{port}/faults"

    def order(mode: str, *names: str, seconds: float = 5) -> None:
        body: dict[str, Any] = {"mode": mode, "seconds": seconds}
        answer = requests.put(address, json=body | ({"registers": list(names)} if names else {}), timeout=10)
        assert answer.ok, answer.text

    yield order
    order("none")
