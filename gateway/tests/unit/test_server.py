"""How a request is told to the application, and how an answer goes out."""

from dataclasses import dataclass, field

import pytest
from gunicorn.http.errors import InvalidResponseHeader
from ila_gateway.server import Reply, environ_of

HERE, THERE = ("127.0.0.1", 8080), ("192.0.2.7", 50_000)


@dataclass
class Request:
    """A request as gunicorn hands it over."""

    method: str = "GET"
    uri: str = "/a/b?c=d"
    path: str = "/a/b"
    query: str = "c=d"
    version: tuple[int, int] = (1, 1)
    scheme: str = "http"
    body: bytes = b""
    headers: list[tuple[str, str]] = field(default_factory=list)
    closing: bool = False

    def should_close(self):
        return self.closing

    def force_close(self):
        self.closing = True


class Wire:
    """A socket that keeps what was sent through it, write by write."""

    def __init__(self):
        self.writes = []

    def sendall(self, data):
        self.writes.append(data)


def sent(pieces, headers=(), status="200 OK", request=None):
    wire = Wire()
    reply = Reply(request or Request(), wire)
    reply.start(status, list(headers))
    reply.send(pieces)
    head, _, body = b"".join(wire.writes).partition(b"\r\n\r\n")
    return head.decode("latin-1").split("\r\n"), body, wire


def test_the_application_is_told_what_came():
    headers = [("HOST", "example"), ("X-A", "1"), ("CONTENT-TYPE", "text/plain"), ("X-A", "2")]
    environ = environ_of(Request(headers=headers, path="/%c4%81"), THERE, HERE)
    assert environ["RAW_URI"] == "/a/b?c=d"
    assert (environ["PATH_INFO"], environ["QUERY_STRING"]) == ("/\xc4\x81", "c=d")
    assert (environ["REMOTE_ADDR"], environ["SERVER_PORT"]) == ("192.0.2.7", "8080")
    assert (environ["HTTP_X_A"], environ["CONTENT_TYPE"]) == ("1,2", "text/plain")
    assert "HTTP_CONTENT_TYPE" not in environ


def test_a_header_can_never_stand_for_something_of_the_servers_own():
    environ = environ_of(Request(headers=[("REQUEST-METHOD", "PUT"), ("WSGI.INPUT", "x")]), THERE, HERE)
    assert (environ["REQUEST_METHOD"], environ["wsgi.input"]) == ("GET", b"")


def test_a_short_answer_goes_out_in_one_write():
    lines, body, wire = sent([b"ok"], [("Content-Length", "2")])
    assert lines[0] == "HTTP/1.1 200 OK"
    assert {"Server: ila", "Connection: keep-alive", "Content-Length: 2"} < set(lines)
    assert (body, len(wire.writes)) == (b"ok", 1)


def test_an_answer_without_a_length_goes_in_chunks():
    lines, body, _ = sent([b"ab", b"", b"c"])
    assert "Transfer-Encoding: chunked" in lines
    assert body == b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"


def test_an_answer_without_a_length_ends_an_old_connection():
    lines, body, _ = sent([b"ab", b"c"], request=Request(version=(1, 0)))
    assert lines[0] == "HTTP/1.0 200 OK"
    assert "Connection: close" in lines
    assert body == b"abc"


@pytest.mark.parametrize(
    ("method", "status"), [("HEAD", "200 OK"), ("GET", "204 No Content"), ("GET", "304 Not Modified")]
)
def test_some_answers_have_no_body(method, status):
    lines, body, _ = sent([b"never"], status=status, request=Request(method=method))
    assert body == b""
    assert not any(line.startswith("Transfer-Encoding") for line in lines)


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: b", "a\nb", "a\rb", "a\0b", "a\x0bb"])
def test_a_value_never_becomes_a_second_line(value):
    with pytest.raises(InvalidResponseHeader):
        sent([b""], [("X-A", value)])


def test_nothing_of_an_answer_with_a_wrong_head_goes_out():
    wire = Wire()
    reply = Reply(Request(), wire)
    reply.start("200 OK", [("X-A", "a\nb")])
    with pytest.raises(InvalidResponseHeader):
        reply.send([b"body"])
    assert not wire.writes
    assert not reply.begun
