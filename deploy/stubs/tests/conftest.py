"""A provider with three personas and one client, on a clock that tests move."""

import base64
import hashlib
import uuid
from datetime import date
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from ila_stubs.eidentity.app import create_app
from ila_stubs.eidentity.clients import ASSERTION_TYPE, Client
from ila_stubs.eidentity.provider import Provider
from ila_stubs.personas import People, Persona
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

ISSUER = "https://eidentity.example"
CALLBACK = "https://suite.example/auth/callback"
GOODBYE = "https://suite.example/"
VERIFIER = "a-verifier-that-is-long-enough-for-the-protocol-43"


def persona(name: str, acr: str = "high") -> Persona:
    return Persona(
        name=name,
        given_name=name.capitalize(),
        family_name="Ābols",
        birthdate=date(1984, 3, 12),
        personal_code="322503-62317",
        email=f"{name}@personas.example",
        acr=acr,
    )


def new_key() -> ECKey:
    key = ECKey.generate_key("P-256", private=True)
    key.ensure_kid()
    return key


def registered(client_id: str, key: ECKey) -> Client:
    return Client(
        client_id=client_id,
        redirect_uris=(CALLBACK,),
        post_logout_redirect_uris=(GOODBYE,),
        keys=KeySet([ECKey.import_key(key.as_dict(private=False))]),
    )


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


class RelyingParty:
    """A client that does each step of the flow by hand, so that tests can spoil one."""

    def __init__(self, http: FlaskClient, key: ECKey, clock: Clock, client_id: str = "gateway"):
        self.http, self.key, self.clock, self.client_id = http, key, clock, client_id

    def request(self, **changes: str | None) -> dict[str, str]:
        challenge = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
        asked = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": CALLBACK,
            "scope": "openid",
            "state": "the-state",
            "nonce": "the-nonce",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        } | changes
        return {name: value for name, value in asked.items() if value is not None}

    def authorize(self, **changes: str | None):
        return self.http.get("/authorize", query_string=self.request(**changes))

    def choose(self, name: str, **changes: str | None):
        return self.http.post("/authorize", data=self.request(**changes) | {"persona": name})

    def code(self, name: str = "anna", **changes: str | None) -> str:
        return answer(self.choose(name, **changes))["code"]

    def assertion(self, **changes) -> str:
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{ISSUER}/token",
            "exp": int(self.clock()) + 60,
            "jti": uuid.uuid4().hex,
        } | changes
        return jwt.encode({"alg": "ES256", "kid": self.key.kid}, claims, self.key)

    def token(self, code: str, **changes: str):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": CALLBACK,
            "code_verifier": VERIFIER,
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": self.assertion(),
        }
        return self.http.post("/token", data=form | changes)

    def claims(self, response) -> dict:
        keys = KeySet.import_key_set(self.http.get("/jwks").json)
        return jwt.decode(response.json["id_token"], keys, algorithms=["ES256"]).claims


def answer(response) -> dict[str, str]:
    """Return the parameters that a redirect carries back to the client."""
    assert response.status_code == 303, response.text
    assert response.headers["Location"].startswith(CALLBACK)
    return {
        name: values[0] for name, values in parse_qs(urlsplit(response.headers["Location"]).query).items()
    }


@pytest.fixture
def stage() -> SimpleNamespace:
    """Everything a test of the provider needs: `http`, `party`, `other_party`, `clock`."""
    clock, key, other_key = Clock(), new_key(), new_key()
    people = People([persona("anna"), persona("juris", acr="substantial"), persona("zane")])
    clients = {"gateway": registered("gateway", key), "other": registered("other", other_key)}
    provider = Provider.of(ISSUER, new_key(), people, clients, now=clock)
    http = create_app(provider).test_client()
    return SimpleNamespace(
        http=http,
        clock=clock,
        answer=answer,
        party=RelyingParty(http, key, clock),
        other_party=RelyingParty(http, other_key, clock, "other"),
        stranger=RelyingParty(http, new_key(), clock, "stranger"),
        impostor=RelyingParty(http, new_key(), clock, "gateway"),
    )
