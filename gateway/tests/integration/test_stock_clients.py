"""OAuth client libraries that nobody here wrote complete the flows, by nothing but the metadata."""

import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata, get_well_known_url
from authlib.oauth2.rfc9207 import AuthorizationServerMetadata as WithIssuer
from requests_oauthlib import OAuth2Session as OtherSession

pytestmark = pytest.mark.integration
REDIRECT = "http://127.0.0.1:49999/callback"
QUOTES = "/api/funding/v1/quotes"


@pytest.fixture
def told(gateway):
    """The metadata document, from where RFC 8414 puts it."""
    address = get_well_known_url(gateway.url, external=True)
    return AuthorizationServerMetadata(requests.get(address, timeout=5).json())


@pytest.fixture(autouse=True)
def loopback_needs_no_tls(monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def machine(told, machine_key):
    """A machine's session in Authlib's client."""
    method = told["token_endpoint_auth_methods_supported"][1]
    # Tokens live a minute; by itself the library would call one dead that has less than that before it.
    methods = {"token_endpoint_auth_method": method, "revocation_endpoint_auth_method": method}
    client = OAuth2Session("svc:funding", machine_key, leeway=10, **methods)
    algorithm = told["token_endpoint_auth_signing_alg_values_supported"][0]
    client.register_client_auth_method(PrivateKeyJWT(told["token_endpoint"], alg=algorithm))
    yield client
    client.close()


@pytest.fixture
def person(told, gateway):
    """A person's script in Authlib's client, with the code of its browser."""
    client = OAuth2Session(
        "ila-cli",
        redirect_uri=REDIRECT,
        token_endpoint_auth_method="none",
        revocation_endpoint_auth_method="none",
        code_challenge_method=told["code_challenge_methods_supported"][0],
    )
    verifier = "v" * 48
    address, state = client.create_authorization_url(told["authorization_endpoint"], code_verifier=verifier)
    answered = came_back(gateway.signed_in(), address)
    client.fetch_token(
        told["token_endpoint"], authorization_response=answered, code_verifier=verifier, state=state
    )
    yield client
    client.close()


def came_back(browser, address):
    """Return the address that a browser is sent to with the code."""
    answered = browser.get(address, timeout=5, allow_redirects=False).headers["Location"]
    assert answered.startswith(REDIRECT)
    return answered


def test_the_metadata_document_is_whole(told, gateway):
    told.validate(metadata_classes=[WithIssuer])
    assert told["issuer"] == gateway.url
    ends = {name for name in told if name.endswith(("_endpoint", "_uri", "_documentation"))}
    assert ends == {
        *("authorization_endpoint", "token_endpoint", "introspection_endpoint", "revocation_endpoint"),
        *("jwks_uri", "service_documentation"),
    }
    for name in ends:
        assert urlsplit(told[name]).netloc == urlsplit(gateway.url).netloc
        assert requests.get(told[name], timeout=5).status_code != 404, name
    assert told["code_challenge_methods_supported"] == ["S256"]
    keys = requests.get(told["jwks_uri"], timeout=5).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]
    assert all("d" not in key for key in keys)


def test_the_issuer_is_described_by_the_same_keys_as_a_did(told, gateway):
    answer = requests.get(f"{gateway.url}/.well-known/did.json", timeout=5)
    assert answer.headers["Content-Type"] == "application/did+ld+json"
    assert "public" in answer.headers["Cache-Control"]
    methods = answer.json()["verificationMethod"]
    keys = requests.get(told["jwks_uri"], timeout=5).json()["keys"]
    assert [one["publicKeyJwk"]["x"] for one in methods] == [key["x"] for key in keys]


def test_a_machine_gets_a_token_asks_what_it_stands_for_and_ends_it(told, machine, gateway):
    token = machine.fetch_token(told["token_endpoint"], grant_type="client_credentials", scope="act")
    assert (token["scope"], token["token_type"]) == ("act", "Bearer")
    assert machine.post(f"{gateway.url}{QUOTES}", json={}, timeout=5).ok
    seen = machine.introspect_token(told["introspection_endpoint"], token["access_token"])
    assert seen.json()["active"] is True
    assert (seen.json()["sub"], seen.json()["scope"]) == ("svc:funding", "act")
    assert machine.revoke_token(told["revocation_endpoint"], token["access_token"]).status_code == 200
    dead = machine.introspect_token(told["introspection_endpoint"], token["access_token"])
    assert dead.json() == {"active": False}


def test_a_persons_script_completes_the_code_flow_and_ends_its_token(told, person, gateway):
    assert person.get(f"{gateway.url}/auth/me", timeout=5).json()["given_name"] == "Anna"
    token = person.token["access_token"]
    revoked = person.revoke_token(told["revocation_endpoint"], token)
    assert revoked.status_code == 200
    time.sleep(2.1)
    dead = requests.get(f"{gateway.url}/auth/me", headers={"Authorization": f"Bearer {token}"}, timeout=5)
    assert dead.status_code == 401


def test_another_library_completes_the_code_flow_as_well(told, gateway):
    client = OtherSession("ila-cli", redirect_uri=REDIRECT, pkce=told["code_challenge_methods_supported"][0])
    address, _ = client.authorization_url(told["authorization_endpoint"])
    answered = came_back(gateway.signed_in(), address)
    client.fetch_token(
        told["token_endpoint"], authorization_response=answered, include_client_id=True, timeout=5
    )
    assert client.get(f"{gateway.url}/auth/me", timeout=5).json()["given_name"] == "Anna"
    client.close()


def test_each_answer_of_the_code_flow_says_who_gives_it(told, gateway):
    asked = {"response_type": "code", "client_id": "ila-cli", "redirect_uri": REDIRECT, "state": "s"}
    challenge = {"code_challenge": "c" * 43, "code_challenge_method": "S256"}
    browser = gateway.signed_in()
    for parameters, outcome in ((asked | challenge, "code"), (asked, "error")):
        answer = browser.get(
            told["authorization_endpoint"], params=parameters, timeout=5, allow_redirects=False
        )
        query = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert outcome in query
        assert (query["iss"], query["state"]) == ([told["issuer"]], ["s"])
