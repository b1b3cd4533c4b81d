"""The DID document of the issuer (did:web): by whose keys statements of this platform are signed."""

from typing import Any
from urllib.parse import quote, urlsplit

CONTEXT = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"]
MEDIA_TYPE = "application/did+ld+json"
_PUBLIC = ("kty", "crv", "x", "y", "kid", "alg")


def did_of(public_url: str) -> str:
    """Return the identifier: `did:web` and the host; a port is part of it, its colon encoded."""
    return f"did:web:{quote(urlsplit(public_url).netloc, safe='')}"


def document(public_url: str, keys: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the document with every published key; each may sign statements, none does anything else."""
    did = did_of(public_url)
    methods = [
        {
            "id": f"{did}#{key['kid']}",
            "type": "JsonWebKey",
            "controller": did,
            "publicKeyJwk": {name: key[name] for name in _PUBLIC},
        }
        for key in keys
    ]
    return {
        "@context": CONTEXT,
        "id": did,
        "verificationMethod": methods,
        "assertionMethod": [one["id"] for one in methods],
    }
