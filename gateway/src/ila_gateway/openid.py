"""Sign-in at the state e-identity: OpenID Connect, code flow with PKCE; the client shows itself by key."""

import hmac
import logging
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from ila_kit.errors import Unavailable
from ila_kit.web.identity import ASSURANCE
from ila_kit.web.problems import BadRequest
from itsdangerous import BadData, URLSafeTimedSerializer
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from ila_gateway.people import SignIn

log = logging.getLogger(__name__)
ALGORITHM = "ES256"
_FRESH_SECONDS = 600
_KEPT_SECONDS = 3_600
_LEFT_ALONE_SECONDS = 5
_LEEWAY_SECONDS = 10
_TIMEOUT = (3, 10)


class ProviderUnavailable(Unavailable):
    """The e-identity does not answer, or not as it should."""

    code = "sign-in-unavailable"


class SignInExpired(BadRequest):
    """An answer of the e-identity to a question this browser did not ask, or asked too long ago."""

    def __init__(self) -> None:
        super().__init__("sign-in-expired", 400)


class SignInCancelled(BadRequest):
    """The person turned back, or the e-identity would not sign the person in."""

    def __init__(self) -> None:
        super().__init__("sign-in-cancelled", 403)


@dataclass(frozen=True, slots=True)
class Provider:
    """What discovery says about the e-identity, and its keys."""

    authorization_endpoint: str
    token_endpoint: str
    keys: KeySet
    known_until: float


@dataclass(frozen=True, slots=True)
class Wish:
    """What a sign-in is begun for.

    `acr_values`: the assurance asked of the provider, the best first. `needed` and `person`: a sign-in
    that is to be worth more must reach this assurance, and be the same person's.
    """

    next_path: str
    acr_values: str = ""
    needed: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A sign-in that has begun: where the browser goes, and what it carries until it is back."""

    address: str
    carried: str


class OpenIdClient:
    """The gateway as a client of the OpenID provider. Asks it nothing before somebody signs in."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        key_file: Path,
        secret: str,
        public_url: str,
        scope: str,
        clock: Callable[[], float] = time.time,
    ):
        self._issuer = issuer
        self._client_id = client_id
        self._key = ECKey.import_key(key_file.read_text())
        self._key.ensure_kid()
        self._signer = URLSafeTimedSerializer(secret, salt="sign-in.2")
        self._redirect_uri = f"{public_url}/auth/callback"
        self._scope = scope
        self._clock = clock
        self._lock = threading.Lock()
        self._provider: Provider | None = None
        self._down_until = 0.0

    def begin(self, wish: Wish, login_hint: str | None = None) -> Begun:
        """Start a sign-in that ends at the local path of the wish. Raises ProviderUnavailable."""
        own = {name: secrets.token_urlsafe(32) for name in ("state", "nonce", "verifier")}
        optional = {"login_hint": login_hint, "acr_values": wish.acr_values}
        address, _ = self._session().create_authorization_url(
            self._known().authorization_endpoint,
            state=own["state"],
            code_verifier=own["verifier"],
            nonce=own["nonce"],
            **{name: value for name, value in optional.items() if value},
        )
        return Begun(address, self._signer.dumps(own | {"wish": asdict(wish)}))

    def finish(self, carried: str | None, given: dict[str, str]) -> tuple[SignIn, Wish]:
        """Return who signed in, and what it was begun for.

        Raises SignInExpired, SignInCancelled or ProviderUnavailable.
        """
        begun = self._carried(carried)
        if not hmac.compare_digest(begun["state"].encode(), given.get("state", "").encode()):
            raise SignInExpired
        if given.get("iss", self._issuer) != self._issuer:
            raise SignInExpired
        if "code" not in given:
            raise SignInCancelled
        claims = self._claims(self._exchange(given["code"], begun["verifier"]), begun["nonce"])
        return _sign_in(claims), Wish(**begun["wish"])

    def wish(self, carried: str | None) -> Wish:
        """Return what a sign-in under way was begun for. Raises SignInExpired."""
        return Wish(**self._carried(carried)["wish"])

    def _carried(self, carried: str | None) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._signer.loads(carried or "", max_age=_FRESH_SECONDS)
        except BadData:
            raise SignInExpired from None
        return found

    def _session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._client_id,
            self._key,
            token_endpoint_auth_method="private_key_jwt",  # noqa: S106 -- the name of a method
            scope=self._scope,
            redirect_uri=self._redirect_uri,
            code_challenge_method="S256",
            default_timeout=_TIMEOUT,
        )
        session.register_client_auth_method(PrivateKeyJWT(headers={"kid": self._key.kid}, alg=ALGORITHM))
        return session

    def _exchange(self, code: str, verifier: str) -> str:
        """Return the id token for a code."""
        try:
            answer = self._session().fetch_token(
                self._known().token_endpoint,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                redirect_uri=self._redirect_uri,
            )
            return str(answer["id_token"])
        except OAuthError as fault:
            log.warning("the provider refused a code", extra={"error": fault.error})
            raise SignInExpired from fault
        except (requests.RequestException, ValueError, KeyError, TypeError) as fault:
            raise ProviderUnavailable from fault

    def _claims(self, id_token: str, nonce: str) -> dict[str, Any]:
        """Return the verified claims of an id token; keys are fetched again once, for they may be new."""
        for keys in (self._known().keys, None):
            try:
                token = jwt.decode(id_token, keys or self._known(fresh=True).keys, algorithms=[ALGORITHM])
                self._registry(nonce).validate(token.claims)
                return token.claims
            except (JoseError, ValueError, TypeError, RecursionError) as fault:
                if keys is None:
                    log.warning("an id token did not hold", extra={"error": type(fault).__name__})
                    raise SignInExpired from fault
        raise AssertionError("unreachable")

    def _registry(self, nonce: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=lambda: int(self._clock()),
            leeway=_LEEWAY_SECONDS,
            iss={"essential": True, "value": self._issuer},
            aud={"essential": True, "value": self._client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": nonce},
        )

    def _known(self, fresh: bool = False) -> Provider:
        """Return what is known about the provider; ask it when that is nothing, or old.

        When it just gave no answer it is left alone for a moment: nobody queues for its silence.
        """
        with self._lock:
            if fresh or self._provider is None or self._provider.known_until < self._clock():
                if self._clock() < self._down_until:
                    raise ProviderUnavailable
                self._down_until = self._clock() + _LEFT_ALONE_SECONDS
                self._provider = self._discover()
                self._down_until = 0.0
            return self._provider

    def _discover(self) -> Provider:
        try:
            found = _get(f"{self._issuer}/.well-known/openid-configuration")
            if found["issuer"] != self._issuer:
                raise ValueError("the provider calls itself something else")
            keys = KeySet.import_key_set(_get(found["jwks_uri"]))
            endpoints = (str(found["authorization_endpoint"]), str(found["token_endpoint"]))
        except (requests.RequestException, JoseError, ValueError, KeyError, TypeError) as fault:
            log.warning("the provider cannot be read", extra={"fault": type(fault).__name__})
            raise ProviderUnavailable from fault
        return Provider(*endpoints, keys, self._clock() + _KEPT_SECONDS)


def _get(address: str) -> Any:
    answer = requests.get(address, timeout=_TIMEOUT)
    answer.raise_for_status()
    return answer.json()


def _sign_in(claims: dict[str, Any]) -> SignIn:
    """Return the person the claims describe. Raises ProviderUnavailable when they do not say enough."""
    try:
        return SignIn(
            issuer=claims["iss"],
            subject=claims["sub"],
            personal_code=claims["personal_code"],
            given_name=claims["given_name"],
            family_name=claims["family_name"],
            birth_date=claims["birthdate"],
            acr=next((level for level in ASSURANCE if level == claims.get("acr")), "low"),
            email=claims.get("email"),
            persona=claims.get("persona"),
        )
    except KeyError as fault:
        log.warning("the provider leaves out a claim", extra={"claim": str(fault)})
        raise ProviderUnavailable from fault
