"""Machines that identity keeps: let in and put out by its word, with two keys while one is changed."""

import time
from datetime import UTC, datetime, timedelta

import pytest
import redis
import requests
from ila_gateway.client_cache import ClientCache
from joserfc.jwk import ECKey

pytestmark = pytest.mark.integration
QUOTES = "/api/funding/v1/quotes"
NAME = "registry:licences"


@pytest.fixture
def keys():
    return [ECKey.generate_key("P-256", private=True, auto_kid=True) for _ in range(2)]


@pytest.fixture(autouse=True)
def nothing_kept(store, identity):
    """Begin with an identity that is there and knows nobody, of whom the gateway remembers nothing."""
    identity.clients.clear()
    identity.tells_clients = True
    forget(store)
    yield
    identity.tells_clients = True


def forget(store):
    """Do what the worker does when identity tells of a change."""
    with redis.Redis.from_url(store.url) as client:
        ClientCache(client).forget(NAME)


def known(*keys, scopes=("registers.licences",)):
    """Return what identity tells of the client: its keys, each with the seconds it counts yet."""
    now = datetime.now(UTC)
    rows = [
        {
            "jwk": key.as_dict(private=False),
            "ends_at": None if left is None else (now + timedelta(seconds=left)).isoformat(),
        }
        for key, left in keys
    ]
    return {"client_id": NAME, "scopes": list(scopes), "keys": rows}


@pytest.fixture
def register(gateway, keys, machine_client):
    return machine_client(gateway.url, keys[0], NAME)


def status_with(gateway, token):
    answer = requests.post(
        f"{gateway.url}{QUOTES}", json={}, headers={"Authorization": f"Bearer {token}"}, timeout=5
    )
    return answer.status_code


def test_a_register_that_identity_knows_gets_its_scopes(gateway, identity, register, keys):
    identity.clients[NAME] = known((keys[0], None))
    granted = register.ask().json()
    assert (granted["scope"], granted["expires_in"]) == ("registers.licences", 60)
    assert status_with(gateway, granted["access_token"]) == 200
    assert register.ask(scope="registers.viis").json()["error"] == "invalid_scope"


def test_both_keys_count_until_the_end_of_the_one_before(identity, gateway, register, keys, machine_client):
    old, new = register, machine_client(gateway.url, keys[1], NAME)
    identity.clients[NAME] = known((keys[0], 3), (keys[1], None))
    ends = time.time() + 3
    assert old.ask().ok
    assert new.ask().ok
    assert old.ask(old.assertion(header={"kid": None})).ok, "without naming the key"
    time.sleep(max(ends - time.time(), 0))
    assert old.ask().json()["error"] == "invalid_client"
    assert old.ask(old.assertion(header={"kid": None})).json()["error"] == "invalid_client"
    assert new.ask().ok


def test_what_is_taken_is_taken_from_living_tokens_too_once_the_change_is_heard(
    identity, gateway, register, keys, store
):
    identity.clients[NAME] = known((keys[0], None), scopes=("registers.licences", "registers.viis"))
    token = register.ask().json()["access_token"]
    identity.clients[NAME] = known((keys[0], None))
    forget(store)
    shown = requests.post(
        f"{gateway.url}/oauth/introspect", data={"token": token} | register.shown(), timeout=5
    )
    assert shown.json()["scope"] == "registers.licences"
    assert status_with(gateway, token) == 200
    del identity.clients[NAME]
    forget(store)
    assert register.ask().json()["error"] == "invalid_client"
    time.sleep(2.1)
    assert status_with(gateway, token) == 401


def test_while_identity_is_away_known_machines_go_on_and_others_are_told_to_come_again(
    identity, register, keys, machine_client, gateway
):
    identity.clients[NAME] = known((keys[0], None))
    assert register.ask().ok
    identity.tells_clients = False
    assert register.ask().ok
    answer = machine_client(gateway.url, keys[0], "svc:reports").ask()
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert int(answer.headers["Retry-After"]) > 0
    own = machine_client(gateway.url, keys[0], "svc:funding").ask()
    assert own.json()["error"] == "invalid_client", "our own machines are known by our file"


def test_names_that_nobody_can_have_do_not_reach_identity(identity, gateway, keys, machine_client):
    before = len(identity.requests)
    for name in ("svc:../persons", "svc:a%2f", "admin", "svc:", "registry:" + "a" * 200):
        assert machine_client(gateway.url, keys[0], name).ask().json()["error"] == "invalid_client"
    assert len(identity.requests) == before
