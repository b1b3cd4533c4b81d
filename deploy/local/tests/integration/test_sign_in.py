"""Personas sign in over HTTP, at a small gateway that is a real client of the real e-identity."""

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from flask import Flask, jsonify, redirect, request, session
from ila_local.data_dir import DataDir
from ila_local.errors import CannotRun
from ila_local.keys import Keys
from ila_local.ports import free_port
from ila_local.processes import PERSONAS
from ila_local.sign_in import REDIRECT_URI, access_token, browser
from joserfc.jwk import ECKey
from werkzeug.serving import make_server

from ..conftest import eventually

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """Addresses of a gateway and of the e-identity behind it."""
    data = DataDir(tmp_path_factory.mktemp("suite") / "data")
    gateway, eidentity = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    with data.locked():
        keys = Keys(data)
        provider = start_eidentity(eidentity, keys.eidentity_clients_file(gateway))
        server = make_server(
            "127.0.0.1", int(gateway.rpartition(":")[2]), small_gateway(gateway, eidentity, keys), True
        )
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield gateway, eidentity
        server.shutdown()
        server.server_close()
        provider.terminate()
        provider.wait(10)


def start_eidentity(url: str, clients: Path) -> subprocess.Popen:
    process = subprocess.Popen(
        [Path(sys.executable).with_name("ila-stub-eidentity"), "serve"],
        env={
            "ILA_ENV": "development",
            "PORT": url.rpartition(":")[2],
            "ISSUER": url,
            "PERSONAS_FILE": str(PERSONAS),
            "CLIENTS_FILE": str(clients),
        },
    )
    eventually(lambda: answers(f"{url}/health/ready"))
    return process


def answers(url: str) -> bool:
    try:
        return requests.get(url, timeout=5).ok
    except requests.ConnectionError:
        return False


def small_gateway(url: str, eidentity: str, keys: Keys) -> Flask:
    """The part of a gateway that signing in touches."""
    app = Flask("small_gateway")
    app.secret_key = "of this test"
    codes: dict[str, str] = {}
    oauth = OAuth(app)
    oauth.register(
        "eidentity",
        client_id="ila-gateway",
        client_secret=ECKey.import_key(keys.file("ila-gateway").read_bytes()),
        server_metadata_url=f"{eidentity}/.well-known/openid-configuration",
        client_auth_methods=[PrivateKeyJWT(alg="ES256")],
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "private_key_jwt",
        },
    )

    @app.get("/oauth/authorize")
    def authorize():
        if "persona" not in session:
            session["next"] = request.full_path
            return redirect("/auth/login")
        codes[f"code-of-{session['persona']}"] = session["persona"]
        return redirect(f"{REDIRECT_URI}?code=code-of-{session['persona']}&state={request.args['state']}")

    @app.get("/auth/login")
    def login():
        return oauth.eidentity.authorize_redirect(f"{url}/auth/callback")

    @app.get("/auth/callback")
    def callback():
        session["persona"] = oauth.eidentity.authorize_access_token()["userinfo"]["persona"]
        return redirect(session.pop("next", "/"))

    @app.get("/")
    def home():
        return session.get("persona", "nobody")

    @app.post("/oauth/token")
    def token():
        assert request.form["code_verifier"]
        return jsonify(access_token=f"token-of-{codes.pop(request.form['code'])}")

    return app


def test_a_persona_gets_an_access_token(suite):
    assert access_token(suite[0], "learner-01") == "token-of-learner-01"


def test_a_browser_is_signed_in_by_its_cookies(suite):
    with browser(suite[0], "provider-a-admin") as session:
        assert session.get(suite[0], timeout=10).text == "provider-a-admin"


def test_many_personas_sign_in_at_the_same_time(suite):
    names = [f"citizen-{number:04}" for number in range(1, 101)]
    with ThreadPoolExecutor(16) as pool:
        tokens = list(pool.map(lambda name: access_token(suite[0], name), names))
    assert tokens == [f"token-of-{name}" for name in names]


def test_an_unknown_persona_is_told(suite):
    with pytest.raises(CannotRun, match="authorize answers 400"):
        access_token(suite[0], "nobody-at-all")


def test_a_fault_of_the_e_identity_is_told(suite):
    gateway, eidentity = suite
    requests.put(f"{eidentity}/faults", json={"mode": "error", "endpoints": ["authorize"]}, timeout=10)
    try:
        with pytest.raises(CannotRun, match="answers 500"):
            browser(gateway, "learner-01")
    finally:
        requests.put(f"{eidentity}/faults", json={"mode": "none"}, timeout=10)


def test_the_command_prints_the_token(suite):
    command = [Path(sys.executable).with_name("ila-local"), "token", "learner-02", "--url", suite[0]]
    run = subprocess.run(command, capture_output=True, text=True)
    assert run.stdout == "token-of-learner-02\n"


def test_without_a_suite_the_command_says_so():
    command = [Path(sys.executable).with_name("ila-local"), "token", "learner-02", "--url"]
    run = subprocess.run([*command, f"http://127.0.0.1:{free_port()}"], capture_output=True, text=True)
    assert run.returncode == 1
    assert "Traceback" not in run.stderr
    assert "does the suite run?" in run.stderr
