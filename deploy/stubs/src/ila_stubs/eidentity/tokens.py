"""Id tokens, and the claims by which the provider describes a persona."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from ila_stubs.eidentity.grants import Grant
from ila_stubs.personas import Persona

ID_TOKEN_SECONDS = 300

# Not a secret: it only keeps `sub` opaque, and equal from one start to the next.
_PAIRWISE_SALT = b"stand-in e-identity"


def load_key(path: str) -> ECKey:
    """Return the signing key of this PEM file; a new one when no file is named."""
    key = ECKey.import_key(Path(path).read_bytes()) if path else ECKey.generate_key("P-256", private=True)
    key.ensure_kid()
    return key


def subject(client_id: str, persona: Persona) -> str:
    """Return the persona's id at this client: opaque, stable, another one at each client."""
    digest = hmac.digest(_PAIRWISE_SALT, f"{client_id}\n{persona.name}".encode(), "sha256")
    return base64.b32encode(digest[:20]).decode().lower()


def person_claims(client_id: str, persona: Persona) -> dict[str, Any]:
    """Return who the persona is, as the id token and userinfo say it."""
    return {
        "sub": subject(client_id, persona),
        "given_name": persona.given_name,
        "family_name": persona.family_name,
        "birthdate": persona.birthdate.isoformat(),
        "personal_code": persona.personal_code,
        "persona": persona.name,
    }


class IdTokens:
    """Signs id tokens, and recognises the own ones when they come back as hints."""

    def __init__(self, issuer: str, key: ECKey, now: Callable[[], float]):
        self._issuer = issuer
        self._key = key
        self._now = now

    def jwks(self) -> dict[str, Any]:
        """Return the public keys that verify the tokens."""
        public = self._key.as_dict(private=False) | {"use": "sig", "alg": "ES256"}
        return {"keys": [public]}

    def sign(self, grant: Grant, persona: Persona, access_token: str) -> str:
        """Return the id token of this sign-in, describing `persona`."""
        now = int(self._now())
        claims = person_claims(grant.client_id, persona) | {
            "iss": self._issuer,
            "aud": grant.client_id,
            "iat": now,
            "exp": now + ID_TOKEN_SECONDS,
            "auth_time": grant.auth_time,
            "acr": grant.acr,
            "at_hash": _half_hash(access_token),
        }
        if grant.nonce is not None:
            claims["nonce"] = grant.nonce
        return jwt.encode({"alg": "ES256", "kid": self._key.kid}, claims, self._key, algorithms=["ES256"])

    def audience(self, hint: str) -> str | None:
        """Return the client an own id token was made for, expired or not; None for any other text."""
        try:
            token = jwt.decode(hint, KeySet([self._key]), algorithms=["ES256"])
        except (JoseError, ValueError):
            return None
        return str(token.claims["aud"])


def _half_hash(text: str) -> str:
    """Return the left half of the SHA-256, base64url (OpenID Connect Core, 3.1.3.6)."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).rstrip(b"=").decode()
