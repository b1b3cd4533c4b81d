"""The families of forged tokens, each at every door that reads a signed token: all are refused alike.

Three doors: a service reads identity tokens (the kit's verifier), the token endpoint reads assertions of
machines, and sign-in reads id tokens of the e-identity.
"""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from authlib.oauth2.rfc6749 import InvalidClientError
from cryptography.hazmat.primitives.asymmetric import utils
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.hashes import SHA256
from ila_gateway.assertions import Assertion
from ila_gateway.openid import OpenIdClient, Provider, SignInExpired
from ila_kit.web.identity import BadToken, Verifier
from joserfc import jwe, jwt
from joserfc.jwk import ECKey, KeySet, RSAKey

NOW = 1_800_000_000
OURS = ECKey.generate_key("P-256", {"kid": "ours"}, private=True)
FOREIGN = ECKey.generate_key("P-256", {"kid": "ours"}, private=True)
PUBLISHED = {"keys": [OURS.as_dict(private=False) | {"kid": "ours"}]}
HEADER = {"alg": "ES256", "kid": "ours", "typ": "JWT"}


def clock():
    return float(NOW)


class Once:
    """Remembers which assertions were used."""

    def __init__(self):
        self.used = set()

    def first_use(self, client_id, assertion_id, seconds):
        new = (client_id, assertion_id) not in self.used
        self.used.add((client_id, assertion_id))
        return new


@dataclass
class Door:
    """Somewhere signed tokens are read: what a good one claims, how it is read, how a bad one is refused."""

    claims: dict
    read: Callable[[str], object]
    refusal: type[Exception]


def identity_token_at_a_service(_):
    claims = {"iss": "ila-gateway", "aud": "funding", "sub": "p1", "roles": [], "acr": "high"}
    verifier = Verifier("funding", lambda: KeySet.import_key_set(PUBLISHED), clock)
    return Door(claims, verifier.actor, BadToken)


def assertion_of_a_machine(_):
    url = "https://ila.example/oauth/token"
    claims = {"iss": "svc:funding", "sub": "svc:funding", "aud": url, "jti": "one"}
    door, keys = Assertion([url], Once(), clock), KeySet.import_key_set(PUBLISHED)
    return Door(claims, lambda token: door.process_assertion_claims(token, keys), InvalidClientError)


def id_token_of_the_provider(folder):
    issuer, key_file = "https://eidentity.example", folder / "key.pem"
    key_file.write_bytes(FOREIGN.as_pem(private=True))
    claims = {"iss": issuer, "aud": "ila-gateway", "sub": "x", "nonce": "n"}
    client = OpenIdClient(issuer, "ila-gateway", key_file, "s" * 32, "https://ila.example", "openid", clock)
    known = Provider(issuer, issuer, KeySet.import_key_set(PUBLISHED), NOW + 1e9)
    client._provider, client._discover = known, lambda: known
    return Door(claims, lambda token: client._claims(token, "n"), SignInExpired)


@pytest.fixture(params=[identity_token_at_a_service, assertion_of_a_machine, id_token_of_the_provider])
def door(request, tmp_path, monkeypatch):
    monkeypatch.setattr("time.time", clock)
    made = request.param(tmp_path)
    made.claims |= {"iat": NOW, "exp": NOW + 60}
    return made


def part(value):
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed(claims, header=HEADER, key=OURS):
    return jwt.encode(header, claims, key, algorithms=["ES256", "ES384", "RS256", "PS256"])


def by_shared_secret(claims, secret):
    text = f"{part(HEADER | {'alg': 'HS256'})}.{part(claims)}"
    return f"{text}.{part(hmac.digest(secret, text.encode(), 'sha256'))}"


def unsigned(spelling, signature=""):
    return lambda claims: f"{part(HEADER | {'alg': spelling})}.{part(claims)}.{signature}"


def with_header(**changes):
    return lambda claims: signed(claims, HEADER | changes, FOREIGN)


def with_claims(**changes):
    return lambda claims: signed({k: v for k, v in (claims | changes).items() if v is not None})


def with_signature(change):
    def forge(claims):
        head, body, signature = signed(claims).split(".")
        return f"{head}.{body}.{change(base64.urlsafe_b64decode(signature + '=='))}"

    return forge


def as_der(signature):
    halves = [int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")]
    coded = b"".join(b"\x02\x21" + number.to_bytes(33, "big") for number in halves)
    return b"\x30" + bytes([len(coded)]) + coded


def critical(claims):
    head = part(HEADER | {"crit": ["exp"], "exp": NOW + 60})
    return raw(head, part(claims))


def signed_bytes(payload):
    return raw(part(HEADER), part(payload))


def unencoded(claims):
    """Sign the bytes of the claims as they are (RFC 7797)."""
    head, body = part(HEADER | {"b64": False, "crit": ["b64"]}), json.dumps(claims)
    return f"{head}.{body}.{raw(head, body).rpartition('.')[2]}"


def encrypted(claims):
    """Encrypt the claims to the public key: it is nobody's signature."""
    head = {"alg": "ECDH-ES", "enc": "A128GCM", "kid": "ours", "typ": "JWT"}
    return jwe.encrypt_compact(head, json.dumps(claims), ECKey.import_key(JWK))


def nested(claims):
    return raw(part(HEADER | {"cty": "JWT"}), part(signed(claims).encode()))


def by_another_under(head):
    """Sign a header of any form, given as bytes, by a foreign key."""

    def forge(claims):
        text = f"{part(head)}.{part(claims)}"
        first, second = utils.decode_dss_signature(FOREIGN.private_key.sign(text.encode(), ECDSA(SHA256())))
        return f"{text}.{part(first.to_bytes(32, 'big') + second.to_bytes(32, 'big'))}"

    return forge


DEEP = b"[" * 4_000


def raw(head, body):
    """Sign two parts as they are, by our own key: what is wrong with them is not the signature."""
    der = OURS.private_key.sign(f"{head}.{body}".encode(), ECDSA(SHA256()))
    first, second = utils.decode_dss_signature(der)
    return f"{head}.{body}.{part(first.to_bytes(32, 'big') + second.to_bytes(32, 'big'))}"


def swapped(claims):
    head, _, signature = signed(claims).split(".")
    return f"{head}.{part(claims | {'sub': 'somebody else'})}.{signature}"


def as_json(claims):
    head, body, signature = signed(claims).split(".")
    return json.dumps({"payload": body, "protected": head, "signature": signature})


PEM = OURS.as_pem(private=False)
JWK = {name: OURS.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")}
MINE = {
    "jwk": FOREIGN.as_dict(private=False),
    "jku": "https://evil.example/keys",
    "x5u": "https://evil.example/x",
}
FORGED = {
    **{f"unsigned, as {name!r}": unsigned(name) for name in ("none", "None", "NONE", "nOnE", "", " none")},
    "unsigned, with the signature of another": unsigned("none", "AAAA"),
    "the public key as shared secret, PEM": lambda claims: by_shared_secret(claims, PEM),
    "the public key as shared secret, stripped": lambda claims: by_shared_secret(claims, PEM.strip()),
    "the public key as shared secret, JWK": lambda claims: by_shared_secret(claims, json.dumps(JWK).encode()),
    "an empty shared secret": lambda claims: by_shared_secret(claims, b""),
    "a foreign key under our name": with_header(),
    **{
        f"a foreign key by kid {kid!r}": with_header(kid=kid)
        for kid in ("../../dev/null", "/proc/self/environ", "' or 1=1 --", "unknown", "ours\x00", "a" * 9_000)
    },
    **{f"a foreign key brought along by {name}": with_header(**{name: MINE[name]}) for name in MINE},
    "a certificate brought along": with_header(x5c=["MIIB"]),
    "a critical header nobody knows": critical,
    "another algorithm, ES384": lambda claims: signed(
        claims, HEADER | {"alg": "ES384"}, ECKey.generate_key("P-384", private=True)
    ),
    "another algorithm, RS256": lambda claims: signed(
        claims, HEADER | {"alg": "RS256"}, RSAKey.generate_key(2_048, private=True)
    ),
    "a signature of zeros": with_signature(lambda _: part(bytes(64))),
    "a signature in DER": with_signature(lambda signature: part(as_der(signature))),
    "a signature cut short": with_signature(lambda signature: part(signature[:-1])),
    "a signature with something behind it": with_signature(lambda signature: part(signature + b"\0")),
    "no signature": with_signature(lambda _: ""),
    "other claims under a good signature": swapped,
    "a fourth part": lambda claims: signed(claims) + ".AAAA",
    "five parts, as if encrypted": lambda claims: ".".join([signed(claims), "AAAA", "AAAA"]),
    "JSON in place of the compact form": as_json,
    "claims that are no object": lambda _: signed_bytes(b'["x"]'),
    "claims that are no JSON": lambda _: signed_bytes(b"foo"),
    "claims without a bottom": lambda _: signed_bytes(DEEP),
    "claims that are a token again": nested,
    "claims that are encrypted": encrypted,
    "claims that are not encoded": unencoded,
    "claims said to be not encoded": with_header(b64=False, crit=["b64"]),
    "a huge token by a foreign key": lambda claims: signed(claims | {"x": "x" * 1_000_000}, key=FOREIGN),
    "a header without a bottom": by_another_under(b'{"alg": "ES256", "kid": "ours", "x": ' + DEEP),
    "a header that is no object": by_another_under(b'["ES256"]'),
    "a header that is no JSON": by_another_under(b"alg=ES256"),
    "a header that names two algorithms": by_another_under(b'{"alg":"none","alg":"ES256","kid":"ours"}'),
    **{
        f"a header whose {name} is {value!r}": by_another_under(json.dumps(HEADER | {name: value}).encode())
        for name in ("alg", "kid", "crit", "typ")
        for value in (None, 7, ["ES256"], {"ours": 1}, True)
    },
    "nothing": lambda _: "",
    "dots": lambda _: "..",
    "expired": with_claims(iat=NOW - 700, exp=NOW - 600),
    "without an end": with_claims(exp=None),
    **{
        f"an end that is {end!r}": lambda claims, end=end: signed_bytes(
            json.dumps(claims | {"exp": end}).encode()
        )
        for end in (float("inf"), float("nan"), -1, True, None, [NOW + 60], {})
    },
    "an end that is a text": with_claims(exp="2100-01-01"),
    "another audience": with_claims(aud="https://evil.example"),
    "a list of other audiences": with_claims(aud=["identity", "https://evil.example"]),
    "no audience": with_claims(aud=None),
    **{f"the audience {value!r}": with_claims(aud=value) for value in ("", [], {}, True, 7, [["funding"]])},
    "another issuer": with_claims(iss="https://evil.example"),
    "no subject": with_claims(sub=None),
    **{f"the subject {value!r}": with_claims(sub=value) for value in (7, True, ["svc:funding"], {})},
    "made out tomorrow": with_claims(iat=NOW + 86_400, exp=NOW + 86_460),
}


def test_a_good_token_is_read(door):
    door.read(signed(door.claims))
    door.claims |= {"jti": "two"}
    door.read(raw(part(HEADER), part(door.claims)))


@pytest.mark.parametrize("family", FORGED)
def test_a_forged_token_is_refused(door, family):
    with pytest.raises(door.refusal):
        door.read(FORGED[family](door.claims))


def test_an_assertion_that_was_used_is_refused(monkeypatch):
    monkeypatch.setattr("time.time", clock)
    door = assertion_of_a_machine(None)
    assertion = signed(door.claims | {"iat": NOW, "exp": NOW + 60})
    door.read(assertion)
    with pytest.raises(InvalidClientError):
        door.read(assertion)
