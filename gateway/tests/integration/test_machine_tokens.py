"""Tokens for machines, which show themselves by key."""

import base64
import time

import pytest
import requests
from ila_kit.clients import Neighbour
from joserfc.jwk import ECKey

pytestmark = pytest.mark.integration
QUOTES = "/api/funding/v1/quotes"


def _bearer(token):
    return {"Authorization": f"Bearer {token}"}


def _seen(answer):
    return dict(answer.json()["headers"])


@pytest.fixture
def machine(gateway, machine_key, machine_client):
    return machine_client(gateway.url, machine_key)


@pytest.fixture
def other(gateway, machine_key, machine_client):
    return machine_client(gateway.url, machine_key, "svc:catalog")


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


def test_the_kits_own_client_gets_through(gateway, machine_key, tmp_path):
    key_file = tmp_path / "key.pem"
    key_file.write_bytes(machine_key.as_pem(private=True))
    assert Neighbour(gateway.url, "svc:funding", key_file).get(QUOTES)["target"] == QUOTES


def test_a_machine_acts_for_a_person_only_with_the_scope_for_it(gateway, machine, other):
    person = "01920000-0000-7000-8000-000000000009"
    acting = _bearer(machine.ask().json()["access_token"]) | {"X-Acting-For": person}
    seen = _seen(requests.get(f"{gateway.url}{QUOTES}", headers=acting, timeout=5))
    actor = gateway.verifier("funding").actor(seen["authorization"].removeprefix("Bearer "))
    assert actor.acting_for == person
    without = _bearer(other.ask().json()["access_token"]) | {"X-Acting-For": person}
    refused = requests.get(f"{gateway.url}{QUOTES}", headers=without, timeout=5)
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
    yield "a foreign key that is not named", machine.assertion(key=foreign, header={"kid": None})
    yield "a key brought along", machine.assertion(key=foreign, header=public | {"kid": "x"})
    yield "another audience", machine.assertion(aud="https://evil.example")
    yield "no audience", machine.assertion(aud=None)
    yield "expired", machine.assertion(exp=now - 120)
    yield "no end", machine.assertion(exp=None)
    yield "an end far away", machine.assertion(exp=now + 86_400)
    yield "no id", machine.assertion(jti=None)
    yield "an id that is no text", machine.assertion(jti=["x"])
    yield "another issuer", machine.assertion(iss="svc:catalog")
    yield "another subject", machine.assertion(sub="svc:catalog")
    yield "no subject", machine.assertion(sub=None)
    yield "a subject that is no text", machine.assertion(sub={"svc:funding": 1})
    yield "unknown client", machine.assertion(sub="svc:unknown", iss="svc:unknown")
    yield "the gateway itself", machine.assertion(sub="svc:gateway", iss="svc:gateway")
    yield "the public client", machine.assertion(sub="ila-cli", iss="ila-cli")
    yield "no signature", machine.assertion().rsplit(".", 1)[0] + "."
    yield "no algorithm", "eyJhbGciOiJub25lIn0." + machine.assertion().split(".")[1] + "."
    yield "a huge one", machine.assertion(x="x" * 9_000)
    yield "one that is encrypted", ".".join(["eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0", "", "AA", "AA", "AA"])
    deep = base64.urlsafe_b64encode(b'{"alg":"ES256","x":' + b"[" * 4_000).rstrip(b"=").decode()
    good = machine.assertion().split(".")
    yield "a header without a bottom", ".".join([deep, *good[1:]])
    yield "claims without a bottom", ".".join([good[0], deep, good[2]])
    yield "nonsense", "x.y.z"


def test_no_other_assertion_counts(machine):
    for name, assertion in _hostile(machine):
        answer = machine.ask(assertion)
        assert answer.status_code in (400, 401), name
        assert answer.json()["error"] == "invalid_client", name
        assert "access_token" not in answer.text


def test_an_assertion_as_large_as_the_body_may_be_is_not_even_read(machine):
    assert machine.ask(machine.assertion(x="x" * 70_000)).status_code == 413


def test_an_assertion_need_not_name_its_key(machine):
    assert machine.ask(machine.assertion(header={"kid": None})).ok


def test_a_request_that_can_be_read_in_two_ways_is_refused(gateway, machine):
    def post(data, **more):
        return requests.post(f"{gateway.url}/oauth/token", data=data, timeout=5, **more)

    good = {"grant_type": "client_credentials"} | machine.shown()
    pairs = list(good.items())
    refused = {
        "two grants": post([*pairs, ("grant_type", "authorization_code")]),
        "the same parameter twice": post([*pairs, ("scope", "act"), ("scope", "act")]),
        "two assertions": post([*pairs, ("client_assertion", machine.assertion())]),
        "a secret beside the assertion": post(good | {"client_secret": "x"}),
        "a password beside the assertion": post(good, auth=("svc:funding", "x")),
        "another client beside the assertion": post(good | {"client_id": "svc:catalog"}),
        "parameters in the address": post({}, params=good),
        "one parameter in the address": post(good, params={"scope": "act"}),
        "JSON": requests.post(f"{gateway.url}/oauth/token", json=good, timeout=5),
        "plain text": post("grant_type=client_credentials", headers={"Content-Type": "text/plain"}),
        "several parts": post(None, files={name: (None, value) for name, value in pairs}),
        "nothing": post(None),
    }
    for name, answer in refused.items():
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request"), name
    assert post(good | {"client_id": "svc:funding"}).ok, "the same client beside the assertion"


@pytest.mark.parametrize(
    "grant", ["password", "refresh_token", "urn:ietf:params:oauth:grant-type:jwt-bearer"]
)
def test_other_grants_are_unknown(machine, grant):
    answer = machine.ask(grant_type=grant)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_introspection_tells_a_machine_about_its_own_tokens_only(gateway, machine, other):
    own, foreign = (one.ask().json()["access_token"] for one in (machine, other))

    def introspect(token):
        body = {"token": token} | machine.shown()
        return requests.post(f"{gateway.url}/oauth/introspect", data=body, timeout=5)

    told = introspect(own).json()
    assert (told["active"], told["client_id"]) == (True, "svc:funding")
    assert introspect(foreign).json() == {"active": False}
    assert introspect("made-up").json() == {"active": False}
    nobody = requests.post(f"{gateway.url}/oauth/introspect", data={"token": own}, timeout=5)
    assert nobody.status_code in (400, 401)


def test_a_machine_ends_its_own_token_and_nobody_elses(gateway, machine, other):
    token = machine.ask().json()["access_token"]

    def revoke(by, what=token):
        return requests.post(f"{gateway.url}/oauth/revoke", data={"token": what} | by.shown(), timeout=5)

    assert revoke(other).json()["error"] == "invalid_grant"
    assert requests.get(f"{gateway.url}{QUOTES}", headers=_bearer(token), timeout=5).ok
    assert [revoke(machine).status_code, revoke(machine).status_code] == [200, 200], "also when it is dead"
    assert revoke(machine, "made-up").status_code == 200
    time.sleep(2.1)
    assert requests.get(f"{gateway.url}{QUOTES}", headers=_bearer(token), timeout=5).status_code == 401
    nobody = requests.post(f"{gateway.url}/oauth/revoke", data={"token": token}, timeout=5)
    assert nobody.json()["error"] == "invalid_client"
