"""A service believes a token of the gateway made out to itself, and no other."""

import base64
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from ila_kit.actor import Role
from ila_kit.errors import Unavailable
from ila_kit.web.identity import ALGORITHM, REFETCH_SECONDS, BadToken, Verifier, fetch_keys
from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551  # of the curve P-256
NOW = 1_732_100_000
PERSON, SCHOOL = uuid4(), uuid4()
WYCHEPROOF = json.loads(Path(__file__).with_name("wycheproof_es256.json").read_text())


def new_key(kid: str) -> ECKey:
    """A key pair of the gateway."""
    return ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256", "kid": kid})


KEY, NEXT_KEY, STRANGER = new_key("first"), new_key("second"), new_key("first")


@dataclass
class Gateway:
    """Publishes keys, counts how often they were read, and moves the clock."""

    keys: list[ECKey] = field(default_factory=lambda: [KEY])
    now: float = NOW
    reads: int = 0
    away: bool = False

    def fetch(self) -> KeySet:
        self.reads += 1
        if self.away:
            raise Unavailable(neighbour="gateway")
        return KeySet([ECKey.import_key(key.as_dict(private=False)) for key in self.keys])

    def verifier(self) -> Verifier:
        return Verifier("funding", self.fetch, lambda: self.now)


def claims(**changes: Any) -> dict[str, Any]:
    """What a token of the gateway says; a change to `...` takes a claim away."""
    usual = {
        "iss": "ila-gateway",
        "aud": "funding",
        "sub": str(PERSON),
        "roles": [{"role": "learner", "organisation": None}],
        "acr": "substantial",
        "sid": "session-1",
        "iat": NOW,
        "exp": NOW + 60,
    }
    return {name: value for name, value in (usual | changes).items() if value is not ...}


def signed(
    body: dict[str, Any], key: Any = KEY, header: dict[str, Any] | None = None, kid: str = "first"
) -> str:
    """A token that was really signed."""
    registry = jws.JWSRegistry(algorithms=["ES256", "HS256"], strict_check_header=False)
    return jwt.encode({"alg": "ES256", "kid": kid} | (header or {}), body, key, registry=registry)


def part(value: Any) -> str:
    """A part of a token, as anybody can write it."""
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def forged(header: dict[str, Any], signature: bytes = b"", body: dict[str, Any] | None = None) -> str:
    """A token put together by hand."""
    return f"{part(header)}.{part(body or claims())}.{part(signature)}"


def number(value: int) -> bytes:
    """A number as signatures hold it."""
    return value.to_bytes(32)


def signed_by_hand(header: dict[str, Any]) -> str:
    """A token with a header that a library would not sign."""
    head = f"{part({'alg': 'ES256', 'kid': 'first'} | header)}.{part(claims())}"
    der = KEY.private_key.sign(head.encode(), ECDSA(SHA256()))
    return f"{head}.{part(b''.join(map(number, decode_dss_signature(der))))}"


def hs256(secret: bytes) -> str:
    """A token keyed with something that everybody knows."""
    head = f"{part({'alg': 'HS256', 'kid': 'first'})}.{part(claims())}"
    return f"{head}.{part(hmac.digest(secret, head.encode(), 'sha256'))}"


def with_signature(change: Callable[[bytes], bytes]) -> str:
    """A good token whose signature was changed."""
    head, body, signature = signed(claims()).split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    return f"{head}.{body}.{part(change(raw))}"


def test_a_token_tells_who_calls():
    body = claims(
        roles=[
            {"role": "learner", "organisation": None},
            {"role": "provider_admin", "organisation": str(SCHOOL)},
        ],
        act={"sub": "another"},
    )
    actor = Gateway().verifier().actor(signed(body))
    assert actor.id == str(PERSON)
    assert actor.roles == (Role("learner"), Role("provider_admin", SCHOOL))
    assert (actor.acr, actor.session, actor.acting_for) == ("substantial", "session-1", "another")


def test_what_a_token_leaves_out_is_the_least():
    actor = Gateway().verifier().actor(signed(claims(acr=..., sid=..., roles=[])))
    assert (actor.acr, actor.session, actor.acting_for, actor.roles) == ("low", None, None, ())


def test_keys_are_read_once():
    gateway = Gateway()
    verifier = gateway.verifier()
    for session in range(20):
        verifier.actor(signed(claims(sid=str(session))))
    assert gateway.reads == 1


OTHERS = {
    "nothing": "",
    "a word": "token",
    "two dots": "..",
    "four dots": "....",
    "no ASCII": "ā.ā.ā",
    "three empty objects": "e30.e30.e30",
    "algorithm none": forged({"alg": "none", "kid": "first"}),
    "algorithm None": forged({"alg": "None", "kid": "first"}),
    "no algorithm": forged({"kid": "first"}),
    "an algorithm that is no text": forged({"alg": ["ES256"], "kid": "first"}),
    "HS256 keyed with the public key": hs256(KEY.as_pem(private=False)),
    "HS256 keyed with the public JWK": hs256(json.dumps(KEY.as_dict(private=False)).encode()),
    "HS256 keyed with nothing": hs256(b""),
    "a stranger's key under the same id": signed(claims(), STRANGER),
    "a key that came along": signed(claims(), STRANGER, {"jwk": STRANGER.as_dict(private=False)}),
    "a key that lies elsewhere": signed(claims(), STRANGER, {"jku": "http://127.0.0.1:1/jwks.json"}),
    "a certificate that lies elsewhere": signed(claims(), STRANGER, {"x5u": "http://127.0.0.1:1/cert.pem"}),
    "an extension that must be understood": signed_by_hand({"crit": ["exp"], "exp": NOW + 60}),
    "a path as key id": signed(claims(), STRANGER, kid="../../../../dev/null"),
    "SQL as key id": signed(claims(), STRANGER, kid="' OR '1'='1"),
    "no key id": forged({"alg": "ES256"}, b"\0" * 64),
    "an empty key id": signed(claims(), STRANGER, kid=""),
    "a key id that is a list": forged({"alg": "ES256", "kid": ["first"]}, b"\0" * 64),
    "a key id that is an object": forged({"alg": "ES256", "kid": {"first": 1}}, b"\0" * 64),
    "a header that is a list": f"{part([])}.{part(claims())}.{part(b'0' * 64)}",
    "a header that is no JSON": f"{part(b'{{')}.{part(claims())}.{part(b'0' * 64)}",
    "a header that is no UTF-8": f"{part(bytes([0xFF, 0xFE]))}.{part(claims())}.{part(b'0' * 64)}",
    "a header without end": f"{part(b'[' * 5_000)}.{part(claims())}.{part(b'0' * 64)}",
    "no signature": with_signature(lambda raw: b""),
    "an altered signature": with_signature(lambda raw: bytes([raw[0] ^ 1]) + raw[1:]),
    "half a signature": with_signature(lambda raw: raw[:32]),
    "a longer signature": with_signature(lambda raw: raw + b"\0"),
    "a signature of padded numbers": with_signature(lambda raw: b"\0" + raw[:32] + b"\0" + raw[32:]),
    "r and s nothing": with_signature(lambda raw: number(0) + number(0)),
    "r and s one": with_signature(lambda raw: number(1) + number(1)),
    "r nothing": with_signature(lambda raw: number(0) + raw[32:]),
    "s the order": with_signature(lambda raw: raw[:32] + number(ORDER)),
    "r and s the order": with_signature(lambda raw: number(ORDER) + number(ORDER)),
    "the order less one": with_signature(lambda raw: number(ORDER - 1) + number(ORDER - 1)),
    "an encrypted token": ".".join(
        [part({"alg": "dir", "enc": "A128GCM"}), "", part(b"0" * 12), part(b"x"), part(b"0" * 16)]
    ),
}


@pytest.mark.parametrize("token", OTHERS.values(), ids=OTHERS)
def test_any_other_token_is_refused(token):
    gateway = Gateway()
    verifier = gateway.verifier()
    with pytest.raises(BadToken):
        verifier.actor(token)
    verifier.actor(signed(claims()))
    gateway.now += REFETCH_SECONDS + 1
    with pytest.raises(BadToken):
        verifier.actor(token)


def test_a_token_signed_by_hand_is_like_any_other():
    assert Gateway().verifier().actor(signed_by_hand({})).id == str(PERSON)


def test_an_altered_claim_is_refused():
    head, _, signature = signed(claims()).split(".")
    with pytest.raises(BadToken):
        Gateway().verifier().actor(f"{head}.{part(claims(sub='somebody else'))}.{signature}")


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_part_of_a_token_can_be_swapped(place):
    mine = signed(claims()).split(".")
    other = signed(claims(sub=str(uuid4()), roles=[{"role": "auditor", "organisation": None}])).split(".")
    mine[place] = other[place] if place else part({"alg": "ES256", "kid": "first", "typ": "other"})
    with pytest.raises(BadToken):
        Gateway().verifier().actor(".".join(mine))


UNFIT = {
    "another service": {"aud": "catalog"},
    "many services": {"aud": ["funding", "catalog"]},
    "nobody": {"aud": ...},
    "another issuer": {"iss": "https://accounts.example"},
    "no issuer": {"iss": ...},
    "no subject": {"sub": ...},
    "a subject that is nothing": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is a number": {"sub": 5},
    "a subject that is a list": {"sub": ["a"]},
    "no roles": {"roles": ...},
    "roles that are nothing": {"roles": None},
    "roles that are a text": {"roles": "auditor"},
    "roles that are an object": {"roles": {}},
    "roles that are texts": {"roles": ["auditor"]},
    "a role without name": {"roles": [{"organisation": None}]},
    "a role whose name is a list": {"roles": [{"role": ["auditor"], "organisation": None}]},
    "a role whose name is a number": {"roles": [{"role": 5, "organisation": None}]},
    "a role in an organisation without id": {"roles": [{"role": "auditor", "organisation": ""}]},
    "a role in no organisation of ours": {"roles": [{"role": "auditor", "organisation": "abc"}]},
    "a role in a number": {"roles": [{"role": "auditor", "organisation": 0}]},
    "a role in a list": {"roles": [{"role": "auditor", "organisation": []}]},
    "an assurance nobody knows": {"acr": "highest"},
    "an assurance that is nothing": {"acr": None},
    "an assurance that is a number": {"acr": 3},
    "a session that is a number": {"sid": 5},
    "an actor that is a text": {"act": "somebody"},
    "an actor without subject": {"act": {}},
    "an actor that is a number": {"act": {"sub": 5}},
    "no end": {"exp": ...},
    "an end that is a text": {"exp": "never"},
    "an end that is nothing": {"exp": None},
    "an end that is endless": {"exp": float("inf")},
    "an end that is no number": {"exp": float("nan")},
    "an end that is true": {"exp": True},
    "no beginning": {"iat": ...},
    "a beginning that is a text": {"iat": "now"},
    "a beginning that is no number": {"iat": float("nan")},
    "a beginning to come": {"iat": NOW + 6},
    "an end that is past": {"exp": NOW - 6},
}


@pytest.mark.parametrize("changes", UNFIT.values(), ids=UNFIT)
def test_a_signed_token_that_does_not_fit_is_refused(changes):
    with pytest.raises(BadToken):
        Gateway().verifier().actor(signed(claims(**changes)))


@pytest.mark.parametrize("body", [[], "text", 5, None])
def test_a_signed_token_whose_claims_are_no_object_is_refused(body):
    token = jws.serialize_compact({"alg": "ES256", "kid": "first"}, json.dumps(body), KEY)
    with pytest.raises(BadToken):
        Gateway().verifier().actor(token)


@pytest.mark.parametrize(("seconds", "believed"), [(0, True), (64, True), (66, False)])
def test_a_token_ends_also_when_it_was_believed_before(seconds, believed):
    gateway = Gateway()
    verifier, token = gateway.verifier(), signed(claims())
    verifier.actor(token)
    gateway.now += seconds
    if believed:
        assert verifier.actor(token).id == str(PERSON)
        return
    with pytest.raises(BadToken):
        verifier.actor(token)


def test_a_new_key_of_the_gateway_is_found_without_a_restart():
    gateway = Gateway()
    verifier = gateway.verifier()
    verifier.actor(signed(claims()))
    gateway.keys, gateway.now = [NEXT_KEY, KEY], NOW + 11
    assert verifier.actor(signed(claims(), NEXT_KEY, kid="second")).id == str(PERSON)
    assert verifier.actor(signed(claims(sid="other"))).id == str(PERSON)
    assert gateway.reads == 2


def test_unknown_key_ids_have_keys_read_again_at_most_once_in_ten_seconds():
    gateway = Gateway()
    verifier = gateway.verifier()
    verifier.actor(signed(claims()))
    for _ in range(50):
        with pytest.raises(BadToken):
            verifier.actor(signed(claims(), STRANGER, kid=str(uuid4())))
    assert gateway.reads == 1
    gateway.now += 11
    for _ in range(50):
        with pytest.raises(BadToken):
            verifier.actor(signed(claims(), STRANGER, kid=str(uuid4())))
    assert gateway.reads == 2


def test_while_the_gateway_is_away_known_keys_go_on_and_unknown_ones_ask_rarely():
    gateway = Gateway()
    verifier = gateway.verifier()
    verifier.actor(signed(claims()))
    gateway.away, gateway.now = True, NOW + 11
    for _ in range(20):
        with pytest.raises((BadToken, Unavailable)):
            verifier.actor(signed(claims(), STRANGER, kid=str(uuid4())))
    assert gateway.reads == 2
    assert verifier.actor(signed(claims(sid="other"))).id == str(PERSON)


def test_without_any_key_nobody_is_believed_and_the_keys_are_asked_for_again():
    gateway = Gateway(away=True)
    verifier = gateway.verifier()
    with pytest.raises(Unavailable):
        verifier.actor(signed(claims()))
    gateway.away = False
    assert verifier.actor(signed(claims())).id == str(PERSON)


@pytest.mark.parametrize(
    ("valid", "token"),
    [vector[1:] for vector in WYCHEPROOF["vectors"]],
    ids=[vector[0] for vector in WYCHEPROOF["vectors"]],
)
def test_signatures_are_judged_as_wycheproof_says(valid, token):
    keys = KeySet([ECKey.import_key(WYCHEPROOF["key"])])
    try:
        found = jws.deserialize_compact(token, keys, algorithms=[ALGORITHM]).payload
    except (JoseError, ValueError):
        found = None
    assert found == (b"foo" if valid else None)


def test_keys_are_read_where_the_gateway_publishes_them(neighbour):
    neighbour.says("/.well-known/jwks.json", {"keys": [KEY.as_dict(private=False)]})
    assert fetch_keys(neighbour.url)().keys[0].kid == "first"


@pytest.mark.parametrize(
    "answer", [b"", b"<html>", {}, [], {"keys": None}, {"keys": [{}]}, {"keys": ["key"]}], ids=str
)
def test_an_answer_that_holds_no_keys_is_an_outage(neighbour, answer):
    neighbour.says("/.well-known/jwks.json", answer)
    with pytest.raises(Unavailable):
        fetch_keys(neighbour.url)()


def test_an_error_of_the_gateway_is_an_outage(neighbour):
    neighbour.says("/.well-known/jwks.json", {"keys": [KEY.as_dict(private=False)]}, status=500)
    with pytest.raises(Unavailable):
        fetch_keys(neighbour.url)()


def test_a_gateway_that_does_not_answer_is_an_outage():
    with pytest.raises(Unavailable):
        fetch_keys("http://127.0.0.1:1")()


def test_an_id_of_an_organisation_is_an_id():
    body = claims(roles=[{"role": "provider_admin", "organisation": str(SCHOOL).upper()}])
    (role,) = Gateway().verifier().actor(signed(body)).roles
    assert role.organisation == UUID(str(SCHOOL))
