"""Identity tokens: what the gateway makes is what services accept, and nothing else is."""

import base64
import hmac
import json

import pytest
from ila_gateway.tokens import LIFE_SECONDS, Caller, Keys, Mint
from ila_kit.web.identity import BadToken, Verifier
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

NOW = 1_800_000_000
ORGANISATION = "01920000-0000-7000-8000-0000000000aa"
CALLER = Caller(
    "01920000-0000-7000-8000-000000000001",
    ({"role": "learner", "organisation": None}, {"role": "provider_editor", "organisation": ORGANISATION}),
    acr="high",
    session="01920000-0000-7000-8000-0000000000bb",
)


class Clock:
    """A clock that is set by hand."""

    def __init__(self):
        self.now = float(NOW)

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def key():
    return ECKey.generate_key("P-256", private=True)


@pytest.fixture
def keys(key):
    return Keys([key])


@pytest.fixture
def mint(keys, clock):
    return Mint(keys, clock)


def verifier(keys, clock, audience="funding"):
    return Verifier(audience, lambda: KeySet.import_key_set(keys.published()), clock)


def test_a_service_reads_who_calls(mint, keys, clock):
    actor = verifier(keys, clock).actor(mint.token(CALLER, "funding"))
    assert actor.id == CALLER.subject
    assert actor.role_names == {"learner", "provider_editor"}
    assert str(actor.roles[1].organisation) == ORGANISATION
    assert (actor.acr, actor.session, actor.acting_for) == ("high", CALLER.session, None)


def test_a_token_names_issuer_audience_and_key_and_lives_a_minute(mint, keys):
    token = jwt.decode(
        mint.token(CALLER, "funding"), KeySet.import_key_set(keys.published()), algorithms=["ES256"]
    )
    assert token.header == {"alg": "ES256", "typ": "JWT", "kid": keys.signing.kid}
    assert token.claims["iss"] == "ila-gateway"
    assert token.claims["aud"] == "funding"
    assert token.claims["exp"] - token.claims["iat"] == LIFE_SECONDS


def test_a_token_is_used_again_until_half_of_its_life_is_over(mint, clock):
    first = mint.token(CALLER, "funding")
    clock.now += 29
    assert mint.token(CALLER, "funding") == first
    clock.now += 1
    assert mint.token(CALLER, "funding") != first


def test_other_roles_audiences_and_persons_acted_for_get_other_tokens(mint):
    fewer = Caller(CALLER.subject, CALLER.roles[:1], CALLER.acr, CALLER.session)
    made = {
        mint.token(CALLER, "funding"),
        mint.token(CALLER, "identity"),
        mint.token(fewer, "funding"),
        mint.token(CALLER, "funding", acting_for="01920000-0000-7000-8000-000000000009"),
    }
    assert len(made) == 4


def test_a_token_for_another_service_is_refused(mint, keys, clock):
    with pytest.raises(BadToken):
        verifier(keys, clock, "identity").actor(mint.token(CALLER, "funding"))


def test_an_expired_token_is_refused(mint, keys, clock):
    token = mint.token(CALLER, "funding")
    clock.now += 120
    with pytest.raises(BadToken):
        verifier(keys, clock).actor(token)


def _part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def _claims():
    return {
        "iss": "ila-gateway",
        "aud": "funding",
        "sub": "x",
        "roles": [],
        "acr": "high",
        "iat": NOW,
        "exp": NOW + 60,
    }


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_an_unsigned_token_is_refused(algorithm, keys, clock):
    with pytest.raises(BadToken):
        verifier(keys, clock).actor(f"{_part({'alg': algorithm})}.{_part(_claims())}.")


def test_the_public_key_is_no_shared_secret(keys, clock):
    signed = f"{_part({'alg': 'HS256', 'kid': keys.signing.kid})}.{_part(_claims())}"
    digest = hmac.digest(keys.signing.as_pem(private=False), signed.encode(), "sha256")
    signature = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    with pytest.raises(BadToken):
        verifier(keys, clock).actor(f"{signed}.{signature}")


@pytest.mark.parametrize("kid", ["../../etc/passwd", "' or 1=1", "", "unknown"])
def test_a_foreign_key_is_refused_whatever_it_calls_itself(kid, keys, clock):
    foreign = ECKey.generate_key("P-256", private=True)
    for name in (kid, keys.signing.kid):
        forged = jwt.encode({"alg": "ES256", "kid": name}, _claims(), foreign)
        with pytest.raises(BadToken):
            verifier(keys, clock).actor(forged)


def test_a_key_that_a_token_brings_along_is_not_looked_at(keys, clock):
    foreign = ECKey.generate_key("P-256", private=True)
    header = {"alg": "ES256", "jwk": foreign.as_dict(private=False), "jku": "https://evil.example/keys"}
    with pytest.raises(BadToken):
        verifier(keys, clock).actor(jwt.encode(header, _claims(), foreign))


def test_during_rotation_both_keys_are_published_and_the_first_signs(tmp_path, clock, key):
    newer = ECKey.generate_key("P-256", private=True)
    old_token = Mint(Keys([key]), clock).token(CALLER, "funding")
    one, other = tmp_path / "new.pem", tmp_path / "old.pem"
    one.write_bytes(newer.as_pem(private=True))
    other.write_bytes(key.as_pem(private=True))
    keys = Keys.load(f"{one}, {other}")
    assert [published["kid"] for published in keys.published()["keys"]] == [
        newer.thumbprint(),
        key.thumbprint(),
    ]
    service = verifier(keys, clock)
    assert service.actor(old_token) == service.actor(Mint(keys, clock).token(CALLER, "funding"))


def test_one_file_may_hold_several_keys(tmp_path, key):
    newer = ECKey.generate_key("P-256", private=True)
    bundle = tmp_path / "keys.pem"
    bundle.write_bytes(newer.as_pem(private=True) + key.as_pem(private=True))
    assert Keys.load(str(bundle)).signing.thumbprint() == newer.thumbprint()
    assert len(Keys.load(str(bundle)).published()["keys"]) == 2


def test_published_keys_hold_nothing_private(keys):
    assert all("d" not in key for key in keys.published()["keys"])


def test_a_gateway_without_a_key_does_not_start(tmp_path):
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    with pytest.raises(ValueError, match="no signing key"):
        Keys.load(str(empty))
