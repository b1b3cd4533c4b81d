"""The portal in front of a stand-in gateway that answers over a real socket, as the services do."""

import json
import sys
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from ila_portal.app import create_app
from ila_portal.settings import Settings

sys.path.append(str(Path(__file__).parent))
ANSWERS = json.loads((Path(__file__).parent / "answers.json").read_text())
SECRET, CSRF, PERSON = "a-session", "a-csrf-token", "01a20baa-0000-7000-8000-000000000001"
APPLICATION = "01a20baa-0000-7000-8000-0000000000aa"
CATALOGUE = "/api/catalog/v1/public/programmes"
ME = {"person_id": PERSON, "csrf_token": CSRF, "given_name": "Anna", "family_name": "Bērziņa"}
AFTER = {
    "acceptance": "enrolled",
    "contest": "contested",
    "withdrawal": "withdrawn",
    "submission": "submitted",
}
ONLY_IN_FULL = {
    "description_lv", "description_en", "qualification", "learning_outcomes", "address",
    "quote", "opening_mode",
}  # fmt: skip
APPLICATIONS = "/api/applications/v1/applications"
CALL = f"/api/applications/v1/calls/{ANSWERS['application']['call_id']}"


@dataclass
class Seen:
    """A request the gateway got."""

    method: str
    path: str
    headers: Any
    body: Any


@dataclass
class FakeGateway:
    """Answers as the gateway and its services; keeps what was asked, and fails as ordered."""

    requests: list[Seen] = field(default_factory=list)
    failures: dict[str, tuple[int, Any]] = field(default_factory=dict)
    waits: dict[str, Any] = field(default_factory=dict)
    state: str | None = None
    acr: str = "high"
    roles: list[dict[str, Any]] = field(default_factory=lambda: [{"role": "learner", "organisation": None}])
    stored: dict[tuple[str, str], Any] = field(default_factory=dict)
    draw: dict[str, Any] = field(default_factory=lambda: ANSWERS["draw"])

    @property
    def answers(self) -> dict[str, Any]:
        """What it answers with, by name."""
        return ANSWERS

    @property
    def programmes(self) -> list[dict[str, Any]]:
        """The programmes of the catalogue."""
        return ANSWERS["programmes"]

    def fail(self, path: str, status: int, problem: Any = None, wait: Any = None) -> None:
        """Answer a path with this from now on; `wait` is what it says of trying again."""
        self.failures[path] = (status, {} if problem is None else problem)
        self.waits[path] = wait

    def fail_writes(self, path: str, status: int, problem: Any, wait: Any = None) -> None:
        """Answer writes to a path with a refusal, and go on answering its reads."""
        self.failures[f"POST {path}"] = (status, problem)
        self.waits[path] = wait

    def answer_write(self, method: str, path: str, answer: Any) -> None:
        """Answer a write that no state of the fake belongs to."""
        self.failures[f"{method} {path}"] = (200, answer)

    def paths(self) -> list[str]:
        """Return the paths of services that were asked for, in order."""
        return [seen.path.partition("?")[0] for seen in self.requests if seen.path != "/auth/me"]

    def answer(self, seen: Seen) -> tuple[int, Any]:
        """Return status and body."""
        self.requests.append(seen)
        path = seen.path.partition("?")[0]
        ordered = self.failures.get(f"{seen.method} {path}") or self.failures.get(path)
        if ordered:
            return ordered
        if seen.method == "POST" and "Cookie" in seen.headers and "X-CSRF-Token" not in seen.headers:
            return 403, {"code": "csrf-failed"}
        if path.startswith("/api/applications/v1/calls/"):
            return (200, self.draw) if path == f"{CALL}/draw" else (404, {"code": "not-found"})
        if path.startswith((CATALOGUE, "/api/funding/v1/public/")):
            return self._public(path, seen)
        if f"ila_session={SECRET}" not in seen.headers.get("Cookie", ""):
            return 401, {"code": "unauthenticated"}
        return self._act(path, seen) if seen.method == "POST" else self._own(path)

    def _public(self, path: str, seen: Seen) -> tuple[int, Any]:
        programmes = ANSWERS["programmes"]
        if path == CATALOGUE:
            if "price_max=cheap" in seen.path or "kind=banana" in seen.path:
                name = "kind" if "kind=" in seen.path else "price_max"
                return 422, {"code": "validation-failed", "errors": {f"/{name}": ["not understood"]}}
            wanted = [] if "q=xyz" in seen.path else [summary(one) for one in programmes]
            after = None if "after=" in seen.path else "a-cursor"
            meant = ["tīkli"] if "q=xyz" in seen.path else []
            found = {"items": wanted, "next": after, "total": len(wanted), "did_you_mean": meant}
            return 200, found | {"facets": ANSWERS["facets"]}
        if path.endswith("/quotes"):
            return 200, ANSWERS["quotes"][seen.body["kind"]]
        found = next((one for one in programmes if path.endswith(one["id"])), None)
        return (200, found) if found else (404, {"code": "not-found"})

    def _own(self, path: str) -> tuple[int, Any]:
        application = self._application()
        fixed = {
            "/auth/me": ME | {"roles": self.roles, "acr": self.acr},
            "/api/funding/v1/accounts/me": ANSWERS["account" if self.state else "empty_account"],
            f"/api/funding/v1/accounts/{PERSON}/entries": ANSWERS["entries"],
            APPLICATIONS: {"items": [application] if self.state else [], "next": None},
        }
        if self.state:
            fixed[f"{APPLICATIONS}/{APPLICATION}"] = application
            fixed[f"{APPLICATIONS}/{APPLICATION}/draw-entry"] = ANSWERS["draw_entry"]
            fixed[f"{APPLICATIONS}/{APPLICATION}/timeline"] = ANSWERS["timeline"]
        return (200, fixed[path]) if path in fixed else (404, {"code": "not-found"})

    def _application(self) -> dict[str, Any]:
        actions = {"draft": ["submit", "withdraw"], "withdrawn": []}.get(self.state, ["withdraw"])
        return ANSWERS["application"] | {"state": self.state, "actions": actions}

    def _act(self, path: str, seen: Seen) -> tuple[int, Any]:
        if seen.headers.get("X-CSRF-Token") != CSRF:
            return 403, {"code": "csrf-failed", "title": "—", "detail": "—"}
        twin = (path, seen.headers["Idempotency-Key"])
        if twin not in self.stored:
            self.state = AFTER.get(seen.path.split("/")[-1], "draft")
            self.stored[twin] = self._application()
        return 201, self.stored[twin]


def summary(programme: dict[str, Any]) -> dict[str, Any]:
    """Return a programme as lists show it."""
    return {name: value for name, value in programme.items() if name not in ONLY_IN_FULL}


def _read(kind: str, data: bytes) -> Any:
    """Return the JSON of a body, or of the part `form` of one with files."""
    if kind.startswith("multipart/"):
        data = data.partition(b'name="form"\r\n\r\n')[2].partition(b"\r\n--")[0]
    return json.loads(data) if data else None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = _read(self.headers.get("Content-Type", ""), data)
        seen = Seen(self.command, self.path, self.headers, body)
        status, answer = self.server.fake.answer(seen)
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        if wait := self.server.fake.waits.get(self.path):
            self.send_header("Retry-After", str(wait))
        self.end_headers()
        self.wfile.write(data)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def gateway():
    """A fake gateway; `url` is where it listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    server.fake = fake = FakeGateway()
    fake.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield fake
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def app(gateway):
    """The portal in front of the fake gateway."""
    settings = Settings(
        ila_env="development", gateway_url=gateway.url, connect_seconds=1.0, answer_seconds=2.0
    )
    app = create_app(settings)
    yield app
    app.extensions["gateway"].close()


@pytest.fixture
def visitor(app):
    """A browser without a session."""
    return app.test_client()


@pytest.fixture
def learner(app):
    """A browser with a session."""
    client = app.test_client()
    client.set_cookie("ila_session", SECRET)
    return client
