"""Requests as no client library sends them: none reaches a service, each gets an answer and a closed door."""

import json
import socket
from contextlib import suppress

import pytest

pytestmark = pytest.mark.integration
HOST = "Host: 127.0.0.1\r\n"
POST = f"POST /api/funding/v1/quotes HTTP/1.1\r\n{HOST}"
SMUGGLED = "GET /api/funding/v1/smuggled HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

CHUNKED, END = "Transfer-Encoding: chunked\r\n", "0\r\n\r\n"

ODD = {
    "an absolute-form target": f"GET http://evil.example/api/funding/v1/x HTTP/1.1\r\n{HOST}\r\n",
    "an authority-form target": f"CONNECT 127.0.0.1:80 HTTP/1.1\r\n{HOST}\r\n",
    "an asterisk": f"OPTIONS * HTTP/1.1\r\n{HOST}\r\n",
    "a target without a slash": f"GET api/funding/v1/x HTTP/1.1\r\n{HOST}\r\n",
    "dots": f"GET /api/funding/v1/../../identity/v1/x HTTP/1.1\r\n{HOST}\r\n",
    "encoded dots": f"GET /api/funding/v1/%2e%2e/x HTTP/1.1\r\n{HOST}\r\n",
    "an encoded slash": f"GET /api/funding/v1/..%2fx HTTP/1.1\r\n{HOST}\r\n",
    "a double slash": f"GET //api/funding/v1/x HTTP/1.1\r\n{HOST}\r\n",
    "a backslash": f"GET /api/funding/v1\\x HTTP/1.1\r\n{HOST}\r\n",
    "a semicolon": f"GET /api/funding/v1/x;y HTTP/1.1\r\n{HOST}\r\n",
    "an encoded NUL": f"GET /api/funding/v1/%00 HTTP/1.1\r\n{HOST}\r\n",
    "a raw NUL": f"GET /api/funding/v1/\0 HTTP/1.1\r\n{HOST}\r\n",
    "a byte above ASCII": f"GET /api/funding/v1/\xff HTTP/1.1\r\n{HOST}\r\n",
    "a fragment": f"GET /api/funding/v1/x#y HTTP/1.1\r\n{HOST}\r\n",
    "a space in the target": f"GET /api/funding/v1/a b HTTP/1.1\r\n{HOST}\r\n",
    "a target that is too long": f"GET /api/funding/v1/{'a' * 5_000} HTTP/1.1\r\n{HOST}\r\n",
    "a line that is far too long": f"GET /api/funding/v1/{'a' * 9_000} HTTP/1.1\r\n{HOST}\r\n",
    "no host": "GET /api/funding/v1/x HTTP/1.1\r\n\r\n",
    "two hosts": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}Host: evil.example\r\n\r\n",
    "two different lengths": f"{POST}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "two equal lengths": f"{POST}Content-Length: 1\r\nContent-Length: 1\r\n\r\na",
    "a list of lengths": f"{POST}Content-Length: 1, 1\r\n\r\na",
    "a negative length": f"{POST}Content-Length: -1\r\n\r\n",
    "a length with a sign": f"{POST}Content-Length: +1\r\n\r\na",
    "a hexadecimal length": f"{POST}Content-Length: 0x1\r\n\r\na",
    "a length and chunks": f"{POST}Content-Length: 5\r\n{CHUNKED}\r\n{END}{SMUGGLED}",
    "chunks and a length": f"{POST}{CHUNKED}Content-Length: 5\r\n\r\n{END}{SMUGGLED}",
    "chunks twice": f"{POST}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "an unknown coding": f"{POST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "chunks with a vertical tab": f"{POST}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": f"POST /api/funding/v1/q HTTP/1.0\r\n{HOST}{CHUNKED}\r\n{END}",
    "a space before the colon": f"{POST}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{SMUGGLED}",
    "a folded line": f"{POST}X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n",
    "a line that begins with a space": f"GET /api/funding/v1/x HTTP/1.1\r\n Host: x\r\n{HOST}\r\n",
    "a NUL in a value": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}X-A: a\0b\r\n\r\n",
    "a bare CR in a value": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}X-A: a\rb\r\n\r\n",
    "a bare LF between lines": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}X-A: a\nX-B: b\r\n\r\n",
    "no name before the colon": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}: a\r\n\r\n",
    "no colon": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}Nonsense\r\n\r\n",
    "too many headers": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}" + "X-A: b\r\n" * 200 + "\r\n",
    "a header that is too long": f"GET /api/funding/v1/x HTTP/1.1\r\n{HOST}X-A: {'a' * 9_000}\r\n\r\n",
    "another protocol": f"GET /api/funding/v1/x SPDY/3\r\n{HOST}\r\n",
    "a method in small letters": f"get /api/funding/v1/x HTTP/1.1\r\n{HOST}\r\n",
    "a method with a control": f"GE\x01T /api/funding/v1/x HTTP/1.1\r\n{HOST}\r\n",
    "a tunnel": f"TRACE /api/funding/v1/x HTTP/1.1\r\n{HOST}\r\n",
    "a chunk of no size": f"{POST}Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n",
    "a chunk of negative size": f"{POST}Transfer-Encoding: chunked\r\n\r\n-1\r\nab\r\n0\r\n\r\n",
    "a chunk without its end": f"{POST}Transfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n",
    "another expectation": f"{POST}Expect: 200-maybe\r\nContent-Length: 0\r\n\r\n",
}
# What nginx may read by the RFC, and hands on in its own spelling: one request, with nothing odd left in it.
MENDED = {"a bare LF between lines", "no colon", "too many headers"}


def _answers(port: int, request: str) -> list[tuple[int, dict[str, object]]]:
    """Send bytes as they are; return status and body of every answer until the door closes."""
    with socket.create_connection(("127.0.0.1", port), 5) as sock:
        sock.sendall(request.encode("latin-1"))
        with suppress(OSError):  # the door may have closed already: its answer is here all the same
            sock.shutdown(socket.SHUT_WR)
        rest = b"".join(iter(lambda: _received(sock), b""))
    found = []
    while rest:
        head, _, rest = rest.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        known = {line.split(": ")[0].lower(): line.split(": ")[1] for line in lines[1:]}
        length = int(known["content-length"])
        found.append((int(lines[0].split()[1]), json.loads(rest[:length])))
        assert "x-request-id" in known
        rest = rest[length:]
    return found


def _received(sock: socket.socket) -> bytes:
    try:
        return sock.recv(65_536)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("name", sorted(ODD.keys() - MENDED))
def test_an_odd_request_is_refused_and_reaches_no_service(gateway, funding, identity, name):
    _is_refused(gateway, funding, identity, name)


@pytest.mark.form("plain", "nginx mends these")
@pytest.mark.parametrize("name", sorted(MENDED))
def test_what_nginx_would_mend_is_refused_as_well(gateway, funding, identity, name):
    _is_refused(gateway, funding, identity, name)


@pytest.mark.form("nginx", "the gateway refuses these")
@pytest.mark.parametrize("name", sorted(MENDED))
def test_what_nginx_mends_reaches_a_service_as_one_request_of_ours(gateway, funding, name):
    before = len(funding.requests)
    [(status, seen)] = _answers(gateway.port, ODD[name])
    assert status == 200
    assert len(funding.requests) == before + 1
    assert {found for found, _ in seen["headers"]}.isdisjoint({"x-a", "x-b", "nonsense"})


def _is_refused(gateway, funding, identity, name):
    before = len(funding.requests) + len(identity.requests)
    answers = _answers(gateway.port, ODD[name])
    assert len(answers) == 1, "what follows an unreadable request is not read"
    status, body = answers[0]
    assert 400 <= status <= 505
    assert status != 500
    assert body["code"] in {"bad-path", "bad-request", "body-incomplete", "headers-too-large"} | (
        {"method-not-allowed"} if name == "a tunnel" else set()
    )
    assert len(funding.requests) + len(identity.requests) == before


def test_the_next_request_on_a_connection_is_read_where_the_last_one_ended(gateway, funding):
    body = '{"a": 1}'
    first = f"{POST}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    answers = _answers(gateway.port, first + SMUGGLED)
    assert [body["target"] for _, body in answers] == ["/api/funding/v1/quotes", "/api/funding/v1/smuggled"]


def test_what_follows_a_refused_body_is_not_taken_for_a_request(gateway, funding):
    before = len(funding.requests)
    body = SMUGGLED + "x" * 1_100_000
    answers = _answers(gateway.port, f"{POST}Content-Length: {len(body)}\r\n\r\n{body}{SMUGGLED}")
    assert [status for status, _ in answers] == [413]
    assert len(funding.requests) == before
