"""Signing in at the e-identity, and what the session is good for."""

import pytest

pytestmark = pytest.mark.integration


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


def test_me_tells_who_is_signed_in(gateway, identity):
    me = gateway.signed_in().get(f"{gateway.url}/auth/me", timeout=5).json()
    assert me["person_id"] == identity.person
    assert me["roles"] == [{"role": "learner", "organisation": None}]
    assert (me["given_name"], me["acr"]) == ("Anna", "high")
    assert me["csrf_token"]
