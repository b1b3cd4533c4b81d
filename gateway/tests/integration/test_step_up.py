"""A stronger sign-in in the same browser, new secrets, and logout everywhere."""

import time

import pytest
import requests
from ila_gateway.sessions import SessionStore
from ila_gateway.store import connect

pytestmark = pytest.mark.integration
ROLES = [{"role": "learner", "organisation": None}]
STRONG, WEAK = "learner-01", "learner-47"


@pytest.fixture(autouse=True)
def somebody(identity):
    identity.roles, identity.disabled = ROLES, False
    before = identity.person
    identity.person = "01920000-0000-7000-8000-000000000055"
    yield
    identity.roles, identity.person = ROLES, before


def signed_in(gateway, acr="substantial"):
    """Return a browser whose person signed in less strongly than they could."""
    browser = gateway.browser()
    asked = {"next": "/after", "login_hint": STRONG, "acr_values": acr}
    browser.get(f"{gateway.url}/auth/login", params=asked, timeout=10)
    return browser


def step_up(browser, gateway, persona=STRONG, **asked):
    query = {"acr_values": "high", "next": "/act?x=1", "login_hint": persona} | asked
    return browser.get(f"{gateway.url}/auth/step-up", params=query, timeout=10)


def me(browser, gateway):
    return browser.get(f"{gateway.url}/auth/me", timeout=5).json()


def by_secret(gateway, secret):
    return requests.get(f"{gateway.url}/auth/me", cookies={"ila_session": secret}, timeout=5).status_code


def test_an_act_that_needs_more_is_done_after_a_stronger_sign_in(gateway):
    browser = signed_in(gateway)
    before, secret = me(browser, gateway), browser.cookies["ila_session"]
    assert before["acr"] == "substantial"
    answer = step_up(browser, gateway)
    assert answer.url == f"{gateway.url}/act?x=1"
    after = me(browser, gateway)
    assert (after["acr"], after["session_id"]) == ("high", before["session_id"])
    assert browser.cookies["ila_session"] != secret
    assert by_secret(gateway, secret) == 401
    seen = browser.get(f"{gateway.url}/api/funding/v1/quotes", timeout=5).json()
    token = dict(seen["headers"])["authorization"].removeprefix("Bearer ")
    assert gateway.verifier("funding").actor(token).acr == "high"


def test_who_is_strong_enough_is_not_asked_again(gateway):
    browser = gateway.signed_in()
    answer = browser.get(
        f"{gateway.url}/auth/step-up", params={"next": "/act"}, timeout=5, allow_redirects=False
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/act")


def test_the_least_of_the_assurances_asked_for_is_enough(gateway):
    browser = signed_in(gateway)
    query = {"next": "/act", "acr_values": "high substantial"}
    answer = browser.get(f"{gateway.url}/auth/step-up", params=query, timeout=5, allow_redirects=False)
    assert answer.headers["Location"] == "/act"


def test_a_visitor_who_steps_up_signs_in(gateway):
    browser = gateway.browser()
    assert step_up(browser, gateway).url.endswith("/act?x=1")
    assert me(browser, gateway)["acr"] == "high"


def test_a_means_that_is_too_weak_changes_nothing(gateway):
    browser = signed_in(gateway, acr="low")
    secret = browser.cookies["ila_session"]
    refused = step_up(browser, gateway, WEAK)
    assert (refused.status_code, refused.json()["code"]) == (403, "assurance-not-reached")
    assert refused.json()["needed"] == "high"
    assert browser.cookies["ila_session"] == secret
    assert me(browser, gateway)["acr"] == "low"


def test_nobody_else_lends_their_assurance(gateway, identity):
    browser = signed_in(gateway)
    mine, secret = identity.person, browser.cookies["ila_session"]
    identity.person = "01920000-0000-7000-8000-000000000056"
    refused = step_up(browser, gateway, "learner-02")
    assert (refused.status_code, refused.json()["code"]) == (403, "other-person-signed-in")
    assert browser.cookies["ila_session"] == secret
    assert (me(browser, gateway)["person_id"], me(browser, gateway)["acr"]) == (mine, "substantial")


def test_an_assurance_nobody_knows_is_refused(gateway):
    for path in ("/auth/login", "/auth/step-up"):
        answer = requests.get(gateway.url + path, params={"acr_values": "highest"}, timeout=5)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-request")


def test_stepping_up_leads_to_no_other_site(gateway):
    browser = gateway.signed_in()
    for address in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        answer = browser.get(
            f"{gateway.url}/auth/step-up", params={"next": address}, timeout=5, allow_redirects=False
        )
        assert answer.headers["Location"] == "/"


def test_other_roles_give_the_browser_a_new_secret_with_its_next_page(gateway, identity, store):
    client = connect(store.url)
    long_ago = SessionStore(client, 1_800, 43_200, clock=lambda: time.time() - 60)
    secret, _ = long_ago.begin(identity.person, "Anna", "Bērziņa", ROLES, "high")
    client.close()
    identity.roles = [{"role": "auditor", "organisation": None}]
    browser = gateway.browser()
    browser.cookies.set("ila_session", secret, domain="127.0.0.1")
    assert browser.get(f"{gateway.url}/api/funding/v1/quotes", timeout=5).ok
    assert browser.cookies["ila_session"] == secret, "behind a call may be the portal, which keeps no cookie"
    page = browser.get(f"{gateway.url}/page", timeout=5)
    (made,) = [one for one in page.raw.headers.getlist("Set-Cookie") if one.startswith("ila_session=")]
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(made.split("; "))
    renewed = made.partition("=")[2].partition(";")[0]
    assert renewed != secret
    assert me(browser, gateway)["roles"] == identity.roles
    assert by_secret(gateway, secret) == 200, "what the page had under way still counts"


@pytest.mark.parametrize("way", ["form", "collection"])
def test_logout_everywhere_ends_every_session_of_the_person(gateway, identity, way):
    identity.person = f"01920000-0000-7000-8000-0000000000{'61' if way == 'form' else '62'}"
    one, other = gateway.signed_in(), gateway.signed_in()
    proof = {"Origin": gateway.url}
    if way == "form":
        left = one.post(
            f"{gateway.url}/auth/logout",
            data={"everywhere": "true"},
            headers=proof,
            timeout=5,
            allow_redirects=False,
        )
        assert (left.status_code, left.headers["Location"]) == (303, "/signed-out?everywhere=true")
    else:
        assert one.delete(f"{gateway.url}/auth/sessions", headers=proof, timeout=5).status_code == 204
    assert "ila_session" not in one.cookies
    time.sleep(2.1)
    assert other.get(f"{gateway.url}/auth/me", timeout=5).status_code == 401


def test_logout_everywhere_needs_the_proof_of_a_page(gateway):
    browser = gateway.signed_in()
    refused = browser.delete(f"{gateway.url}/auth/sessions", timeout=5)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf-failed")
    assert me(browser, gateway)["person_id"]
