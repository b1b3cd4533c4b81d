"""The OAuth server: tokens for people's scripts and machines. The protocol is Authlib's, the rules ours."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from authlib.common.urls import add_params_to_uri
from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import ClientMixin, InvalidRequestError, InvalidScopeError
from authlib.oauth2.rfc6749.grants import AuthorizationCodeGrant, ClientCredentialsGrant
from authlib.oauth2.rfc7009 import RevocationEndpoint
from authlib.oauth2.rfc7636 import CodeChallenge
from authlib.oauth2.rfc7662 import IntrospectionEndpoint
from ila_kit.errors import Unavailable
from werkzeug.wrappers import Response

from ila_gateway.assertions import KEY_METHOD, Assertion
from ila_gateway.clients import Clients, CommandLine, Machine
from ila_gateway.session import Session
from ila_gateway.sessions import SessionStore
from ila_gateway.token_store import MACHINE_TOKEN, PERSON_TOKEN, TokenStore
from ila_gateway.tokens import ALGORITHM
from ila_gateway.upstream import ServiceTimeout

CODE_SECONDS = 60
MACHINE_SECONDS = 60
INTROSPECT = "oauth.introspect"


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
    """A living token, as introspection and revocation see it."""

    secret: str = field(repr=False)
    facts: dict[str, Any]

    def check_client(self, client: ClientMixin) -> bool:
        """Tell whether the token was given to this client."""
        return bool(self.facts["client_id"] == client.get_client_id())

    def is_expired(self) -> bool:
        """Return False: the store keeps no dead tokens."""
        return False

    def is_revoked(self) -> bool:
        """Return False: the store keeps no dead tokens."""
        return False


class TemporarilyUnavailable(OAuth2Error):  # type: ignore[misc]
    """Nobody can tell now who this client is; it should come again."""

    error = "temporarily_unavailable"
    description = "Clients cannot be looked up at the moment. Try again shortly."
    status_code = 503

    def get_headers(self) -> list[tuple[str, str]]:
        """Return the headers of the answer."""
        return [*super().get_headers(), ("Retry-After", "5")]


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
        super().__init__(query_client=self._client, save_token=self._keep)
        self._clients = clients
        self.sessions = sessions
        self.tokens = tokens
        self.clock = clock
        self.load_config({})
        self.register_token_generator("default", self._new_token)
        self.register_client_auth_method(KEY_METHOD, Assertion(audiences, tokens, clock))
        self.register_grant(PersonGrant, [Challenge(required=True)])
        self.register_grant(MachineGrant)
        self.register_endpoint(Introspection)
        self.register_endpoint(Revocation)
        self._issuer = audiences[0]

    def living(self, token: str) -> KnownToken | None:
        """Return a token that counts now; a person's dies with its session."""
        found = self.tokens.find(token)
        if found is None or ("sid" in found and not self.sessions.lives(found["sid"])):
            return None
        return KnownToken(token, found)

    def handle_response(self, status_code: int, payload: Any, headers: Any) -> Response:
        """Return an answer; one that sends a browser back says who gives it, against mix-ups (RFC 9207)."""
        response: Response = super().handle_response(status_code, payload, headers)
        if response.location:
            response.location = add_params_to_uri(response.location, [("iss", self._issuer)])
        return response

    def _client(self, client_id: str) -> Machine | CommandLine | None:
        try:
            return self._clients.find(client_id)
        except (Unavailable, ServiceTimeout) as fault:
            raise TemporarilyUnavailable from fault

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


class Introspection(IntrospectionEndpoint):  # type: ignore[misc]
    """Tells a machine about its own tokens; with the scope `oauth.introspect` about every token."""

    CLIENT_AUTH_METHODS = [KEY_METHOD]

    def query_token(self, token_string: str, token_type_hint: str | None) -> KnownToken | None:
        """Return a living token."""
        known: KnownToken | None = self.server.living(token_string)
        return known

    def check_permission(self, token: KnownToken, client: Machine, request: Any) -> bool:
        """Tell whether this machine may know about this token."""
        return token.check_client(client) or INTROSPECT in client.scopes

    def introspect_token(self, token: KnownToken) -> dict[str, Any]:
        """Return what is told."""
        facts = token.facts
        subject = facts.get("sub", facts["client_id"])
        told = {name: facts[name] for name in ("client_id", "iat", "exp", "scope")}
        return told | {"active": True, "token_type": "Bearer", "sub": subject}


class Revocation(RevocationEndpoint):  # type: ignore[misc]
    """Ends a token before its time, for the client it was given to (RFC 7009)."""

    CLIENT_AUTH_METHODS = [KEY_METHOD, "none"]

    def query_token(self, token_string: str, token_type_hint: str | None) -> KnownToken | None:
        """Return a living token; there is nothing to end in another."""
        known: KnownToken | None = self.server.living(token_string)
        return known

    def revoke_token(self, token: KnownToken, request: Any) -> None:
        """Forget a token; the session of a person's token goes on."""
        self.server.tokens.forget(token.secret)


def metadata(public_url: str) -> dict[str, Any]:
    """Return what RFC 8414 has clients read about this server."""
    return {
        "issuer": public_url,
        "authorization_endpoint": f"{public_url}/oauth/authorize",
        "token_endpoint": f"{public_url}/oauth/token",
        "introspection_endpoint": f"{public_url}/oauth/introspect",
        "revocation_endpoint": f"{public_url}/oauth/revoke",
        "jwks_uri": f"{public_url}/.well-known/jwks.json",
        "service_documentation": f"{public_url}/api/docs",
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "authorization_response_iss_parameter_supported": True,
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none", KEY_METHOD],
        "token_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "introspection_endpoint_auth_methods_supported": [KEY_METHOD],
        "introspection_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
        "revocation_endpoint_auth_methods_supported": ["none", KEY_METHOD],
        "revocation_endpoint_auth_signing_alg_values_supported": [ALGORITHM],
    }
