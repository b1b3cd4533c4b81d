"""The code flow: who may ask, who signs in, and what the client learns."""

import pytest

CALLBACK = "https://suite.example/auth/callback"


def test_a_chosen_persona_comes_back_as_a_signed_id_token(stage):
    response = stage.party.token(stage.party.code("anna"))
    claims = stage.party.claims(response)
    assert claims["iss"] == "https://eidentity.example"
    assert (claims["given_name"], claims["family_name"], claims["birthdate"]) == (
        "Anna",
        "Ābols",
        "1984-03-12",
    )
    assert (claims["personal_code"], claims["persona"]) == ("322503-62317", "anna")
    assert (claims["aud"], claims["nonce"], claims["acr"]) == ("gateway", "the-nonce", "high")
    assert claims["auth_time"] == int(stage.clock())
    assert response.headers["Cache-Control"] == "no-store"


def test_the_state_and_the_issuer_come_back_with_the_code(stage):
    back = stage.answer(stage.party.choose("anna"))
    assert (back["state"], back["iss"]) == ("the-state", "https://eidentity.example")


def test_no_nonce_asked_means_no_nonce_told(stage):
    claims = stage.party.claims(stage.party.token(stage.party.code(nonce=None)))
    assert "nonce" not in claims


def test_the_page_offers_every_persona_as_a_button_of_a_form(stage):
    page = stage.party.authorize(state='"><script>')
    assert page.status_code == 200
    for name in ("anna", "juris", "zane"):
        assert f'<button name="persona" value="{name}">' in page.text
    assert "<script>" not in page.text


def test_a_login_hint_signs_in_without_the_page(stage):
    assert "code" in stage.answer(stage.party.authorize(login_hint="zane"))


def test_a_login_hint_gives_way_when_the_client_wants_the_person_to_choose(stage):
    assert stage.party.authorize(login_hint="zane", prompt="select_account").status_code == 200


def test_generated_citizens_sign_in_too(stage):
    claims = stage.party.claims(stage.party.token(stage.party.code("citizen-0042")))
    assert claims["persona"] == "citizen-0042"


def test_an_unknown_persona_gets_the_page_again(stage):
    page = stage.party.choose("nobody")
    assert page.status_code == 400
    assert "nobody" in page.text


def test_a_person_who_turns_back_denies_access(stage):
    back = stage.http.post("/authorize", data=stage.party.request() | {"cancel": "1"})
    assert stage.answer(back)["error"] == "access_denied"


def test_the_subject_is_stable_at_one_client_and_another_at_the_next(stage):
    first, again = (stage.party.claims(stage.party.token(stage.party.code())) for _ in range(2))
    other = stage.other_party.claims(stage.other_party.token(stage.other_party.code()))
    assert first["sub"] == again["sub"] != other["sub"]
    assert "anna" not in first["sub"]


@pytest.mark.parametrize(
    ("name", "asked", "given"),
    [
        ("anna", None, "high"),
        ("anna", "substantial high", "substantial"),
        ("juris", "high substantial", "substantial"),
        ("juris", "high", "substantial"),
        ("anna", "unheard-of", "high"),
    ],
)
def test_assurance_is_what_was_asked_for_as_far_as_the_persona_reaches(stage, name, asked, given):
    code = stage.party.code(name, acr_values=asked)
    assert stage.party.claims(stage.party.token(code))["acr"] == given


@pytest.mark.parametrize("changes", [{"client_id": "stranger"}, {"redirect_uri": "https://evil.example/"}])
def test_an_untrusted_request_is_shown_and_never_redirected(stage, changes):
    response = stage.party.authorize(**changes)
    assert response.status_code == 400
    assert "Location" not in response.headers


def test_a_repeated_parameter_is_refused(stage):
    twice = [*stage.party.request().items(), ("redirect_uri", "https://evil.example/")]
    assert stage.http.get("/authorize", query_string=twice).status_code == 400


def test_a_parameter_in_the_address_cannot_override_the_submitted_form(stage):
    form = stage.party.request() | {"persona": "anna"}
    stage.http.post("/authorize?persona=zane&nonce=other", data=form)
    response = stage.http.post("/authorize?persona=zane&nonce=other", data=form)
    claims = stage.party.claims(stage.party.token(stage.answer(response)["code"]))
    assert (claims["persona"], claims["nonce"]) == ("anna", "the-nonce")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"request": "x.y.z"}, "request_not_supported"),
        ({"prompt": "none"}, "login_required"),
    ],
)
def test_a_request_that_cannot_be_served_goes_back_with_its_error(stage, changes, error):
    back = stage.answer(stage.party.authorize(**changes))
    assert (back["error"], back["state"]) == (error, "the-state")


def test_userinfo_describes_the_same_person_as_the_id_token(stage):
    tokens = stage.party.token(stage.party.code("zane"))
    bearer = {"Authorization": f"Bearer {tokens.json['access_token']}"}
    told = stage.http.get("/userinfo", headers=bearer).json
    assert told["given_name"] == "Zane"
    assert told["sub"] == stage.party.claims(tokens)["sub"]


@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer nonsense"}, {"Authorization": "Basic x"}])
def test_userinfo_needs_an_access_token(stage, header):
    response = stage.http.get("/userinfo", headers=header)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_sign_out_returns_to_a_registered_address_only(stage):
    hint = stage.party.token(stage.party.code()).json["id_token"]
    home = {"id_token_hint": hint, "post_logout_redirect_uri": "https://suite.example/", "state": "a&b"}
    assert stage.http.get("/end_session", query_string=home).headers["Location"].endswith("/?state=a%26b")
    away = home | {"post_logout_redirect_uri": "https://evil.example/"}
    assert "Location" not in stage.http.get("/end_session", query_string=away).headers
    assert (
        "Location" not in stage.http.get("/end_session", query_string=home | {"id_token_hint": "x"}).headers
    )


def test_discovery_names_endpoints_that_answer(stage):
    offered = stage.http.get("/.well-known/openid-configuration").json
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        path = offered[name].removeprefix(offered["issuer"])
        assert stage.http.get(path).status_code != 404
    assert stage.http.get("/jwks").json["keys"][0].keys() >= {"kty", "crv", "x", "y", "kid"}
    assert "d" not in stage.http.get("/jwks").json["keys"][0]
