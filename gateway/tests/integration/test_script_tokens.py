"""Tokens for people's scripts."""

import base64
import hashlib
import secrets
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session

pytestmark = pytest.mark.integration
REDIRECT = "http://127.0.0.1:49999/callback"
QUOTES = "/api/funding/v1/quotes"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Script:
    """A person's script in the middle of the code flow."""

    def __init__(self, gateway, browser):
        self.gateway = gateway
        self.browser = browser
        self.verifier = secrets.token_urlsafe(48)

    def asked(self, **changes):
        digest = hashlib.sha256(self.verifier.encode()).digest()
        asked = {
            "response_type": "code",
            "client_id": "ila-cli",
            "redirect_uri": REDIRECT,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
            "state": "s1",
        }
        return {name: value for name, value in (asked | changes).items() if value is not None}

    def authorize(self, **changes):
        return self.browser.get(
            f"{self.gateway.url}/oauth/authorize",
            params=self.asked(**changes),
            timeout=5,
            allow_redirects=False,
        )

    def code(self):
        return parse_qs(urlsplit(self.authorize().headers["Location"]).query)["code"][0]

    def exchange(self, given, **changes):
        body = {
            "grant_type": "authorization_code",
            "client_id": "ila-cli",
            "redirect_uri": REDIRECT,
            "code": given,
            "code_verifier": self.verifier,
        }
        return requests.post(f"{self.gateway.url}/oauth/token", data=body | changes, timeout=5)

    def token(self):
        return self.exchange(self.code()).json()["access_token"]


@pytest.fixture
def script(gateway):
    return Script(gateway, gateway.signed_in())


def _bearer(token):
    return {"Authorization": f"Bearer {token}"}


def _seen(answer):
    return dict(answer.json()["headers"])


def test_a_script_gets_a_token_that_is_its_person(gateway, identity, script):
    answer = script.exchange(script.code())
    granted = answer.json()
    assert granted["access_token"].startswith("ila_p_")
    assert 0 < granted["expires_in"] <= 12 * 3600
    assert "no-store" in answer.headers["Cache-Control"]
    told = requests.post(
        f"{gateway.url}{QUOTES}", json={}, headers=_bearer(granted["access_token"]), timeout=5
    )
    actor = gateway.verifier("funding").actor(_seen(told)["authorization"].removeprefix("Bearer "))
    assert (actor.id, actor.acr) == (identity.person, "high")


def test_a_browser_without_a_session_signs_in_first_and_comes_back(gateway):
    script = Script(gateway, gateway.browser())
    first = script.authorize(login_hint="learner-02")
    assert first.headers["Location"].startswith("/auth/login?next=%2Foauth%2Fauthorize")
    answer, address = first, script.gateway.url
    while not address.startswith(REDIRECT):
        address = answer.headers["Location"]
        address = gateway.url + address if address.startswith("/") else address
        if not address.startswith(REDIRECT):
            answer = script.browser.get(address, timeout=5, allow_redirects=False)
    query = parse_qs(urlsplit(address).query)
    assert query["state"] == ["s1"]
    assert script.exchange(query["code"][0]).ok


def test_a_stock_client_library_completes_the_flow(gateway):
    browser = gateway.signed_in()
    client = OAuth2Session(
        "ila-cli",
        redirect_uri=REDIRECT,
        code_challenge_method="S256",
        token_endpoint_auth_method="none",
    )
    verifier = secrets.token_urlsafe(48)
    address, _ = client.create_authorization_url(f"{gateway.url}/oauth/authorize", code_verifier=verifier)
    answered = browser.get(address, timeout=5, allow_redirects=False).headers["Location"]
    client.fetch_token(f"{gateway.url}/oauth/token", authorization_response=answered, code_verifier=verifier)
    assert client.get(f"{gateway.url}/auth/me", timeout=5).json()["given_name"] == "Anna"
    client.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"redirect_uri": "https://evil.example/"},
        {"redirect_uri": "http://localhost.evil.example:80/"},
        {"redirect_uri": "http://127.0.0.1@evil.example:80/"},
        {"redirect_uri": "http://10.0.0.1:80/"},
        {"redirect_uri": "http://user@127.0.0.1:80/"},
        {"redirect_uri": None},
        {"client_id": "unknown"},
        {"client_id": "svc:funding"},
    ],
)
def test_codes_go_to_the_own_computer_of_a_known_client_only(script, changes):
    answer = script.authorize(**changes)
    assert answer.status_code in (400, 401)
    assert "Location" not in answer.headers


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"response_type": "token"},
        {"scope": "everything"},
    ],
)
def test_a_request_without_a_proper_challenge_gets_no_code(script, changes):
    answer = script.authorize(**changes)
    assert "code" not in parse_qs(urlsplit(answer.headers.get("Location", "")).query)


def test_a_code_counts_once(script):
    code = script.code()
    assert script.exchange(code).ok
    assert script.exchange(code).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "x" * 50},
        {"code_verifier": ""},
        {"redirect_uri": "http://127.0.0.1:1/other"},
        {"client_id": "svc:funding"},
        {"code": "made-up"},
    ],
)
def test_a_stolen_code_is_worth_nothing(script, changes):
    answer = script.exchange(script.code(), **changes)
    assert answer.status_code in (400, 401)


def test_a_token_dies_with_its_session(gateway, script):
    token = script.token()
    assert requests.get(f"{gateway.url}/auth/me", headers=_bearer(token), timeout=5).ok
    script.browser.post(f"{gateway.url}/auth/logout", headers={"Origin": gateway.url}, timeout=5)
    time.sleep(2.1)
    for path in ("/auth/me", QUOTES):
        answer = requests.get(gateway.url + path, headers=_bearer(token), timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize(
    "token", ["", "x", "ila_p_", "ila_p_made-up", "ila_m_made-up", "eyJhbGciOiJub25lIn0.e30."]
)
def test_other_bearers_are_refused_alike(gateway, token):
    answer = requests.get(f"{gateway.url}{QUOTES}", headers=_bearer(token), timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
