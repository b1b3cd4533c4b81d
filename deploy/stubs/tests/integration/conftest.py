"""The stand-in e-identity as a real process, with a client whose key the tests hold."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from joserfc.jwk import ECKey

PERSONAS = Path(__file__).parents[3] / "local" / "personas.toml"
COMMAND = Path(sys.executable).with_name("ila-stub-eidentity")
CALLBACK = "https://suite.example/auth/callback"


@pytest.fixture(scope="session")
def eidentity(tmp_path_factory):
    """A running provider: `url`, `environment`, `key` of the client `ila-gateway`."""
    folder, port = tmp_path_factory.mktemp("eidentity"), _free_port()
    key = ECKey.generate_key("P-256", private=True)
    client = {
        "client_id": "ila-gateway",
        "redirect_uris": [CALLBACK],
        "jwks": {"keys": [key.as_dict(private=False)]},
    }
    (folder / "clients.json").write_text(json.dumps([client]))
    environment = os.environ | {
        "ILA_ENV": "development",
        "PORT": str(port),
        "ISSUER": f"http://127.0.0.1:{port}",
        "PERSONAS_FILE": str(PERSONAS),
        "CLIENTS_FILE": str(folder / "clients.json"),
    }
    process = subprocess.Popen([COMMAND, "serve"], env=environment)
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/health/ready", process)
        yield SimpleNamespace(url=f"http://127.0.0.1:{port}", environment=environment, key=key)
    finally:
        process.terminate()
        assert process.wait(10) == 0


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def _wait_until_ready(url: str, process: subprocess.Popen) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until and process.poll() is None:
        try:
            if requests.get(url, timeout=2).ok:
                return
        except requests.ConnectionError:
            time.sleep(0.05)
    raise AssertionError("The provider did not start.")
