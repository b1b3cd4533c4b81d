"""One look at the whole suite: its document, its state, its health, and how it stops."""

import http.client
import signal
import socket
import time

import pytest
import requests
from openapi_spec_validator import validate

pytestmark = pytest.mark.integration


def test_one_document_describes_every_service_that_can_be_read(gateway):
    document = requests.get(f"{gateway.url}/api/openapi.json", timeout=10).json()
    validate(document)
    assert document["openapi"] == "3.1.0"
    assert document["x-missing"] == ["applications"]
    quote = document["paths"]["/api/funding/v1/quotes"]["post"]
    assert quote["security"] == [{"session": []}, {"access_token": []}]
    assert quote["x-service"] == "funding"
    assert "/auth/login" in document["paths"]
    assert "get" in document["paths"]["/health/live"]


def test_each_operation_says_who_may_call_it(gateway):
    document = requests.get(f"{gateway.url}/api/openapi.json", timeout=10).json()
    for path, item in document["paths"].items():
        for operation in item.values():
            assert {"summary", "security", "x-roles", "x-tenant-scope"} <= set(operation), path


def test_the_reader_works_without_any_script(gateway):
    page = requests.get(f"{gateway.url}/api/docs", timeout=10)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["Content-Security-Policy"]
    assert "/api/funding/v1/quotes" in page.text
    assert "<script" not in page.text
    assert "style=" not in page.text
    assert requests.get(f"{gateway.url}/api/docs/style.css", timeout=5).ok


def test_the_status_names_what_is_down_and_nothing_more(gateway):
    told = requests.get(f"{gateway.url}/status", timeout=10).json()
    assert told["status"] == "degraded"
    assert told["services"] == {
        "identity": "up",
        "catalog": "up",
        "applications": "down",
        "funding": "up",
        "portal": "up",
    }
    page = requests.get(f"{gateway.url}/status", headers={"Accept": "text/html"}, timeout=10)
    assert "<h1>Status: degraded</h1>" in page.text


def test_refusals_speak_the_callers_language_and_are_pages_for_browsers(gateway):
    english = {"Accept-Language": "en"}
    problem = requests.get(f"{gateway.url}/auth/nothing", headers=english, timeout=5)
    assert (problem.status_code, problem.json()["title"]) == (404, "Not found")
    page = requests.get(f"{gateway.url}/auth/nothing", headers={"Accept": "text/html"}, timeout=5)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "<h1>Nav atrasts" in page.text
    assert '<a href="/">Individuālais mācību konts</a>' in page.text
    wrong = requests.post(f"{gateway.url}/auth/login", timeout=5)
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method-not-allowed")
    assert "GET" in wrong.headers["Allow"]


def test_without_its_store_the_gateway_serves_visitors_and_says_it_is_not_ready(gateway, store):
    browser = gateway.signed_in()
    store.stop()
    try:
        time.sleep(2.1)
        known = browser.get(f"{gateway.url}/api/funding/v1/quotes", timeout=5)
        assert (known.status_code, known.json()["code"]) == (503, "sessions-unavailable")
        assert requests.get(f"{gateway.url}/api/funding/v1/quotes", timeout=5).ok
        ready = requests.get(f"{gateway.url}/health/ready", timeout=5)
        assert (ready.status_code, ready.json()["checks"]["session_store"]) == (503, "failed")
        assert requests.get(f"{gateway.url}/health/live", timeout=5).ok
    finally:
        store.start()
    assert requests.get(f"{gateway.url}/health/ready", timeout=5).ok
    assert gateway.signed_in().get(f"{gateway.url}/auth/me", timeout=5).ok


@pytest.mark.form("plain", "it is about connections to the gateway itself")
def test_a_worker_that_stops_answers_what_came_and_waits_for_no_silent_client(start_gateway):
    """Its own gateway: after SIGTERM a request under way is answered, an idle connection does not hold it."""
    gateway = start_gateway()
    idle = socket.create_connection(("127.0.0.1", gateway.port))
    client = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    client.request("GET", "/api/funding/v1/quotes")
    assert client.getresponse().read()
    client.putrequest("POST", "/api/funding/v1/quotes")
    client.putheader("Content-Length", "2")
    client.endheaders()
    gateway.process.send_signal(signal.SIGTERM)
    time.sleep(1.5)
    client.send(b"{}")
    assert client.getresponse().status == 200
    assert gateway.process.wait(15) == 0
    idle.close()
    client.close()
