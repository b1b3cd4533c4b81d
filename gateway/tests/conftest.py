"""Small real services for tests: they tell what reached them, and misbehave by path."""

import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
import requests
from joserfc import jwt
from joserfc.jwk import ECKey

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/api/funding/v1/quotes": {
            "post": {
                "summary": "Quote.",
                "x-roles": ["signed-in"],
                "x-tenant-scope": "none",
                "security": [{"identity_token": []}],
                "responses": {"200": {"description": "a quote"}},
            }
        },
        "/health/live": {"get": {"responses": {"200": {"description": "ok"}}}},
    },
    "components": {"schemas": {}},
}


@dataclass
class Service:
    """A small real service that tells what reached it, and misbehaves by path."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    sign_ins: list[dict[str, Any]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=lambda: [{"role": "learner", "organisation": None}])
    disabled: bool = False
    clients: dict[str, dict[str, Any]] = field(default_factory=dict)
    tells_clients: bool = True
    connections: int = 0
    person: str = "01920000-0000-7000-8000-000000000001"
    slow_seconds: float = 1.5
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class MachineClient:
    """A machine that asks a gateway for tokens."""

    def __init__(self, url: str, key: ECKey, client_id: str = "svc:funding"):
        self.url, self.key, self.client_id = url, key, client_id

    def assertion(
        self, key: ECKey | None = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """Return an assertion, good but for these changes; a header or claim that is None is left out."""
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{self.url}/oauth/token",
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(12),
        }
        kept = {name: value for name, value in (claims | changes).items() if value is not None}
        named = {"alg": "ES256", "kid": self.key.kid} | (header or {})
        head = {name: value for name, value in named.items() if value is not None}
        return jwt.encode(head, kept, key or self.key)

    def shown(self, assertion: str | None = None) -> dict[str, str]:
        """Return the parameters by which the machine shows itself."""
        return {"client_assertion_type": ASSERTION, "client_assertion": assertion or self.assertion()}

    def ask(self, assertion: str | None = None, **changes: Any) -> requests.Response:
        """Ask for a token."""
        body = {"grant_type": "client_credentials"} | self.shown(assertion)
        return requests.post(f"{self.url}/oauth/token", data=body | changes, timeout=5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service
    served = 0

    def setup(self) -> None:
        super().setup()
        with self.service.lock:
            self.service.connections += 1

    def _answer(self) -> None:
        try:
            body = self._body()
        except (ConnectionError, ValueError):
            self.close_connection = True
            return
        self.served += 1
        path = self.path.partition("?")[0]
        if path.endswith("/drops-reused") and self.served > 1:
            self.close_connection = True
            return
        seen = {
            "method": self.command,
            "target": self.path,
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "length": len(body),
            "sha256": hashlib.sha256(body).hexdigest(),
        }
        self.service.requests.append(seen)
        self._send(*self._reply(path, body, seen))

    def _reply(self, path: str, body: bytes, seen: dict[str, Any]) -> tuple[int, bytes]:
        if path == "/openapi.json":
            return 200, json.dumps(DOCUMENT).encode()
        if path.endswith("/sign-ins"):
            self.service.sign_ins.append(json.loads(body))
            return 201, json.dumps({"person_id": self.service.person, "roles": self.service.roles}).encode()
        if path.endswith("/roles"):
            told = {"person_id": self.service.person, "roles": self.service.roles}
            return 200, json.dumps(told | {"disabled": self.service.disabled}).encode()
        if "/machine-clients/" in path:
            return self._client(unquote(path.rpartition("/")[2]))
        if path.endswith("/slow"):
            time.sleep(self.service.slow_seconds)
        if path.endswith("/large"):
            return 200, b"x" * 3_000_000
        return 200, json.dumps(seen).encode()

    def _client(self, client_id: str) -> tuple[int, bytes]:
        told = self.service.clients.get(client_id)
        status = 503 if not self.service.tells_clients else 200 if told else 404
        return status, json.dumps(told if status == 200 else {}).encode()

    def _send(self, status: int, body: bytes) -> None:
        chunked = self.path.endswith("/chunked")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", "ila_session=stolen")
        self.send_header("Set-Cookie", "ila_portal_language=lv")
        self.send_header("Connection", "keep-alive, X-Hidden")
        self.send_header("X-Hidden", "of the connection")
        self.send_header("X-Request-Id", "the-services-own")
        self.send_header("X-Accel-Redirect", "/health/live")
        self.send_header(
            *(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(len(body))))
        )
        self.end_headers()
        if self.command == "HEAD":
            return
        self.wfile.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if chunked else body)

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") == "chunked":
            parts = []
            while size := int(self.rfile.readline(), 16):
                parts.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(parts)
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length)
        if len(body) < length:
            raise ConnectionError("the client went away")
        return body

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 500  # the usual 5 lose connections of a hundred clients at once


def _started() -> Iterator[Service]:
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = _Server(("127.0.0.1", 0), handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()


funding = pytest.fixture(scope="session", name="funding")(_started)
identity = pytest.fixture(scope="session", name="identity")(_started)
portal = pytest.fixture(scope="session", name="portal")(_started)


@pytest.fixture
def machine_client() -> type[MachineClient]:
    """Return what a machine asks a gateway for tokens with."""
    return MachineClient
