"""What the routes table refuses reaches no service; what it lets in does."""

import time
from uuid import uuid4

import pytest
import requests
from joserfc import jwt

pytestmark = pytest.mark.integration
FUNDING = "/api/funding/v1"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@pytest.fixture
def reached(funding, identity, portal):
    """Return how many requests came to any neighbour since the last time."""
    seen = 0

    def since():
        nonlocal seen
        before, seen = seen, sum(len(one.requests) for one in (funding, identity, portal))
        return seen - before

    since()
    return since


@pytest.fixture
def machine(gateway, machine_key):
    """Return the headers by which a machine shows itself, by its name."""

    def headers(name):
        now = int(time.time())
        claims = {
            "iss": name,
            "sub": name,
            "aud": gateway.url,
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid4()),
        }
        body = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": jwt.encode(
                {"alg": "ES256", "kid": machine_key.thumbprint()}, claims, machine_key
            ),
        }
        granted = requests.post(f"{gateway.url}/oauth/token", data=body, timeout=5).json()
        return {"Authorization": f"Bearer {granted['access_token']}"}

    return headers


def refused(answer):
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize("path", ["/nothing", "/mine/1", "/mine/", "/", "/parts", "/parts/1/2", "/%6Dine/x"])
def test_what_the_table_lacks_is_not_found(gateway, reached, path):
    for method in ("GET", "POST", "OPTIONS"):
        answer = requests.request(method, f"{gateway.url}{FUNDING}{path}", timeout=5)
        assert refused(answer) == (404, "not-found")
    assert reached() == 0


@pytest.mark.parametrize(
    ("path", "allowed"), [("/mine", "GET, HEAD"), ("/acts", "POST"), ("/parts/x", "DELETE, GET, HEAD")]
)
def test_another_method_is_told_which_there_are(gateway, reached, path, allowed):
    for method in ("PUT", "PATCH", "OPTIONS", "TRACE", "PROPFIND"):
        answer = requests.request(method, f"{gateway.url}{FUNDING}{path}", timeout=5)
        assert refused(answer) == (405, "method-not-allowed")
        assert answer.headers["Allow"] == allowed
    assert reached() == 0


def test_a_visitor_is_asked_to_sign_in(gateway, reached):
    answers = [
        requests.get(f"{gateway.url}{FUNDING}/mine", timeout=5),
        requests.post(f"{gateway.url}{FUNDING}/acts", json={}, timeout=5),
        requests.get(f"{gateway.url}{FUNDING}/mine", cookies={"ila_session": "made up"}, timeout=5),
    ]
    for answer in answers:
        assert refused(answer) == (401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert reached() == 0
    assert gateway.signed_in().get(f"{gateway.url}{FUNDING}/mine", timeout=5).ok


def test_an_operation_for_machines_is_for_those_with_its_scope(gateway, machine, reached):
    facts, scoped, other = f"{gateway.url}{FUNDING}/facts", machine("svc:catalog"), machine("svc:identity")
    browser = gateway.signed_in()
    reached()
    assert refused(requests.post(facts, json={}, timeout=5)) == (401, "unauthenticated")
    assert refused(requests.post(facts, json={}, headers=other, timeout=5)) == (403, "forbidden")
    person = browser.post(facts, json={}, headers={"Origin": gateway.url}, timeout=5)
    assert refused(person) == (403, "forbidden")
    assert reached() == 0
    assert requests.post(facts, json={}, headers=scoped, timeout=5).ok


@pytest.mark.parametrize(
    ("persona", "enough"), [("learner-48", False), ("learner-47", False), ("learner-01", True)]
)
def test_an_act_wants_the_assurance_of_its_line(gateway, reached, persona, enough):
    browser = gateway.signed_in(persona)
    reached()
    answer = browser.post(f"{gateway.url}{FUNDING}/acts", json={}, headers={"Origin": gateway.url}, timeout=5)
    if enough:
        assert answer.ok
        return
    assert refused(answer) == (403, "assurance-too-low")
    assert answer.json()["needed"] == "high"
    assert reached() == 0


def test_a_machine_does_not_act_for_want_of_a_sign_in(gateway, machine, reached):
    known = machine("svc:funding")
    reached()
    answer = requests.post(f"{gateway.url}{FUNDING}/acts", json={}, headers=known, timeout=5)
    assert refused(answer) == (403, "forbidden")
    assert reached() == 0


def test_a_costly_operation_takes_ten_tokens(start_gateway, reached):
    strict = start_gateway(
        ADDRESS_PER_SECOND="1", ADDRESS_BURST="15", RATES_TIMES="1", UNLIMITED_ADDRESSES="192.0.2.0/24"
    )
    first = requests.get(f"{strict.url}{FUNDING}/export", timeout=5)
    assert first.headers["RateLimit"].startswith('"address";r=5;')
    assert reached() == 1
    second = requests.get(f"{strict.url}{FUNDING}/export", timeout=5)
    assert refused(second) == (429, "too-many-requests")
    assert 1 < int(second.headers["Retry-After"]) <= 10
    assert reached() == 0
    assert requests.get(f"{strict.url}{FUNDING}/x", timeout=5).ok, "a usual request still has its token"


def test_only_an_operation_for_files_takes_large_forms(gateway, reached):
    files = {"file": ("a.edoc", b"e" * 2_000_000)}
    answer = requests.post(f"{gateway.url}{FUNDING}/quotes", files=files, timeout=10)
    assert refused(answer) == (413, "body-too-large")
    assert answer.json()["limit"] == 1_048_576
    assert reached() == 0


def test_an_operation_has_its_own_time(gateway):
    hasty = requests.get(f"{gateway.url}{FUNDING}/hasty/slow", timeout=10)
    assert refused(hasty) == (504, "service-timeout")
    assert requests.get(f"{gateway.url}{FUNDING}/slow", timeout=10).ok, "others have the usual time"


@pytest.mark.parametrize("path", ["/auth/me", "/auth/sessions", "/registers/v1/questions"])
def test_the_gateways_own_addresses_are_decided_alike(gateway, reached, path):
    method = "POST" if "registers" in path else "GET"
    assert refused(requests.request(method, gateway.url + path, timeout=5)) == (401, "unauthenticated")
    assert refused(requests.request("PATCH", gateway.url + path, timeout=5)) == (405, "method-not-allowed")
    assert refused(requests.get(f"{gateway.url}{path}/nothing/here", timeout=5)) == (404, "not-found")
    assert reached() == 0


@pytest.mark.form("plain", "nginx reads bodies before it asks us")
@pytest.mark.parametrize("path", ["/nothing", "/mine", "/quotes/1"])
def test_a_refused_body_is_not_read_to_its_end(gateway, reached, path):
    """A client that announces much is answered, and its connection closed."""
    answer = requests.post(f"{gateway.url}{FUNDING}{path}", data=b"x" * 3_000_000, timeout=10)
    assert answer.status_code in (404, 405)
    assert answer.headers["Connection"] == "close"
    assert reached() == 0
