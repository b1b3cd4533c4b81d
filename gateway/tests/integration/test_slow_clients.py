"""Hundreds of clients that never finish what they say hold nobody up; `make bench` tries it for a minute."""

import runpy
import time
from pathlib import Path

import pytest
import requests

pytestmark = pytest.mark.integration
slow_clients = runpy.run_path(str(Path(__file__).parents[3] / "tests" / "load" / "slow.py"))["slow_clients"]
EACH, SECONDS = 200, 10
READ = "/api/funding/v1/quotes"


def probe(url):
    try:
        return requests.get(f"{url}{READ}", timeout=5).status_code
    except requests.RequestException as fault:
        return type(fault).__name__


def test_slow_heads_and_bodies_hold_nobody_up(gateway):
    with slow_clients(gateway.url, "made-up", heads=EACH, bodies=EACH) as crowd:
        ends = time.monotonic() + SECONDS
        outcomes = [probe(gateway.url)]
        while time.monotonic() < ends:
            outcomes.append(probe(gateway.url))
    assert [one.connections >= EACH for one in crowd[:2]] == [True, True]
    good = outcomes.count(200) / len(outcomes)
    assert good >= 0.99, outcomes


@pytest.mark.form("nginx", "the gateway alone takes bodies in as they come")
def test_behind_nginx_no_slow_body_reaches_the_gateway(gateway):
    before = gateway.log.read_text().count("/api/applications/v1/applications")
    with slow_clients(gateway.url, "made-up", heads=0, bodies=20):
        assert probe(gateway.url) == 200
        time.sleep(3)
        assert gateway.log.read_text().count("/api/applications/v1/applications") == before
