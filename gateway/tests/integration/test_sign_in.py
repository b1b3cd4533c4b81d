"""Signing in at the e-identity, and what the session is good for."""

import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from ila_kit.ids import uuid7

pytestmark = pytest.mark.integration
ROLES = [{"role": "learner", "organisation": None}]


@pytest.fixture(autouse=True)
def _usual_person(identity):
    identity.roles, identity.disabled = ROLES, False


@pytest.fixture
def faults(gateway):
    """Order the e-identity to misbehave; afterwards it is itself again."""

    def order(mode, *endpoints):
        wanted = {"mode": mode} | ({"endpoints": list(endpoints)} if endpoints else {})
        assert requests.put(f"{gateway.issuer}/faults", json=wanted, timeout=5).ok

    yield order
    order("none")


def _begin(browser, gateway, **asked):
    """Start a sign-in; return the address of the callback without following it."""
    query = {"login_hint": "learner-01"} | asked
    to_provider = browser.get(
        f"{gateway.url}/auth/login", params=query, timeout=5, allow_redirects=False
    ).headers["Location"]
    return browser.get(to_provider, timeout=5, allow_redirects=False).headers["Location"]


def test_a_person_signs_in_and_comes_back_to_where_they_wanted_to_go(gateway, identity):
    browser = gateway.browser()
    answer = browser.get(
        f"{gateway.url}/auth/login", params={"next": "/after?x=1", "login_hint": "learner-01"}, timeout=10
    )
    assert answer.url == f"{gateway.url}/after?x=1"
    noted = identity.sign_ins[-1]
    assert noted["given_name"] == "Anna"
    assert noted["personal_code"] == "322503-62317"
    assert noted["birth_date"] == "1984-03-12"
    assert noted["acr"] == "high"
    assert noted["issuer"] == gateway.issuer


def test_the_gateway_shows_itself_to_identity_and_asks_for_one_effect(gateway, identity):
    gateway.signed_in()
    seen = next(one for one in reversed(identity.requests) if one["target"].endswith("/sign-ins"))
    sent = dict(seen["headers"])
    actor = gateway.verifier("identity").actor(sent["authorization"].removeprefix("Bearer "))
    assert (actor.id, actor.role_names) == ("svc:gateway", {"identity.sign_in"})
    assert sent["idempotency-key"]


def test_me_tells_who_is_signed_in(gateway, identity):
    me = gateway.signed_in().get(f"{gateway.url}/auth/me", timeout=5).json()
    assert me["person_id"] == identity.person
    assert me["roles"] == ROLES
    assert (me["given_name"], me["acr"]) == ("Anna", "high")
    assert me["csrf_token"]


def test_a_visitor_is_nobody(gateway):
    answer = requests.get(f"{gateway.url}/auth/me", timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(gateway):
    browser = gateway.browser()
    callback = browser.get(_begin(browser, gateway), timeout=5, allow_redirects=False)
    made = next(
        value
        for value in callback.raw.headers.getlist("Set-Cookie")
        if value.startswith("ila_session=") and "Expires" not in value
    )
    assert "HttpOnly" in made
    assert "SameSite=Lax" in made
    assert "Path=/" in made


@pytest.mark.parametrize(
    "address", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "after"]
)
def test_sign_in_leads_to_no_other_site(gateway, address):
    browser = gateway.browser()
    answer = browser.get(_begin(browser, gateway, next=address), timeout=5, allow_redirects=False)
    assert answer.headers["Location"] == "/"


def test_the_answer_to_another_browsers_question_is_refused(gateway):
    callback = _begin(gateway.browser(), gateway)
    answer = requests.get(callback, timeout=5)
    assert (answer.status_code, answer.json()["code"]) == (400, "sign-in-expired")


def test_a_foreign_state_or_issuer_is_refused(gateway):
    for change in (("state=[^&]*", "state=foreign"), ("iss=[^&]*", "iss=https%3A%2F%2Fevil.example")):
        browser = gateway.browser()
        answer = browser.get(re.sub(*change, _begin(browser, gateway)), timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (400, "sign-in-expired")


def test_a_sign_in_counts_once(gateway):
    browser = gateway.browser()
    callback = _begin(browser, gateway)
    assert browser.get(callback, timeout=5).status_code == 200
    assert browser.get(callback, timeout=5).status_code == 400


def test_who_turns_back_is_told_so(gateway):
    browser = gateway.browser()
    state = parse_qs(urlsplit(_begin(browser, gateway)).query)["state"][0]
    answer = browser.get(
        f"{gateway.url}/auth/callback", params={"error": "access_denied", "state": state}, timeout=5
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "sign-in-cancelled")


def test_signing_in_again_ends_the_session_there_was(gateway):
    browser = gateway.signed_in()
    before = browser.cookies["ila_session"]
    browser.get(_begin(browser, gateway), timeout=5)
    assert browser.cookies["ila_session"] != before
    time.sleep(2.1)
    old = requests.get(f"{gateway.url}/auth/me", cookies={"ila_session": before}, timeout=5)
    assert old.status_code == 401


@pytest.mark.parametrize("mode", ["error", "garbage", "empty"])
def test_an_e_identity_that_is_down_stops_new_sign_ins_only(gateway, faults, mode):
    known, newcomer = gateway.signed_in(), gateway.browser()
    callback = _begin(newcomer, gateway)
    faults(mode, "token")
    answer = newcomer.get(callback, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (503, "sign-in-unavailable")
    assert known.get(f"{gateway.url}/auth/me", timeout=5).ok


PAGE = {"Accept": "text/html,application/xhtml+xml"}


def test_a_browser_is_led_to_the_portals_page_about_a_failure_and_keeps_its_way(gateway, faults):
    browser = gateway.browser()
    callback = _begin(browser, gateway, next="/account?x=1")
    faults("error", "token")
    answer = browser.get(callback, headers=PAGE, timeout=10, allow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/sign-in/sign-in-unavailable?next=%2Faccount%3Fx%3D1"
    stale = gateway.browser().get(callback, headers=PAGE, timeout=10, allow_redirects=False)
    assert stale.headers["Location"] == "/sign-in/sign-in-expired?next=%2F"


def test_while_the_portal_is_away_the_gateway_says_it_itself(start_gateway, free_port):
    nowhere = f"http://127.0.0.1:{free_port()}"
    gateway = start_gateway(PORTAL_URL=nowhere, EIDENTITY_ISSUER=nowhere)
    at_login = f"{gateway.url}/auth/login"
    page = requests.get(at_login, headers=PAGE | {"Cookie": "ila_portal_language=en"}, timeout=10)
    assert page.status_code == 503
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Signing in does not work right now" in page.text
    assert int(page.headers["Retry-After"]) > 0


def test_a_browser_that_asks_for_more_than_sign_in_gets_no_page_of_the_portal(gateway):
    answer = requests.get(f"{gateway.url}/auth/me", headers=PAGE, timeout=5, allow_redirects=False)
    assert answer.status_code == 401


def test_logging_out_needs_the_proof_of_a_page_and_ends_everything(gateway):
    browser = gateway.signed_in()
    me = browser.get(f"{gateway.url}/auth/me", timeout=5).json()
    secret = browser.cookies["ila_session"]
    refused = browser.post(f"{gateway.url}/auth/logout", timeout=5)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")
    proof = {"X-CSRF-Token": me["csrf_token"]}
    left = browser.post(f"{gateway.url}/auth/logout", headers=proof, timeout=5, allow_redirects=False)
    assert (left.status_code, left.headers["Location"]) == (303, "/signed-out")
    assert "ila_session" not in browser.cookies
    again = requests.get(f"{gateway.url}/auth/me", cookies={"ila_session": secret}, timeout=5)
    assert again.status_code == 401


def test_a_person_sees_and_ends_the_own_sessions(gateway, identity):
    identity.person = str(uuid7())
    one, other = gateway.signed_in(agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"), gateway.signed_in()
    items = one.get(f"{gateway.url}/auth/sessions", timeout=5).json()["items"]
    assert sorted(item["current"] for item in items) == [False, True]
    assert all(item["last_seen_at"].endswith("Z") for item in items)
    assert {item["browser"] for item in items} == {"Firefox, Linux", None}
    victim = next(item["id"] for item in items if not item["current"])
    proof = {"Origin": gateway.url}
    assert one.delete(f"{gateway.url}/auth/sessions/{victim}", headers=proof, timeout=5).status_code == 204
    time.sleep(2.1)
    assert other.get(f"{gateway.url}/auth/me", timeout=5).status_code == 401
    assert one.get(f"{gateway.url}/auth/me", timeout=5).ok


def test_a_foreign_session_is_as_unknown_as_a_random_one(gateway, identity):
    identity.person = "01920000-0000-7000-8000-000000000078"
    stranger = gateway.signed_in().get(f"{gateway.url}/auth/me", timeout=5).json()["session_id"]
    identity.person = "01920000-0000-7000-8000-000000000079"
    browser, proof = gateway.signed_in(), {"Origin": gateway.url}
    for session_id in (stranger, "01920000-0000-7000-8000-0000000000ff"):
        answer = browser.delete(f"{gateway.url}/auth/sessions/{session_id}", headers=proof, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (404, "not-found")


def test_nothing_personal_is_logged(gateway):
    log = gateway.log.read_text()
    for word in ("322503-62317", "Anna", "Bērziņa", "code=", "ila_p_", "state="):
        assert word not in log
