"""What unit and integration tests of the kit share: the sample service, and a neighbour to call."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).with_name("sample")))

Reply = tuple[int, Any, dict[str, str]]


@dataclass
class StandIn:
    """A neighbour over HTTP: says what `replies` hold for a path, one after the other, the last for ever."""

    replies: dict[str, list[Reply]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)
    url: str = ""

    def says(self, path: str, *bodies: Any, status: int = 200, **headers: str) -> None:
        """Have a path answer these bodies; bytes are sent as they are, the rest as JSON."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.replies.setdefault(path, []).extend((status, body, named) for body in bodies)

    def reply(self, path: str) -> Reply:
        """The next answer of a path."""
        waiting = self.replies.get(path, [(404, {}, {})])
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    def paths(self) -> list[str]:
        """What was asked so far."""
        return [path for _, path, _, _ in self.asked]


def _handler(stand_in: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            stand_in.asked.append((self.command, self.path, headers, data))
            status, body, more = stand_in.reply(self.path.partition("?")[0])
            shown = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(shown))} | more).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(shown)

        do_GET = do_POST = _answer  # noqa: N815 - names of the base class

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


@pytest.fixture
def neighbour() -> Iterator[StandIn]:
    """A neighbour that is there for one test."""
    stand_in = StandIn()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(stand_in))
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield stand_in
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def together() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Runs calls in threads that start at the same moment; gives their results in order."""

    def run(calls: list[Callable[[], Any]]) -> list[Any]:
        gate, results = threading.Barrier(len(calls)), [None] * len(calls)

        def one(place: int) -> None:
            gate.wait(30)
            results[place] = calls[place]()

        threads = [threading.Thread(target=one, args=(place,)) for place in range(len(calls))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return results

    return run


@dataclass
class Notes:
    """The sample service on a database, with what a test asks of it."""

    engine: Any
    deps: Any
    app: Any

    def by(self, person: Any, *roles: Any, acr: str = "high") -> Any:
        """A client signed in as somebody."""
        from ila_kit.testing.http import ApiClient

        return ApiClient(self.app.test_client(), "notes").as_(person, *roles, acr=acr)

    def anybody(self) -> Any:
        """A client that says nothing about itself."""
        return self.app.test_client()

    def rows(self, statement: str, *values: Any) -> list[Any]:
        """The rows a statement gives."""
        with self.engine.connect() as connection:
            return list(connection.exec_driver_sql(statement, values))

    def value(self, statement: str, *values: Any) -> Any:
        """The one value a statement gives."""
        return self.rows(statement, *values)[0][0]


@pytest.fixture(scope="module")
def notes_engine(admin_url: str) -> Iterator[Any]:
    """A database of the sample service, migrated as services are, for one module of tests."""
    from ila_kit.testing.stores import service_database

    with service_database(admin_url, "notes_service") as engine:
        yield engine


@pytest.fixture(scope="module")
def notes_app(notes_engine: Any) -> Notes:
    """The sample service, for one module of tests."""
    from notes_service.app import create_app, make_deps

    deps = make_deps(notes_engine)
    return Notes(notes_engine, deps, create_app(deps=deps))


@pytest.fixture
def notes(notes_app: Notes) -> Notes:
    """The sample service, without trials of other tests."""
    notes_app.deps.trials.clear()
    return notes_app
