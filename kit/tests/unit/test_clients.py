"""A service calls a neighbour as itself, through the gateway, and gives up in time."""

import json
from urllib.parse import parse_qs
from uuid import uuid4

import pytest
from ila_kit.clients import Neighbour
from ila_kit.context import new_context, working_for
from ila_kit.errors import Unavailable
from joserfc import jwt
from joserfc.jwk import ECKey

PATH = "/api/identity/v1/facts"
PERSON = uuid4()


@pytest.fixture
def key():
    """The key pair of the machine client."""
    return ECKey.generate_key("P-256", {"use": "sig"})


@pytest.fixture
def key_file(key, tmp_path):
    """Where the private key is kept."""
    file = tmp_path / "key.pem"
    file.write_bytes(key.as_pem(private=True))
    return file


@pytest.fixture
def client(neighbour, key_file):
    """A machine client of the neighbour."""
    return Neighbour(neighbour.url, "svc:sample", key_file)


def tokens(neighbour, *names, seconds=60):
    neighbour.says("/oauth/token", *[{"access_token": name, "expires_in": seconds} for name in names])


def test_a_call_carries_a_token_of_this_machine_and_its_request(neighbour, client):
    tokens(neighbour, "t1")
    neighbour.says(PATH, {"born": "1990-01-01"})
    with working_for(new_context("request-1")) as context:
        assert client.get(PATH, acting_for=PERSON, at="2024-11-20") == {"born": "1990-01-01"}
    method, path, headers, _ = neighbour.asked[-1]
    assert (method, path) == ("GET", PATH + "?at=2024-11-20")
    assert headers["authorization"] == "Bearer t1"
    assert headers["x-request-id"] == "request-1"
    assert headers["traceparent"].split("-")[1] == context.trace_id
    assert headers["x-acting-for"] == str(PERSON)


def test_the_token_is_asked_for_with_a_signed_assertion(neighbour, client, key):
    tokens(neighbour, "t1")
    neighbour.says(PATH, {})
    client.get(PATH)
    form = {name: values[0] for name, values in parse_qs(neighbour.asked[0][3].decode()).items()}
    assertion = jwt.decode(form["client_assertion"], key, algorithms=["ES256"])
    assert form["grant_type"] == "client_credentials"
    assert assertion.claims["iss"] == assertion.claims["sub"] == "svc:sample"
    assert assertion.claims["aud"] == neighbour.url + "/oauth/token"
    assert 0 < assertion.claims["exp"] - assertion.claims["iat"] <= 60
    assert assertion.header["kid"] == key.thumbprint()


def test_one_token_serves_many_calls(neighbour, client):
    tokens(neighbour, "t1", "t2")
    neighbour.says(PATH, {})
    for _ in range(5):
        client.get(PATH)
    assert neighbour.paths().count("/oauth/token") == 1


def test_a_token_near_its_end_is_renewed(neighbour, client):
    tokens(neighbour, "t1", "t2", seconds=5)
    neighbour.says(PATH, {})
    client.get(PATH)
    client.get(PATH)
    assert neighbour.asked[-1][2]["authorization"] == "Bearer t2"


def test_a_token_that_is_refused_is_not_shown_again(neighbour, client):
    tokens(neighbour, "t1", "t2")
    neighbour.says(PATH, {}, status=401)
    with pytest.raises(Unavailable):
        client.get(PATH)
    with pytest.raises(Unavailable):
        client.get(PATH)
    assert neighbour.asked[-1][2]["authorization"] == "Bearer t2"


def test_a_post_carries_a_key_so_that_it_may_be_repeated(neighbour, client):
    tokens(neighbour, "t1")
    neighbour.says(PATH, {"id": 1}, status=201)
    assert client.post(PATH, {"a": "b"}) == {"id": 1}
    method, _, headers, body = neighbour.asked[-1]
    assert (method, json.loads(body)) == ("POST", {"a": "b"})
    assert len(headers["idempotency-key"]) == 36


def test_a_get_is_tried_again_when_the_neighbour_is_away_for_a_moment(neighbour, client):
    tokens(neighbour, "t1")
    neighbour.says(PATH, {}, status=503, retry_after="3600")
    neighbour.says(PATH, {"back": True})
    assert client.get(PATH) == {"back": True}


def test_a_neighbour_that_stays_away_is_given_up(neighbour, client):
    tokens(neighbour, "t1")
    neighbour.says(PATH, {}, status=503)
    with pytest.raises(Unavailable) as outage:
        client.get(PATH)
    assert outage.value.facts["neighbour"] == "identity"
    assert neighbour.paths().count(PATH) == 3


@pytest.mark.parametrize("status", [400, 403, 404, 409, 500])
def test_a_refusal_gives_no_answer(neighbour, client, status):
    tokens(neighbour, "t1")
    neighbour.says(PATH, {}, status=status)
    with pytest.raises(Unavailable):
        client.get(PATH)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"\xff\xfe"])
def test_garbage_is_no_answer(neighbour, client, answer):
    tokens(neighbour, "t1")
    neighbour.says(PATH, answer)
    with pytest.raises(Unavailable):
        client.get(PATH)


@pytest.mark.parametrize(
    "granted", [{}, [], "token", {"access_token": "t"}, {"access_token": "t", "expires_in": None}], ids=str
)
def test_a_grant_without_token_is_an_outage(neighbour, client, granted):
    neighbour.says("/oauth/token", granted)
    with pytest.raises(Unavailable):
        client.get(PATH)


def test_a_neighbour_that_is_not_there_is_an_outage(key_file):
    with pytest.raises(Unavailable):
        Neighbour("http://127.0.0.1:1", "svc:sample", key_file).get(PATH)


def test_the_token_goes_nowhere_else(neighbour, client):
    tokens(neighbour, "t1")
    neighbour.says(PATH, {}, status=302, location="http://127.0.0.1:1/elsewhere")
    with pytest.raises(Unavailable) as outage:
        client.get(PATH)
    assert outage.value.facts["fault"] == "HTTPError"


def test_many_threads_share_one_token(neighbour, client, together):
    tokens(neighbour, "t1", "t2")
    neighbour.says(PATH, {"n": 1})
    assert together([lambda: client.get(PATH)] * 8) == [{"n": 1}] * 8
    assert neighbour.paths().count("/oauth/token") == 1
