"""The DID document of the issuer: of the shape that DID Core asks for, with its public keys alone."""

import re

import pytest
from ila_gateway.did import CONTEXT, did_of, document
from ila_gateway.tokens import Keys
from joserfc import jws
from joserfc.jwk import ECKey
from jsonschema import Draft202012Validator

# DID Core 1.0, sections 3.1, 3.2, 5.2 and 5.3; the vocabulary of verification methods: `JsonWebKey`.
DID = r"did:[a-z0-9]+:(?:[A-Za-z0-9._-]|%[0-9A-F]{2})+(?::(?:[A-Za-z0-9._-]|%[0-9A-F]{2})+)*"
SHAPE = {
    "type": "object",
    "required": ["@context", "id", "verificationMethod", "assertionMethod"],
    "properties": {
        "@context": {"type": "array", "prefixItems": [{"const": "https://www.w3.org/ns/did/v1"}]},
        "id": {"type": "string", "pattern": f"^{DID}$"},
        "verificationMethod": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["id", "type", "controller", "publicKeyJwk"],
                "properties": {
                    "id": {"type": "string", "pattern": f"^{DID}#[A-Za-z0-9._~-]+$"},
                    "type": {"const": "JsonWebKey"},
                    "controller": {"type": "string", "pattern": f"^{DID}$"},
                    "publicKeyJwk": {
                        "type": "object",
                        "required": ["kty", "crv", "x", "y", "kid", "alg"],
                        "properties": {
                            "kty": {"const": "EC"},
                            "crv": {"const": "P-256"},
                            "alg": {"const": "ES256"},
                        },
                        "not": {"required": ["d"]},
                    },
                },
                "additionalProperties": False,
            },
        },
        "assertionMethod": {"type": "array", "minItems": 1, "items": {"type": "string"}},
    },
    "additionalProperties": False,
}


@pytest.fixture
def keys():
    return Keys([ECKey.generate_key("P-256", private=True) for _ in range(2)])


@pytest.mark.parametrize(
    ("url", "did"),
    [
        ("https://ila.example.lv", "did:web:ila.example.lv"),
        ("https://ila.example.lv:8443", "did:web:ila.example.lv%3A8443"),
        ("http://127.0.0.1:8080", "did:web:127.0.0.1%3A8080"),
        ("http://localhost:8080", "did:web:localhost%3A8080"),
    ],
)
def test_the_issuer_is_named_by_its_host_and_described_as_did_core_asks(keys, url, did):
    made = document(url, keys.published()["keys"])
    Draft202012Validator(SHAPE).validate(made)
    assert did_of(url) == made["id"] == did
    assert re.fullmatch(DID, did)
    ids = [method["id"] for method in made["verificationMethod"]]
    assert len(set(ids)) == len(ids) == 2, "both keys, while one is changed for the next"
    assert made["assertionMethod"] == ids
    assert {method["controller"] for method in made["verificationMethod"]} == {did}
    assert made["@context"] == CONTEXT


def test_a_statement_of_ours_is_verified_by_the_method_it_names(keys):
    statement = keys.statement({"what": "a receipt"}, "ila-test+jws")
    kid = jws.extract_compact(statement.encode()).headers()["kid"]
    made = document("https://ila.example.lv", keys.published()["keys"])
    method = next(one for one in made["verificationMethod"] if one["id"].endswith(f"#{kid}"))
    assert method["publicKeyJwk"]["kid"] == kid, "the fragment is the key id"
    key = ECKey.import_key(method["publicKeyJwk"])
    assert jws.deserialize_compact(statement, key, algorithms=["ES256"]).payload == b'{"what":"a receipt"}'
