"""Limits over HTTP, counted in the shared store, and in one process while that is away."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from ila_gateway.brakes import Brakes, TooManyFailures
from ila_gateway.buckets import Buckets, Rate
from ila_gateway.store import connect
from joserfc import jwt

pytestmark = pytest.mark.integration
QUOTES = "/api/funding/v1/quotes"
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
# Payloads of assertions that name a machine there is, and one there is not.
FUNDING, NOBODY = "eyJzdWIiOiJzdmM6ZnVuZGluZyJ9", "eyJzdWIiOiJzdmM6bm9ib2R5In0"
MADE_UP = {
    "grant_type": "authorization_code",
    "client_id": "ila-cli",
    "code": "made-up",
    "code_verifier": "x" * 43,
}


@pytest.fixture
def client(store):
    client = connect(store.url.replace("/0", "/6"))
    client.flushdb()
    yield client
    client.close()


def test_two_processes_share_a_bucket_once_they_settled(client):
    one, other, rate = Buckets(client), Buckets(client), Rate(0.01, 10)
    for _ in range(7):
        one.draw("x", rate)
    one.settle()
    assert other.draw("x", rate).left == 9, "before it hears of others, a process knows only itself"
    other.settle()
    assert other.draw("x", rate).left == 1
    (name,) = client.keys("l:*")
    assert "x" not in name
    assert 0 < client.pttl(name) <= 1_001_000


def test_a_debt_never_exceeds_the_bucket(client):
    processes, rate = [Buckets(client) for _ in range(5)], Rate(1, 10)
    for process in processes:
        for _ in range(10):
            process.draw("x", rate)
        process.settle()
    drawn = processes[0].draw("x", rate)
    assert (drawn.admitted, drawn.full) == (False, 10)


def test_ten_failures_are_answered_and_the_eleventh_is_braked(client):
    brakes = Brakes(client, 10)
    for number in range(10):
        brakes.failed("somebody", f"192.0.2.{number}")
    with pytest.raises(TooManyFailures) as refused:
        brakes.failed("somebody", "192.0.2.99")
    assert 0 < refused.value.facts["retry_after"] <= 300
    brakes.failed("somebody else", "192.0.2.99")


def test_failures_are_counted_by_address_too(client):
    brakes = Brakes(client, 10)
    for number in range(10):
        brakes.failed(f"account {number}", "192.0.2.1")
    with pytest.raises(TooManyFailures):
        brakes.failed("another account", "192.0.2.1")


def test_brakes_hold_while_the_store_is_away():
    brakes = Brakes(connect("redis://127.0.0.1:1/0"), 2)
    brakes.failed("", "192.0.2.1")
    brakes.failed("", "192.0.2.1")
    with pytest.raises(TooManyFailures):
        brakes.failed("", "192.0.2.1")


def test_who_asks_too_often_gets_429_and_others_do_not(start_gateway, gateway, funding, identity):
    identity.person = "01920000-0000-7000-8000-000000000091"
    busy, other = gateway.signed_in(), requests.Session()
    strict = start_gateway(PERSON_PER_SECOND="1", PERSON_BURST="3", RATES_TIMES="1")
    before = len(funding.requests)
    answers = [busy.get(f"{strict.url}{QUOTES}", timeout=5) for _ in range(5)]
    assert [one.status_code for one in answers][:3] == [200, 200, 200]
    refused = answers[-1]
    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-requests")
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.headers["RateLimit-Policy"] == '"person";q=3;w=3'
    assert refused.headers["RateLimit"].startswith('"person";r=0;t=')
    assert answers[0].headers["RateLimit"] == '"person";r=2;t=1'
    assert len(funding.requests) - before == sum(one.ok for one in answers)
    assert other.get(f"{strict.url}{QUOTES}", timeout=5).ok
    time.sleep(int(refused.headers["Retry-After"]))
    assert busy.get(f"{strict.url}{QUOTES}", timeout=5).ok


def test_an_address_has_its_share_and_health_is_not_counted(start_gateway):
    strict = start_gateway(
        ADDRESS_PER_SECOND="1", ADDRESS_BURST="4", RATES_TIMES="1", UNLIMITED_ADDRESSES="192.0.2.0/24"
    )
    for _ in range(8):
        assert requests.get(f"{strict.url}/health/live", timeout=5).ok
    with ThreadPoolExecutor(20) as pool:
        asked = [pool.submit(requests.get, f"{strict.url}/api/nobody/v1/x", timeout=20) for _ in range(20)]
    assert {one.result().status_code for one in asked} == {404, 429}
    page = requests.get(
        f"{strict.url}/page", headers={"Accept": "text/html", "Accept-Language": "lv"}, timeout=5
    )
    assert "Pārāk daudz pieprasījumu" in page.text


def test_a_proxy_of_ours_says_whose_share_a_request_takes(start_gateway):
    behind = start_gateway(
        ADDRESS_PER_SECOND="1", ADDRESS_BURST="2", RATES_TIMES="1", TRUSTED_PROXIES="127.0.0.1/32"
    )

    def ask(address):
        headers = {"X-Forwarded-For": f"203.0.113.1, {address}"}
        return requests.get(f"{behind.url}{QUOTES}", headers=headers, timeout=5)

    assert dict(ask("192.0.2.1").json()["headers"])["x-forwarded-for"] == "192.0.2.1"
    assert [ask("192.0.2.1").status_code for _ in range(4)][-1] == 429
    assert ask("192.0.2.2").ok


def test_limits_hold_and_nothing_fails_while_the_store_is_away(start_gateway, store):
    alone = start_gateway(
        ADDRESS_PER_SECOND="1", ADDRESS_BURST="4", RATES_TIMES="1", UNLIMITED_ADDRESSES="192.0.2.0/24"
    )
    store.stop()
    try:
        statuses = [requests.get(f"{alone.url}{QUOTES}", timeout=5).status_code for _ in range(6)]
        failed = [requests.get(f"{alone.url}/auth/callback?state=x", timeout=9).status_code for _ in range(2)]
    finally:
        store.start()
    assert set(statuses) == {200, 429}
    assert set(failed) <= {400, 429}


def right_assertion(gateway, key):
    """Return the assertion of the machine itself; every gateway of a run goes by the name of the first."""
    now, name = int(time.time()), "svc:funding"
    claims = {
        "iss": name,
        "sub": name,
        "aud": gateway.url,
        "iat": now,
        "exp": now + 60,
        "jti": f"right {now}",
    }
    return jwt.encode({"alg": "ES256", "kid": key.thumbprint()}, claims, key)


def test_failing_in_anothers_name_is_braked_and_the_right_key_still_passes(
    start_gateway, gateway, machine_key
):
    strict = start_gateway(FAILURES="3")
    body = {"grant_type": "client_credentials", "client_assertion_type": ASSERTION}

    def ask(assertion):
        data = body | {"client_assertion": assertion}
        return requests.post(f"{strict.url}/oauth/token", data=data, timeout=5)

    refused = [ask(f"x.{part}.z") for part in (FUNDING, NOBODY) for _ in range(4)]
    assert [one.status_code for one in refused[:3]] == [refused[0].status_code] * 3
    for last in (refused[3], refused[-1]):
        assert (last.status_code, last.json()["code"]) == (429, "too-many-failures")
        assert 0 < int(last.headers["Retry-After"]) <= 900
    assert requests.post(f"{strict.url}/oauth/token", data=MADE_UP, timeout=5).status_code == 429
    assert ask(right_assertion(gateway, machine_key)).ok, "who has the right key is never locked out"


def test_sign_ins_that_do_not_hold_are_braked_and_a_right_one_passes(start_gateway):
    strict = start_gateway(FAILURES="2")
    wrong = [requests.get(f"{strict.url}/auth/callback?state=x", timeout=5) for _ in range(4)]
    assert {one.status_code for one in wrong[-2:]} == {429}
    begun = requests.get(f"{strict.url}/auth/login", timeout=5, allow_redirects=False)
    assert begun.status_code == 303
