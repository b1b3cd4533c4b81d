"""A client for tests of a service's routes: it signs identity tokens like the gateway does."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from urllib3 import encode_multipart_formdata
from werkzeug.test import TestResponse

from ila_kit.web.identity import ISSUER, Verifier

KEY = ECKey.generate_key("P-256", {"use": "sig", "alg": "ES256"}, auto_kid=True)
KEYS = KeySet([KEY])


def verifier(service: str) -> Verifier:
    """Return a verifier that trusts this module's key."""
    return Verifier(service, lambda: KEYS)


def identity_token(
    service: str, person: UUID | str, *roles: str | tuple[str, UUID], acr: str = "high", **claims: Any
) -> str:
    """Return an identity token as the gateway makes them; a role is a name, or a name and an organisation."""
    now = int(time.time())
    held = [
        {"role": role, "organisation": None}
        if isinstance(role, str)
        else {"role": role[0], "organisation": str(role[1])}
        for role in roles
    ]
    body = {
        "iss": ISSUER,
        "aud": service,
        "sub": str(person),
        "roles": held,
        "acr": acr,
        "iat": now,
        "exp": now + 60,
    }
    return jwt.encode({"alg": "ES256", "kid": KEY.kid}, body | claims, KEY)


class ApiClient:
    """Calls one service as somebody: `client.as_(person, "learner").post(path, {...}, key="k1")`."""

    def __init__(self, client: FlaskClient, service: str, token: str | None = None):
        self._client, self._service, self._token = client, service, token

    def as_(self, person: UUID | str, *roles: str | tuple[str, UUID], acr: str = "high") -> "ApiClient":
        """Return a client signed in as this person with these roles."""
        return ApiClient(self._client, self._service, identity_token(self._service, person, *roles, acr=acr))

    def get(self, path: str, **headers: str) -> TestResponse:
        """GET a path."""
        return self._client.get(path, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, key: str | None = None, **headers: str) -> TestResponse:
        """POST JSON; `key` is the idempotency key, a new one when it is not given."""
        sent = self._headers({"Idempotency-Key": key or str(uuid4())} | headers)
        return self._client.post(path, json=body, headers=sent)

    def upload(
        self, path: str, form: Any, key: str | None = None, **files: tuple[str, bytes, str]
    ) -> TestResponse:
        """POST a multipart form; each file is its name, its bytes and its media type."""
        # Encoded here: the test client would leave the temporary file of a large form unclosed.
        body, kind = encode_multipart_formdata({"form": json.dumps(form), **files})
        sent = self._headers({"Idempotency-Key": key or str(uuid4())})
        return self._client.post(path, data=body, headers=sent, content_type=kind)

    def put(self, path: str, body: Any, version: int | None = None, **headers: str) -> TestResponse:
        """PUT JSON; `version` goes into If-Match."""
        match = {} if version is None else {"If-Match": f'"{version}"'}
        return self._client.put(path, json=body, headers=self._headers(match | headers))

    def patch(self, path: str, body: Any, version: int | None = None, **headers: str) -> TestResponse:
        """PATCH JSON; `version` goes into If-Match."""
        match = {} if version is None else {"If-Match": f'"{version}"'}
        return self._client.patch(path, json=body, headers=self._headers(match | headers))

    def delete(self, path: str, **headers: str) -> TestResponse:
        """DELETE a path."""
        return self._client.delete(path, headers=self._headers(headers))

    def _headers(self, more: dict[str, str]) -> dict[str, str]:
        mine = {name.replace("_", "-"): value for name, value in more.items()}
        return mine | ({"Authorization": f"Bearer {self._token}"} if self._token else {})
