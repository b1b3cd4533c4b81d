"""Slow services, slow clients and a gateway that stops: the others go on."""

import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

pytestmark = pytest.mark.integration
QUICK = ("/api/identity/v1/x", "/page", "/auth/me", "/health/live")


@pytest.fixture(autouse=True)
def usual_speed(funding):
    yield
    funding.slow_seconds = 1.5


def timed(url):
    began = time.perf_counter()
    status = requests.get(url, timeout=20).status_code
    return status, time.perf_counter() - began


def test_one_slow_service_starves_no_other(gateway, funding):
    funding.slow_seconds = 3
    with ThreadPoolExecutor(100) as pool:
        slow = [pool.submit(timed, f"{gateway.url}/api/funding/v1/slow") for _ in range(100)]
        time.sleep(0.8)
        waits = [timed(gateway.url + path)[1] for path in QUICK * 5]
        assert not any(one.done() and one.result()[1] < 2 for one in slow)
        assert sorted(waits)[len(waits) // 2] < 0.5
        assert [one.result()[0] for one in slow] == [200] * 100


def test_clients_that_hold_connections_open_starve_nobody(gateway):
    head = b"GET /api/funding/v1/quotes HTTP/1.1\r\nHost: x\r\nX-Slow: "
    body = b"POST /api/funding/v1/quotes HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{"
    held = []
    try:
        for number in range(300):
            held.append(socket.create_connection(("127.0.0.1", gateway.port), 5))
            held[-1].sendall((head, body, b"")[number % 3])
        probes = [timed(f"{gateway.url}/api/funding/v1/quotes") for _ in range(50)]
    finally:
        for one in held:
            one.close()
    assert [status for status, _ in probes] == [200] * 50
    assert sorted(seconds for _, seconds in probes)[25] < 0.5


@pytest.mark.form("plain", "it is about the process of the gateway; nginx in front would answer for it")
def test_a_gateway_that_stops_answers_what_is_under_way_and_takes_nothing_new(start_gateway, funding):
    funding.slow_seconds = 2
    stopping = start_gateway()
    with ThreadPoolExecutor(6) as pool:
        slow = [pool.submit(timed, f"{stopping.url}/api/funding/v1/slow") for _ in range(5)]
        download = requests.get(f"{stopping.url}/api/funding/v1/large", stream=True, timeout=10)
        pieces = download.iter_content(10_000)
        received = len(next(pieces))
        time.sleep(0.5)
        stopping.process.send_signal(signal.SIGTERM)
        time.sleep(1)
        with pytest.raises(requests.ConnectionError):
            requests.get(f"{stopping.url}/health/live", timeout=2)
        received += sum(len(piece) for piece in pieces)
        assert received == 3_000_000
        assert [one.result()[0] for one in slow] == [200] * 5
    download.close()
    assert stopping.process.wait(15) == 0
