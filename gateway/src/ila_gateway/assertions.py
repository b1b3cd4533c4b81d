"""How a machine shows itself at the token endpoint: by an assertion signed with its key (RFC 7523)."""

from collections.abc import Callable
from typing import Any

from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from joserfc import jws, jwt
from joserfc.errors import BadSignatureError, JoseError
from joserfc.jwk import KeySet

from ila_gateway.clients import Machine
from ila_gateway.token_store import TokenStore
from ila_gateway.tokens import ALGORITHM

KEY_METHOD = "private_key_jwt"
# Client libraries make them out for a minute to an hour; each counts once.
_LONGEST_SECONDS = 3_600
_LEEWAY_SECONDS = 10
_LONGEST_ASSERTION = 8_192
_UNREADABLE = (JoseError, ValueError, KeyError, TypeError, OverflowError, RecursionError)


class Assertion(JWTBearerClientAssertion):  # type: ignore[misc]
    """`private_key_jwt`: signed with a registered key by ES256, made out to us, short-lived, used once."""

    CLIENT_AUTH_METHOD = KEY_METHOD

    def __init__(self, audiences: list[str], tokens: TokenStore, clock: Callable[[], float]):
        super().__init__(leeway=_LEEWAY_SECONDS)
        self._audiences = audiences
        self._tokens = tokens
        self._clock = clock

    def get_audiences(self) -> list[str]:
        """Return the names we go by."""
        return self._audiences

    def resolve_client_public_key(self, client: Any) -> Any:
        """Return the registered keys; whatever key the assertion itself offers is not looked at."""
        if not isinstance(client, Machine):
            raise InvalidClientError(description="This client has no key.")
        return client.keys_at(self._clock())

    def process_assertion_claims(self, assertion: str, resolve_key: KeySet) -> dict[str, Any]:
        """Return the verified claims."""
        try:
            claims = _signed_claims(assertion, resolve_key)
            self.verify_claims(claims)
        except _UNREADABLE as fault:
            raise InvalidClientError(description="The client assertion does not hold.") from fault
        return claims

    def extract_assertion(self, assertion: str) -> Any:
        """Return header and claims of an assertion that nobody believes yet."""
        try:
            if len(assertion) > _LONGEST_ASSERTION:
                raise ValueError("the assertion is too long")
            return super().extract_assertion(assertion)
        except _UNREADABLE as fault:
            raise InvalidClientError(description="The client assertion cannot be read.") from fault

    def validate_jti(self, claims: dict[str, Any], jti: Any) -> bool:
        """Take an assertion once, and only a short-lived one, so that its id need not be kept for long."""
        left = int(claims["exp"] - self._clock())
        if not isinstance(jti, str) or left > _LONGEST_SECONDS + _LEEWAY_SECONDS:
            raise InvalidClientError(description="The client assertion lives too long.")
        return self._tokens.first_use(claims["sub"], jti, max(left + _LEEWAY_SECONDS, 1))


def _signed_claims(assertion: str, keys: KeySet) -> dict[str, Any]:
    """Return the claims of an assertion; one that does not name its key may be signed by any that counts."""
    header = jws.extract_compact(assertion.encode()).headers()
    if "crit" in header:
        raise ValueError("the assertion asks for more than we have")
    for key in [keys] if "kid" in header else list(keys):
        try:
            claims: dict[str, Any] = jwt.decode(assertion, key, algorithms=[ALGORITHM]).claims
            return claims
        except BadSignatureError:
            continue
    raise BadSignatureError
