"""The portal as a real process."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
import urllib3

pytestmark = pytest.mark.integration
COMMAND = Path(sys.executable).with_name("ila-portal")


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


@pytest.fixture
def portal(gateway):
    """Where a running portal listens."""
    port = _free_port()
    environment = os.environ | {"ILA_ENV": "development", "PORT": str(port), "GATEWAY_URL": gateway.url}
    process = subprocess.Popen([COMMAND, "serve"], env=environment, stderr=subprocess.DEVNULL)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/health/ready", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        assert process.wait(10) == 0


def _wait_until_ready(url: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib3.PoolManager(retries=False) as pool:
                if pool.request("GET", url).status == 200:
                    return
        except urllib3.exceptions.HTTPError:
            time.sleep(0.05)
    raise AssertionError("The portal did not start.")


def test_it_serves_pages_from_the_gateway_s_answers(portal, gateway):
    with urllib3.PoolManager(retries=False) as pool:
        answers = [pool.request("GET", f"{portal}/programmes") for _ in range(3)]
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert "Algoritmi un lokālie tīkli" in answers[0].data.decode()
    assert len(gateway.requests) == 3
