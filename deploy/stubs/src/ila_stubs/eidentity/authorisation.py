"""The authorisation request: what a client asks, checked, and what it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from werkzeug.datastructures import MultiDict

from ila_stubs.eidentity.clients import Client
from ila_stubs.eidentity.errors import ProtocolError, UntrustedRequest
from ila_stubs.personas import ACR_LEVELS, Persona

PARAMETERS = (
    "acr_values", "client_id", "code_challenge", "code_challenge_method", "login_hint", "nonce", "prompt",
    "redirect_uri", "response_type", "scope", "state",
)  # fmt: skip
_CHALLENGE_LENGTH = 43  # of a SHA-256 in base64url


@dataclass(frozen=True, slots=True)
class Destination:
    """Where answers to a request may go: a client that is known, at an address it registered."""

    client: Client
    redirect_uri: str
    state: str | None

    @classmethod
    def read(cls, given: MultiDict[str, str], clients: Mapping[str, Client]) -> "Destination":
        """Return where to answer. Raises UntrustedRequest when nowhere is safe."""
        if any(len(values) > 1 for values in given.listvalues()):
            raise UntrustedRequest("A parameter is repeated.")
        client = clients.get(given.get("client_id", ""))
        if client is None:
            raise UntrustedRequest("client_id is not registered.")
        redirect_uri = given.get("redirect_uri", "")
        if redirect_uri not in client.redirect_uris:
            raise UntrustedRequest("redirect_uri is not registered.")
        return cls(client, redirect_uri, given.get("state"))

    def url(self, issuer: str, **answer: str) -> str:
        """Return the address that carries the answer back, with the state and the issuer (RFC 9207)."""
        state = {} if self.state is None else {"state": self.state}
        joint = "&" if urlsplit(self.redirect_uri).query else "?"
        return self.redirect_uri + joint + urlencode(answer | state | {"iss": issuer})


def check_request(given: Mapping[str, str]) -> None:
    """Pass a request the provider can serve. Raises ProtocolError with the protocol's name of the fault."""
    if given.get("request") or given.get("request_uri"):
        raise ProtocolError("request_not_supported", "Request objects are not supported.")
    if given.get("response_type") != "code":
        raise ProtocolError("unsupported_response_type", "Only the code flow is offered.")
    if "openid" not in given.get("scope", "").split():
        raise ProtocolError("invalid_scope", "scope lacks openid.")
    if (
        given.get("code_challenge_method") != "S256"
        or len(given.get("code_challenge", "")) != _CHALLENGE_LENGTH
    ):
        raise ProtocolError("invalid_request", "A code_challenge by S256 is required.")


def granted_acr(persona: Persona, acr_values: str) -> str:
    """Return the assurance of a sign-in: the first level asked for that the persona reaches.

    When it reaches none of them, the honest answer is what it has: `acr_values` is a wish, and the
    client decides whether the level is enough (OpenID Connect Core, 3.1.2.1).
    """
    reachable = ACR_LEVELS[: ACR_LEVELS.index(persona.acr) + 1]
    return next((level for level in acr_values.split() if level in reachable), persona.acr)
