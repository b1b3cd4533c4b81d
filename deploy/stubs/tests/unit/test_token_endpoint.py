"""The token endpoint refuses everything but the right client, with the right code, once."""

import json

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey


def error(response) -> tuple[int, str]:
    return response.status_code, response.json["error"]


def test_a_wrong_verifier_is_refused_and_spends_the_code(stage):
    code = stage.party.code()
    assert error(stage.party.token(code, code_verifier="another-verifier" * 4)) == (400, "invalid_grant")
    assert error(stage.party.token(code)) == (400, "invalid_grant")


def test_a_missing_verifier_is_refused(stage):
    assert error(stage.party.token(stage.party.code(), code_verifier="")) == (400, "invalid_grant")


def test_a_reused_code_is_refused_and_kills_the_token_it_gave(stage):
    code = stage.party.code()
    bearer = {"Authorization": f"Bearer {stage.party.token(code).json['access_token']}"}
    assert stage.http.get("/userinfo", headers=bearer).status_code == 200
    assert error(stage.party.token(code)) == (400, "invalid_grant")
    assert stage.http.get("/userinfo", headers=bearer).status_code == 401


def test_a_code_lives_a_minute(stage):
    code = stage.party.code()
    stage.clock.now += 61
    assert error(stage.party.token(code)) == (400, "invalid_grant")


def test_an_access_token_lives_five_minutes(stage):
    bearer = {"Authorization": f"Bearer {stage.party.token(stage.party.code()).json['access_token']}"}
    stage.clock.now += 301
    assert stage.http.get("/userinfo", headers=bearer).status_code == 401


def test_another_redirect_uri_is_refused(stage):
    response = stage.party.token(stage.party.code(), redirect_uri="https://suite.example/other")
    assert error(response) == (400, "invalid_grant")


def test_a_code_of_another_client_is_refused(stage):
    assert error(stage.other_party.token(stage.party.code())) == (400, "invalid_grant")


def test_an_unknown_client_is_refused(stage):
    assert error(stage.stranger.token(stage.party.code())) == (401, "invalid_client")


def test_a_key_that_is_not_registered_is_refused(stage):
    assert error(stage.impostor.token(stage.party.code())) == (401, "invalid_client")


@pytest.mark.parametrize(
    "claims",
    [
        {"sub": "other"},
        {"iss": "other"},
        {"iss": ["gateway"]},
        {"aud": "https://elsewhere.example/token"},
        {"exp": 1},
        {"exp": 2**40},
        {"exp": "soon"},
        {"jti": None},
    ],
)
def test_an_assertion_that_does_not_fit_is_refused(stage, claims):
    response = stage.party.token(stage.party.code(), client_assertion=stage.party.assertion(**claims))
    assert error(response) == (401, "invalid_client")


def test_an_assertion_works_once(stage):
    assertion = stage.party.assertion()
    assert stage.party.token(stage.party.code(), client_assertion=assertion).status_code == 200
    response = stage.party.token(stage.party.code(), client_assertion=assertion)
    assert error(response) == (401, "invalid_client")


def test_an_unsigned_assertion_is_refused(stage):
    head, body, _ = stage.party.assertion().split(".")
    none = jwt.encode({"alg": "HS256"}, {"x": 1}, stage_secret()).split(".")[0]
    for forged in (f"{head}.{body}.", f"{none}.{body}.", "", "x", json.dumps({"iss": "gateway"})):
        response = stage.party.token(stage.party.code(), client_assertion=forged)
        assert error(response) == (401, "invalid_client")


def stage_secret() -> OctKey:
    return OctKey.import_key("a-shared-secret-of-thirty-two-bytes")


def test_other_grants_are_refused(stage):
    response = stage.party.token(stage.party.code(), grant_type="client_credentials")
    assert error(response) == (400, "unsupported_grant_type")
