"""Each fault spoils the endpoints it names, and those alone, until it is taken back."""

import json

import pytest

DISCOVERY = "/.well-known/openid-configuration"


def order(stage, **fault):
    return stage.http.put("/faults", json=fault)


def test_without_an_order_nothing_is_wrong(stage):
    assert stage.http.get("/faults").json["mode"] == "none"


def test_error_answers_500(stage):
    order(stage, mode="error", endpoints=["token"])
    assert stage.party.token("any").status_code == 500


def test_garbage_is_no_json_though_it_says_so(stage):
    order(stage, mode="garbage", endpoints=["jwks"])
    response = stage.http.get("/jwks")
    assert (response.status_code, response.mimetype) == (200, "application/json")
    with pytest.raises(ValueError, match="codec"):
        json.loads(response.data)


def test_empty_answers_200_with_nothing(stage):
    order(stage, mode="empty", endpoints=["discovery"])
    response = stage.http.get(DISCOVERY)
    assert (response.status_code, response.data) == (200, b"")


def test_slow_still_answers_rightly(stage):
    order(stage, mode="slow", seconds=0.01, endpoints=["discovery"])
    assert stage.http.get(DISCOVERY).json["issuer"]


def test_wrong_person_describes_somebody_else_with_a_good_signature(stage):
    order(stage, mode="wrong_person", endpoints=["token"])
    response = stage.party.token(stage.party.code("anna"))
    assert stage.party.claims(response)["persona"] == "juris"


def test_wrong_person_at_userinfo_alone_makes_the_two_answers_disagree(stage):
    order(stage, mode="wrong_person", endpoints=["userinfo"])
    tokens = stage.party.token(stage.party.code("anna"))
    bearer = {"Authorization": f"Bearer {tokens.json['access_token']}"}
    assert stage.party.claims(tokens)["sub"] != stage.http.get("/userinfo", headers=bearer).json["sub"]


def test_without_endpoints_every_one_misbehaves_but_health_and_faults(stage):
    order(stage, mode="error")
    assert [stage.http.get(path).status_code for path in (DISCOVERY, "/jwks", "/userinfo")] == [500] * 3
    assert [stage.http.get(path).status_code for path in ("/health/ready", "/faults")] == [200] * 2


def test_none_puts_it_right_again(stage):
    order(stage, mode="error")
    order(stage, mode="none")
    assert stage.http.get("/jwks").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"mode": "angry"},
        {"mode": "slow", "seconds": -1},
        {"mode": "slow", "seconds": "5"},
        {"mode": "slow", "seconds": True},
        {"mode": "slow", "seconds": 1e9},
        {"mode": "error", "endpoints": []},
        {"mode": "error", "endpoints": ["health"]},
        {"mode": "error", "endpoints": "token"},
        {"mode": "error", "extra": 1},
        {"mode": ["error"]},
        ["error"],
    ],
)
def test_an_order_that_makes_no_sense_is_refused_and_changes_nothing(stage, body):
    assert stage.http.put("/faults", json=body).status_code == 422
    assert stage.http.get("/faults").json["mode"] == "none"
