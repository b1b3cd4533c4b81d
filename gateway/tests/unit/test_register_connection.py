"""HTTP to a register over real sockets: late, endless, huge or moved answers, and what is repeated."""

import threading
import time
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from ila_gateway.registers import limits
from ila_gateway.registers.connection import Connection
from ila_gateway.registers.faults import WRONG_ANSWER, RegisterFault

SECRET = "credential of tests"
LIMITS = replace(limits.load()["legal_persons"], seconds=1.5, tries=2, failures=50)


class Handler(BaseHTTPRequestHandler):
    """Answers by path."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append((self.path, self.headers.get("Authorization")))
        kind = self.path.strip("/").split("/")[0]
        getattr(self, f"_{kind}")()

    def _send(self, status, body, **headers):
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _good(self):
        self._send(200, b'{"a": 1}')

    def _nobody(self):
        self._send(404, b'{"found": false}')

    def _moved(self):
        self._send(302, b"", Location=f"http://127.0.0.1:{self.server.server_port}/good")

    def _unauthorised(self):
        self._send(401, b"{}")

    def _broken(self):
        self._send(200, b'{"a": ', **{"Content-Length": "100"})
        self.close_connection = True

    def _once_down(self):
        self._send(503 if len(self.server.asked) == 1 else 200, b'{"a": 1}')

    def _trickle(self):
        self.send_response(200)
        self.send_header("Content-Length", "1000")
        self.end_headers()
        for _ in range(30):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(0.1)

    def _huge(self):
        self._send(200, b'"' + b"x" * 2_000_000 + b'"')

    def log_message(self, *_):
        """Stay silent."""


class Quiet(ThreadingHTTPServer):
    """A server that does not mind clients who went away."""

    def handle_error(self, *_):
        """Stay silent."""


@pytest.fixture
def server():
    quiet = Quiet(("127.0.0.1", 0), Handler)
    quiet.daemon_threads, quiet.block_on_close, quiet.asked = True, False, []
    thread = threading.Thread(target=quiet.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    yield quiet
    quiet.shutdown()
    quiet.server_close()


@pytest.fixture
def ask(server):
    def ask_for(path, read=lambda status, body: (status, body), url=None, **changes):
        address = f"http://127.0.0.1:{server.server_port}" if url is None else url
        connection = Connection("legal_persons", address, SECRET, replace(LIMITS, **changes))
        return connection.ask("GET", path, None, read, time.monotonic() + 5)

    return ask_for


def test_an_answer_is_status_and_json_and_the_credential_goes_along(ask, server):
    assert ask("/good") == (200, {"a": 1})
    assert ask("/nobody") == (404, {"found": False})
    assert {header for _, header in server.asked} == {f"Bearer {SECRET}"}


@pytest.mark.parametrize(
    ("path", "kind", "times"),
    [
        ("/moved", "down", 2),
        ("/unauthorised", "down", 2),
        ("/broken", "down", 2),
        ("/huge", "garbage", 2),
        ("/trickle", "timeout", 1),
    ],
)
def test_an_answer_that_cannot_be_used_is_a_fault_in_good_time(ask, server, path, kind, times):
    began = time.monotonic()
    with pytest.raises(RegisterFault, match=f"^{kind}$"):
        ask(path)
    assert time.monotonic() - began < 2.5
    assert [asked for asked, _ in server.asked] == [path] * times


def test_a_fault_in_passing_is_repeated_once(ask, server):
    assert ask("/once_down") == (200, {"a": 1})
    assert len(server.asked) == 2


def test_a_wrong_answer_is_not_repeated(ask, server):
    def refuse(status, body):
        raise RegisterFault(WRONG_ANSWER)

    with pytest.raises(RegisterFault, match=WRONG_ANSWER):
        ask("/good", read=refuse)
    assert len(server.asked) == 1


def test_a_register_without_an_address_is_away(ask, server):
    with pytest.raises(RegisterFault, match="down"):
        ask("/good", url="")
    assert server.asked == []


def test_a_register_that_fails_again_and_again_is_not_asked(server):
    address = f"http://127.0.0.1:{server.server_port}"
    connection = Connection("legal_persons", address, SECRET, replace(LIMITS, failures=3, tries=1))
    kinds = []
    for _ in range(5):
        with pytest.raises(RegisterFault) as fault:
            connection.ask("GET", "/unauthorised", None, lambda *_: None, time.monotonic() + 5)
        kinds.append(fault.value.kind)
    assert kinds == ["down"] * 3 + ["breaker-open"] * 2
    assert len(server.asked) == 3


def test_what_fails_for_want_of_time_says_nothing_about_the_register(server):
    address = f"http://127.0.0.1:{server.server_port}"
    connection = Connection("legal_persons", address, SECRET, replace(LIMITS, failures=1))
    with pytest.raises(RegisterFault, match="timeout"):
        connection.ask("GET", "/good", None, lambda *_: None, time.monotonic() + 0.01)
    assert connection.ask("GET", "/good", None, lambda *told: told, time.monotonic() + 5) == (200, {"a": 1})
