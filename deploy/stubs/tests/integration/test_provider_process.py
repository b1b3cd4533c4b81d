"""The provider as a process: stock clients sign in, many at once, and production refuses it."""

import subprocess
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.flask_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from flask import Flask, jsonify, session
from joserfc.errors import JoseError

from .conftest import CALLBACK, COMMAND

pytestmark = pytest.mark.integration


@pytest.fixture
def relying_party(eidentity):
    """A Flask application that signs people in by Authlib's stock OpenID client."""
    app = Flask("relying_party")
    app.secret_key = "of this test"
    oauth = OAuth(app)
    oauth.register(
        "eidentity",
        client_id="ila-gateway",
        client_secret=eidentity.key,
        server_metadata_url=f"{eidentity.url}/.well-known/openid-configuration",
        client_auth_methods=[PrivateKeyJWT(alg="ES256")],
        client_kwargs={
            "scope": "openid",
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": "private_key_jwt",
        },
    )

    @app.get("/login")
    def login():
        return oauth.eidentity.authorize_redirect(CALLBACK)

    @app.get("/callback")
    def callback():
        return jsonify(oauth.eidentity.authorize_access_token()["userinfo"])

    @app.get("/spoil-nonce")
    def spoil_nonce():
        for name, value in list(session.items()):
            if name.startswith("_state_"):
                session[name] = value | {"data": value["data"] | {"nonce": "another"}}
        return ""

    app.testing = True
    return app.test_client()


def sign_in_at(url: str, persona: str) -> str:
    """Choose a persona on the page behind `url`; return the query that goes back to the client."""
    page = requests.get(url, timeout=10)
    assert f'value="{persona}"' in page.text
    form = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    action = url.partition("?")[0]
    back = requests.post(action, form | {"persona": persona}, timeout=10, allow_redirects=False)
    return urlsplit(back.headers["Location"]).query


def test_a_stock_client_completes_the_whole_flow(relying_party):
    query = sign_in_at(relying_party.get("/login").location, "learner-01")
    claims = relying_party.get(f"/callback?{query}").json
    assert (claims["given_name"], claims["birthdate"]) == ("Anna", "1984-03-12")
    assert claims["acr"] == "high"


def test_a_stock_client_refuses_another_nonce_than_its_own(relying_party):
    query = sign_in_at(relying_party.get("/login").location, "learner-01")
    relying_party.get("/spoil-nonce")
    with pytest.raises((JoseError, OAuthError), match="nonce"):
        relying_party.get(f"/callback?{query}")


def test_a_code_cannot_be_used_again(relying_party, eidentity):
    query = sign_in_at(relying_party.get("/login").location, "learner-01")
    assert relying_party.get(f"/callback?{query}").status_code == 200
    code = parse_qs(query)["code"][0]
    answer = requests.post(f"{eidentity.url}/token", {"code": code}, timeout=10)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_two_hundred_people_sign_in_at_once(eidentity):
    start = requests.Request(
        "GET",
        f"{eidentity.url}/authorize",
        params={
            "response_type": "code",
            "client_id": "ila-gateway",
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        },
    ).prepare()

    def sign_in(number: int) -> str:
        url = f"{start.url}&login_hint=citizen-{number:04}"
        back = requests.get(url, timeout=30, allow_redirects=False)
        return parse_qs(urlsplit(back.headers["Location"]).query)["code"][0]

    with ThreadPoolExecutor(32) as pool:
        codes = set(pool.map(sign_in, range(1, 201)))
    assert len(codes) == 200


def test_faults_are_ordered_over_http(eidentity):
    jwks = f"{eidentity.url}/jwks"
    requests.put(f"{eidentity.url}/faults", json={"mode": "error", "endpoints": ["jwks"]}, timeout=10)
    assert requests.get(jwks, timeout=10).status_code == 500
    requests.put(f"{eidentity.url}/faults", json={"mode": "none"}, timeout=10)
    assert requests.get(jwks, timeout=10).status_code == 200


@pytest.mark.parametrize("kind", ["production", "staging", ""])
def test_it_refuses_to_start_outside_development(eidentity, kind):
    run = subprocess.run(
        [COMMAND, "serve"],
        env=eidentity.environment | {"ILA_ENV": kind},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert run.returncode == 1
    assert "ILA_ENV" in run.stderr


def test_every_fault_of_the_environment_is_named_at_once():
    run = subprocess.run([COMMAND, "serve"], env={}, capture_output=True, text=True, timeout=20)
    assert run.returncode == 1
    assert all(name in run.stderr for name in ("ILA_ENV", "PORT", "ISSUER", "PERSONAS_FILE", "CLIENTS_FILE"))
