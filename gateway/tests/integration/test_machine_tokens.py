"""Tokens for machines, which show themselves by key."""

import secrets
import time

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from ila_kit.clients import Neighbour
from joserfc import jwt
from joserfc.jwk import ECKey

pytestmark = pytest.mark.integration
QUOTES = "/api/funding/v1/quotes"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def _bearer(token):
    return {"Authorization": f"Bearer {token}"}


def _seen(answer):
    return dict(answer.json()["headers"])


class MachineClient:
    """A machine that asks for tokens."""

    def __init__(self, gateway, key, client_id="svc:funding"):
        self.gateway = gateway
        self.key = key
        self.client_id = client_id

    def assertion(self, key=None, header=None, **changes):
        now = int(time.time())
        claims = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": f"{self.gateway.url}/oauth/token",
            "iat": now,
            "exp": now + 60,
            "jti": secrets.token_urlsafe(12),
        }
        claims = {name: value for name, value in (claims | changes).items() if value is not None}
        signing = key or self.key
        return jwt.encode({"alg": "ES256", "kid": self.key.thumbprint()} | (header or {}), claims, signing)

    def ask(self, assertion=None, **changes):
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": assertion or self.assertion(),
        }
        return requests.post(f"{self.gateway.url}/oauth/token", data=body | changes, timeout=5)


@pytest.fixture
def machine(gateway, machine_key):
    return MachineClient(gateway, machine_key)


def test_a_machine_gets_a_short_token_with_the_scopes_granted(gateway, machine):
    granted = machine.ask().json()
    assert granted["expires_in"] <= 60
    assert set(granted["scope"].split()) == {"identity.facts", "act"}
    answer = requests.get(f"{gateway.url}{QUOTES}", headers=_bearer(granted["access_token"]), timeout=5)
    actor = gateway.verifier("funding").actor(_seen(answer)["authorization"].removeprefix("Bearer "))
    assert (actor.id, actor.session) == ("svc:funding", None)
    assert actor.role_names == {"identity.facts", "act"}


def test_a_machine_may_ask_for_less_and_not_for_more(machine):
    assert machine.ask(scope="identity.facts").json()["scope"] == "identity.facts"
    assert machine.ask(scope="identity.facts platform_admin").json()["error"] == "invalid_scope"


def test_the_kits_own_client_and_a_stock_library_get_through(gateway, machine_key, tmp_path):
    client = OAuth2Session("svc:funding", machine_key, token_endpoint_auth_method="private_key_jwt")
    client.register_client_auth_method(PrivateKeyJWT(alg="ES256", claims={"exp": int(time.time()) + 60}))
    assert client.fetch_token(f"{gateway.url}/oauth/token", grant_type="client_credentials")["access_token"]
    client.close()
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(machine_key.as_pem(private=True))
    assert Neighbour(gateway.url, "svc:funding", key_file).get(QUOTES)["target"] == QUOTES


def test_a_machine_acts_for_a_person_only_with_the_scope_for_it(gateway, machine, machine_key):
    person = "01920000-0000-7000-8000-000000000009"
    acting = _bearer(machine.ask().json()["access_token"]) | {"X-Acting-For": person}
    seen = _seen(requests.get(f"{gateway.url}{QUOTES}", headers=acting, timeout=5))
    actor = gateway.verifier("funding").actor(seen["authorization"].removeprefix("Bearer "))
    assert actor.acting_for == person
    other = MachineClient(gateway, machine_key, "svc:catalog").ask().json()["access_token"]
    refused = requests.get(
        f"{gateway.url}{QUOTES}", headers=_bearer(other) | {"X-Acting-For": person}, timeout=5
    )
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    odd = requests.get(f"{gateway.url}{QUOTES}", headers=acting | {"X-Acting-For": "x"}, timeout=5)
    assert odd.status_code == 400


def test_an_assertion_counts_once(machine):
    assertion = machine.assertion()
    assert machine.ask(assertion).ok
    assert machine.ask(assertion).json()["error"] == "invalid_client"


def _hostile(machine):
    foreign = ECKey.generate_key("P-256", private=True)
    now = int(time.time())
    public = {"jwk": foreign.as_dict(private=False)}
    yield "a foreign key", machine.assertion(key=foreign)
    yield "a key brought along", machine.assertion(key=foreign, header=public | {"kid": "x"})
    yield "another audience", machine.assertion(aud="https://evil.example")
    yield "no audience", machine.assertion(aud=None)
    yield "expired", machine.assertion(exp=now - 120)
    yield "no end", machine.assertion(exp=None)
    yield "an end far away", machine.assertion(exp=now + 86_400)
    yield "no id", machine.assertion(jti=None)
    yield "another issuer", machine.assertion(iss="svc:catalog")
    yield "unknown client", machine.assertion(sub="svc:unknown", iss="svc:unknown")
    yield "the public client", machine.assertion(sub="ila-cli", iss="ila-cli")
    yield "no signature", machine.assertion().rsplit(".", 1)[0] + "."
    yield "no algorithm", "eyJhbGciOiJub25lIn0." + machine.assertion().split(".")[1] + "."
    yield "nonsense", "x.y.z"


def test_no_other_assertion_counts(machine):
    for name, assertion in _hostile(machine):
        answer = machine.ask(assertion)
        assert (answer.status_code, answer.json()["error"]) in {
            (400, "invalid_client"),
            (401, "invalid_client"),
        }, name


def test_introspection_tells_a_machine_about_its_own_tokens_only(gateway, machine, machine_key):
    other = MachineClient(gateway, machine_key, "svc:catalog")
    own, foreign = (one.ask().json()["access_token"] for one in (machine, other))

    def introspect(token):
        body = {
            "token": token,
            "client_assertion_type": ASSERTION,
            "client_assertion": machine.assertion(),
        }
        return requests.post(f"{gateway.url}/oauth/introspect", data=body, timeout=5)

    told = introspect(own).json()
    assert (told["active"], told["client_id"]) == (True, "svc:funding")
    assert introspect(foreign).json() == {"active": False}
    assert introspect("made-up").json() == {"active": False}
    nobody = requests.post(f"{gateway.url}/oauth/introspect", data={"token": own}, timeout=5)
    assert nobody.status_code in (400, 401)


def test_metadata_and_keys_are_published(gateway):
    told = requests.get(f"{gateway.url}/.well-known/oauth-authorization-server", timeout=5).json()
    assert told["issuer"] == gateway.url
    assert told["code_challenge_methods_supported"] == ["S256"]
    keys = requests.get(told["jwks_uri"], timeout=5).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]
    assert all("d" not in key for key in keys)
