"""Requests on their way to a service, and answers on their way back."""

import hashlib
import select
import socket
from contextlib import ExitStack

import pytest
import requests
from ila_kit.web.identity import BadToken

pytestmark = pytest.mark.integration
QUOTES = "/api/funding/v1/quotes"


def _seen(answer):
    return dict(answer.json()["headers"])


def test_a_service_is_told_who_calls_by_a_token_made_for_it(gateway, identity):
    answer = gateway.signed_in().get(f"{gateway.url}{QUOTES}?x=1&y=%2F", timeout=5)
    assert answer.json()["target"] == f"{QUOTES}?x=1&y=%2F"
    token = _seen(answer)["authorization"].removeprefix("Bearer ")
    actor = gateway.verifier("funding").actor(token)
    assert actor.id == identity.person
    assert actor.role_names == {"learner"}
    assert actor.session
    with pytest.raises(BadToken):
        gateway.verifier("identity").actor(token)


def test_a_visitor_comes_without_a_token(gateway):
    assert "authorization" not in _seen(requests.get(f"{gateway.url}{QUOTES}", timeout=5))


def test_no_client_says_who_it_is(gateway):
    forged = {
        "Authorization": "Basic YTpi",
        "X-User": "admin",
        "X_User": "admin",
        "X-Forwarded-For": "10.0.0.1",
        "X_Forwarded_For": "10.0.0.1",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=10.0.0.1",
        "X-Request-Id": "mine",
        "X-Acting-For": "01920000-0000-7000-8000-000000000001",
        "X-Original-URL": "/admin",
        "SCRIPT_NAME": "/api",
        "X-Forwarded-Proto": "https",
        "Cookie": "a=b",
        "Connection": "X-User, keep-alive",
    }
    answer = requests.get(f"{gateway.url}{QUOTES}", headers=forged, timeout=5)
    assert answer.status_code == 401
    del forged["Authorization"]
    seen = _seen(requests.get(f"{gateway.url}{QUOTES}", headers=forged, timeout=5))
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["x-forwarded-host"] == f"127.0.0.1:{gateway.port}"
    assert seen["x-forwarded-proto"] == "http"
    assert seen["x-request-id"] != "mine"
    expected = {"host", "accept", "accept-encoding", "user-agent", "traceparent", "x-request-id"}
    assert set(seen) == expected | {"x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"}


def test_what_a_client_may_say_arrives(gateway):
    said = {
        "Accept-Language": "lv",
        "Idempotency-Key": "k1",
        "If-Match": '"3"',
        "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    }
    seen = _seen(requests.put(f"{gateway.url}{QUOTES}", json={"a": 1}, headers=said, timeout=5))
    assert (seen["accept-language"], seen["idempotency-key"], seen["if-match"]) == ("lv", "k1", '"3"')
    assert seen["content-type"] == "application/json"
    assert seen["traceparent"].startswith("00-0af7651916cd43dd8448eb211c80319c-")


def test_an_answer_comes_back_without_what_is_ours(gateway, form):
    answer = requests.get(f"{gateway.url}{QUOTES}", timeout=5)
    assert "Set-Cookie" not in answer.headers
    assert answer.headers["Server"] == {"plain": "ila", "nginx": "nginx"}[form], "and no version"
    assert answer.headers["X-Request-Id"] == _seen(answer)["x-request-id"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.form("plain", "nginx drops Connection, not what it names; services of ours name nothing there")
def test_an_answer_comes_back_without_what_is_the_connections(gateway):
    assert "X-Hidden" not in requests.get(f"{gateway.url}{QUOTES}", timeout=5).headers


def test_the_portal_gets_the_session_and_no_token(gateway):
    browser = gateway.signed_in()
    browser.cookies.set("foreign", "1")
    seen = _seen(browser.get(f"{gateway.url}/my/page", timeout=5))
    assert seen["cookie"] == f"ila_session={browser.cookies['ila_session']}; ila_portal_language=lv"
    assert "authorization" not in seen


def test_the_portal_takes_reads_and_forms_only(gateway):
    answer = requests.delete(f"{gateway.url}/my/page", timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (405, "method-not-allowed")
    assert answer.headers["Allow"] == "GET, HEAD, POST"
    foreign = requests.post(f"{gateway.url}/my/page", headers={"Origin": "https://evil.example"}, timeout=5)
    assert (foreign.status_code, foreign.json()["code"]) == (403, "csrf-failed")


def test_a_write_by_cookie_proves_that_it_comes_from_a_page_of_ours(gateway, funding):
    browser = gateway.signed_in()
    csrf = browser.get(f"{gateway.url}/auth/me", timeout=5).json()["csrf_token"]
    before = len(funding.requests)
    for wrong in ({}, {"X-CSRF-Token": "x"}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
        answer = browser.post(f"{gateway.url}{QUOTES}", json={}, headers=wrong, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (403, "csrf-failed")
    assert len(funding.requests) == before
    for right in ({"X-CSRF-Token": csrf}, {"Origin": gateway.url}):
        assert browser.post(f"{gateway.url}{QUOTES}", json={}, headers=right, timeout=5).ok


@pytest.mark.parametrize(
    "path", ["/health/live", "/openapi.json", "/api/funding/v1", "/api/funding/health/live"]
)
def test_what_is_not_in_the_path_table_reaches_no_service(gateway, funding, portal, path):
    before = len(funding.requests) + len(portal.requests)
    requests.get(gateway.url + path, timeout=5)
    assert len(funding.requests) + len(portal.requests) == before


def test_an_unknown_service_is_not_found(gateway):
    answer = requests.get(f"{gateway.url}/api/nobody/v1/x", timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (404, "not-found")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]


def test_a_service_that_is_down_is_said_to_be(gateway):
    answer = requests.get(
        f"{gateway.url}/api/applications/v1/account", headers={"Accept-Language": "en"}, timeout=5
    )
    assert (answer.status_code, answer.json()["code"]) == (503, "service-unavailable")
    assert answer.json()["title"] == "This part of the platform does not answer right now"
    assert answer.headers["Retry-After"] == "2"


def test_large_answers_stream(gateway):
    answer = requests.get(f"{gateway.url}/api/funding/v1/large", timeout=10)
    assert hashlib.sha256(answer.content).digest() == hashlib.sha256(b"x" * 3_000_000).digest()


def test_chunked_answers_pass(gateway):
    assert requests.get(f"{gateway.url}/api/funding/v1/chunked", timeout=5).json()["method"] == "GET"


def test_a_head_request_has_no_body_and_keeps_the_connection(gateway):
    browser = gateway.browser()
    assert browser.head(f"{gateway.url}{QUOTES}", timeout=5).content == b""
    assert browser.get(f"{gateway.url}{QUOTES}", timeout=5).ok


@pytest.mark.parametrize("size", [0, 1_000, 200_000])
def test_bodies_arrive_as_they_were_sent(gateway, size):
    body = bytes(range(256)) * (size // 256)
    for data in (body, iter([body[:1000], body[1000:]] if size > 1000 else [body or b"x"])):
        seen = requests.post(f"{gateway.url}{QUOTES}", data=data, timeout=10).json()
        assert seen["length"] in (len(body), 1)
        if seen["length"] == len(body):
            assert seen["sha256"] == hashlib.sha256(body).hexdigest()


def test_an_upload_may_be_larger_than_other_bodies(gateway):
    files = {"attestation": ("a.edoc", b"e" * 20_000_000)}
    seen = requests.post(f"{gateway.url}/api/catalog/v1/attachments", files=files, timeout=20).json()
    assert seen["length"] > 20_000_000


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_over_the_limit_is_refused_and_reaches_nobody(gateway, funding, chunked):
    before = len(funding.requests)
    body = b"x" * 1_048_577
    data = iter([body[:600_000], body[600_000:]]) if chunked else body
    answer = requests.post(f"{gateway.url}{QUOTES}", data=data, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert answer.json()["limit"] == 1_048_576
    assert answer.headers["Connection"] == "close"
    assert len(funding.requests) == before


def test_an_upload_over_the_limit_is_refused(gateway):
    files = {"attestation": ("a.edoc", b"e" * 26_300_000)}
    answer = requests.post(f"{gateway.url}/api/catalog/v1/attachments", files=files, timeout=20)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_a_compressed_body_is_refused(gateway):
    answer = requests.post(
        f"{gateway.url}{QUOTES}", data=b"x", headers={"Content-Encoding": "gzip"}, timeout=5
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-content-coding")


def test_connections_to_a_service_are_used_again(gateway, funding):
    browser = gateway.browser()
    browser.get(f"{gateway.url}{QUOTES}", timeout=5)
    before = funding.connections
    for _ in range(10):
        assert browser.get(f"{gateway.url}{QUOTES}", timeout=5).ok
    assert funding.connections == before


def test_an_idempotent_request_is_repeated_once_when_a_used_connection_turns_out_closed(gateway):
    """The service drops a connection it served before: only then, and only when it does no harm."""
    path = f"{gateway.url}/api/funding/v1/drops-reused"
    assert requests.get(f"{gateway.url}{QUOTES}", timeout=5).ok
    assert requests.get(path, timeout=5).ok
    assert requests.get(f"{gateway.url}{QUOTES}", timeout=5).ok
    assert requests.post(path, json={}, headers={"Idempotency-Key": "k"}, timeout=5).ok
    assert requests.get(f"{gateway.url}{QUOTES}", timeout=5).ok
    lost = requests.post(path, json={}, timeout=5)
    assert (lost.status_code, lost.json()["code"]) == (503, "service-unavailable")


def test_a_client_that_goes_away_in_the_middle_leaves_no_half_request(gateway, funding):
    before = len(funding.requests)
    with socket.create_connection(("127.0.0.1", gateway.port)) as sock:
        head = f"POST {QUOTES} HTTP/1.1\r\nHost: x\r\nContent-Length: 200000\r\n\r\n"
        sock.sendall(head.encode() + b"x" * 100_000)
    assert requests.get(f"{gateway.url}{QUOTES}", timeout=5).ok
    assert len(funding.requests) == before + 1


@pytest.mark.form("plain", "nginx takes every body in by itself")
def test_a_long_body_that_comes_quickly_passes_through_while_it_comes(gateway, funding):
    half = b"x" * 400_000
    before, connections = len(funding.requests), funding.connections
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as sock:
        sock.sendall(f"POST {QUOTES} HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n\r\n".encode() + half)
        readable, _, _ = select.select([sock], [], [], 1)
        assert not readable
        assert (len(funding.requests), funding.connections) == (before, connections + 1)
        sock.sendall(half)
        assert sock.recv(65_536).startswith(b"HTTP/1.1 200")
    assert funding.requests[-1]["length"] == 800_000


@pytest.mark.form("plain", "nginx takes every body in by itself")
def test_clients_that_stop_in_the_middle_of_long_bodies_hold_few_threads_of_a_service(gateway, funding):
    before, head = funding.connections, f"POST {QUOTES} HTTP/1.1\r\nHost: x\r\nContent-Length: 800000\r\n\r\n"
    with ExitStack() as stopped:
        for _ in range(20):
            sock = stopped.enter_context(socket.create_connection(("127.0.0.1", gateway.port), timeout=5))
            sock.sendall(head.encode() + b"x" * 400_000)
        assert requests.post(f"{gateway.url}{QUOTES}", data=b"x" * 500_000, timeout=5).ok
        assert funding.connections - before <= 3


@pytest.mark.parametrize("framing", ["Content-Length: 200000", "Transfer-Encoding: chunked"])
def test_a_service_is_asked_when_the_whole_body_is_here(gateway, funding, framing):
    """A client that sends a byte a second must not hold one of the few threads of a service."""
    half = b"x" * 100_000
    chunk = b"%x\r\n%b\r\n" % (len(half), half) if "chunked" in framing else half
    end = b"0\r\n\r\n" if "chunked" in framing else b""
    before, connections = len(funding.requests), funding.connections
    with socket.create_connection(("127.0.0.1", gateway.port), timeout=5) as sock:
        sock.sendall(f"POST {QUOTES} HTTP/1.1\r\nHost: x\r\n{framing}\r\n\r\n".encode() + chunk)
        readable, _, _ = select.select([sock], [], [], 1)
        assert not readable
        assert (len(funding.requests), funding.connections) == (before, connections)
        sock.sendall(chunk + end)
        assert sock.recv(65_536).startswith(b"HTTP/1.1 200")
    assert funding.requests[-1]["length"] == 200_000
    assert ["content-length", "200000"] in funding.requests[-1]["headers"]
