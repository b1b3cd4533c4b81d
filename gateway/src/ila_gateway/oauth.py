"""The OAuth server: tokens for people's scripts and machines. The protocol is Authlib's, the rules ours."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2.rfc6749 import ClientMixin, InvalidClientError, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant
from authlib.oauth2.rfc7523 import JWTBearerClientAssertion
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from joserfc import jwt
from joserfc.errors import JoseError

from ila_gateway.clients import Clients, Machine
from ila_gateway.sessions import Session, SessionStore
from ila_gateway.token_store import MACHINE_TOKEN, PERSON_TOKEN, TokenStore
from ila_gateway.tokens import ALGORITHM

CODE_SECONDS = 60
MACHINE_SECONDS = 60
_LONGEST_ASSERTION_SECONDS = 600
_LEEWAY_SECONDS = 10
INTROSPECT = "oauth.introspect"
KEY_METHOD = "private_key_jwt"


@dataclass(frozen=True)
class Code:
    """An authorisation code that was spent just now."""

    redirect_uri: str
    code_challenge: str
    code_challenge_method: str
    session: str

    def get_redirect_uri(self) -> str:
        """Return where the code was sent."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return no scope: a script may do what its person may."""
        return ""


@dataclass(frozen=True)
class KnownToken:
    """A living token, as introspection sees it."""

    facts: dict[str, Any]

    def is_expired(self) -> bool:
        """Return False: the store keeps no dead tokens."""
        return False

    def is_revoked(self) -> bool:
        """Return False: the store keeps no dead tokens."""
        return False


class Server(AuthorizationServer):  # type: ignore[misc]
    """Authlib's server with our clients, stores and lives of tokens."""

    def __init__(
        self,
        clients: Clients,
        sessions: SessionStore,
        tokens: TokenStore,
        audiences: list[str],
        clock: Callable[[], float] = time.time,
    ):
        super().__init__(query_client=clients.find, save_token=self._keep)
        self.sessions = sessions
        self.tokens = tokens
        self.clock = clock
        self.load_config({})
        self.register_token_generator("default", self._new_token)
        self.register_client_auth_method(KEY_METHOD, Assertion(audiences, tokens, clock))
        self.register_grant(PersonGrant, [Challenge(required=True)])
        self.register_grant(MachineGrant)
        self.register_endpoint(Introspection)

    def _new_token(
        self, grant_type: str, client: ClientMixin, user: Any = None, **asked: Any
    ) -> dict[str, Any]:
        """Return a new token: a machine's lives a minute, a person's as long as the session at most."""
        scope = client.get_allowed_scope(asked.get("scope"))
        if scope is None:
            raise InvalidScopeError
        prefix = MACHINE_TOKEN if user is None else PERSON_TOKEN
        seconds = MACHINE_SECONDS if user is None else int(user.ends_at - self.clock())
        token = {
            "token_type": "Bearer",
            "access_token": prefix + secrets.token_urlsafe(32),
            "expires_in": seconds,
        }
        return token | ({"scope": scope} if scope else {})

    def _keep(self, token: dict[str, Any], request: Any) -> None:
        facts: dict[str, Any] = {"client_id": request.client.client_id, "scope": token.get("scope", "")}
        if request.user:
            facts |= {"sid": request.user.id, "sub": request.user.person, "acr": request.user.acr}
        self.tokens.keep(token["access_token"], token["expires_in"], **facts)


class Challenge(CodeChallenge):  # type: ignore[misc]
    """PKCE by S256, without exception."""

    DEFAULT_CODE_CHALLENGE_METHOD = "S256"
    SUPPORTED_CODE_CHALLENGE_METHOD = ["S256"]

    def validate_code_challenge(self, grant: Any, redirect_uri: str) -> None:
        """Pass a request with a challenge by S256."""
        asked = grant.request.payload.data
        if not asked.get("code_challenge") or asked.get("code_challenge_method") != "S256":
            raise InvalidRequestError("A 'code_challenge' by S256 is required.")
        super().validate_code_challenge(grant, redirect_uri)


class PersonGrant(AuthorizationCodeGrant):  # type: ignore[misc]
    """Codes for people's scripts, bound to the browser session they were made in."""

    TOKEN_ENDPOINT_AUTH_METHODS = ["none"]

    def save_authorization_code(self, code: str, request: Any) -> None:
        """Remember a code for a minute."""
        asked = request.payload.data
        self.server.tokens.keep_code(
            code,
            CODE_SECONDS,
            client_id=request.client.client_id,
            redirect_uri=request.payload.redirect_uri,
            code_challenge=asked["code_challenge"],
            code_challenge_method=asked["code_challenge_method"],
            session=request.user.id,
        )

    def query_authorization_code(self, code: str, client: ClientMixin) -> Code | None:
        """Return a code, and spend it: whoever fails with it has used it up."""
        found = self.server.tokens.spend_code(code)
        if found is None or found.pop("client_id") != client.get_client_id():
            return None
        return Code(**found)

    def delete_authorization_code(self, authorization_code: Code) -> None:
        """Do nothing: the code was spent when it was read."""

    def authenticate_user(self, authorization_code: Code) -> Session | None:
        """Return the session the code was made in, if it still lives."""
        session: Session | None = self.server.sessions.by_id(authorization_code.session)
        return session


class MachineGrant(ClientCredentialsGrant):  # type: ignore[misc]
    """Tokens for machines, which show themselves by key."""

    TOKEN_ENDPOINT_AUTH_METHODS = [KEY_METHOD]


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
        return client.keys

    def process_assertion_claims(self, assertion: str, resolve_key: Any) -> dict[str, Any]:
        """Return the verified claims."""
        try:
            claims = jwt.decode(assertion, resolve_key, algorithms=[ALGORITHM]).claims
            self.verify_claims(claims)
        except (JoseError, ValueError, KeyError, TypeError) as fault:
            raise InvalidClientError(description="The client assertion does not hold.") from fault
        return claims

    def validate_jti(self, claims: dict[str, Any], jti: Any) -> bool:
        """Take an assertion once, and only a short-lived one, so that its id need not be kept for long."""
        left = int(claims["exp"] - self._clock()) + _LEEWAY_SECONDS
        if not isinstance(jti, str) or left > _LONGEST_ASSERTION_SECONDS:
            raise InvalidClientError(description="The client assertion lives too long.")
        return self._tokens.first_use(claims["sub"], jti, max(left, 1))


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """Tells a machine about its own tokens; with the scope `oauth.introspect` about every token."""

    CLIENT_AUTH_METHODS = [KEY_METHOD]

    def query_token(self, token_string: str, token_type_hint: str | None) -> KnownToken | None:
        """Return a living token."""
        found = self.server.tokens.find(token_string)
        if found and "sid" in found and not self.server.sessions.lives(found["sid"]):
            return None
        return KnownToken(found) if found else None

    def check_permission(self, token: KnownToken, client: Machine, request: Any) -> bool:
        """Tell whether this machine may know about this token."""
        return token.facts["client_id"] == client.client_id or INTROSPECT in client.scopes

    def introspect_token(self, token: KnownToken) -> dict[str, Any]:
        """Return what is told."""
        facts = token.facts
        subject = facts.get("sub", facts["client_id"])
        told = {name: facts[name] for name in ("client_id", "iat", "exp", "scope")}
        return told | {"active": True, "token_type": "Bearer", "sub": subject}


def metadata(public_url: str) -> dict[str, Any]:
    """Return what RFC 8414 has clients read about this server."""
    return {
        "issuer": public_url,
        "authorization_endpoint": f"{public_url}/oauth/authorize",
        "token_endpoint": f"{public_url}/oauth/token",
        "introspection_endpoint": f"{public_url}/oauth/introspect",
        "jwks_uri": f"{public_url}/.well-known/jwks.json",
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", KEY_METHOD],
        "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "introspection_endpoint_auth_methods_supported": [KEY_METHOD],
        "introspection_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
    }
