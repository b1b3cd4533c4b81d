"""Calls to a neighbour, as a machine client, through the gateway and nowhere else."""

import threading
import time
from http import HTTPStatus
from pathlib import Path
from typing import Any
from uuid import UUID

import requests
from joserfc import jwt
from joserfc.jwk import ECKey
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

from ila_kit.context import current
from ila_kit.errors import Unavailable
from ila_kit.ids import uuid7

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TIMEOUT = (2, 10)
RENEW_BEFORE_SECONDS = 10


class Neighbour:
    """A client of the platform's own API: `get` and `post` with a short-lived token of this machine."""

    def __init__(self, gateway_url: str, client_id: str, key_file: Path):
        self._base, self._client_id = gateway_url, client_id
        self._key = ECKey.import_key(key_file.read_text())
        self._lock = threading.Lock()
        self._token, self._token_ends = "", 0.0
        self._session = requests.Session()
        retry = Retry(
            total=2,
            backoff_factor=0.2,
            backoff_jitter=0.2,
            status_forcelist=(502, 503, 504),
            respect_retry_after_header=False,
        )
        for scheme in ("http://", "https://"):
            self._session.mount(scheme, HTTPAdapter(pool_maxsize=8, max_retries=retry))

    def get(self, path: str, acting_for: UUID | None = None, **query: Any) -> Any:
        """Return the JSON answer of a GET. Raises Unavailable when the neighbour gives none."""
        return self._call("GET", path, acting_for, params=query)

    def post(self, path: str, body: Any, acting_for: UUID | None = None) -> Any:
        """Return the JSON answer of a POST. Raises Unavailable when the neighbour gives none."""
        headers = {"Idempotency-Key": str(uuid7())}
        return self._call("POST", path, acting_for, json=body, headers=headers)

    def _call(
        self,
        method: str,
        path: str,
        acting_for: UUID | None,
        headers: dict[str, str] | None = None,
        **what: Any,
    ) -> Any:
        context = current()
        sent = (headers or {}) | {"X-Request-Id": context.request_id, "traceparent": context.traceparent}
        if acting_for:
            sent["X-Acting-For"] = str(acting_for)
        try:
            sent["Authorization"] = f"Bearer {self._access_token()}"
            answer = self._session.request(
                method, self._base + path, headers=sent, timeout=TIMEOUT, allow_redirects=False, **what
            )
            if answer.status_code == HTTPStatus.UNAUTHORIZED:
                self._token_ends = 0.0
            return _json(answer)
        except (requests.RequestException, ValueError, KeyError, TypeError) as fault:
            named = path.removeprefix("/api").split("/")[1]
            raise Unavailable(neighbour=named, fault=type(fault).__name__) from fault

    def _access_token(self) -> str:
        with self._lock:
            if time.monotonic() > self._token_ends:
                address = f"{self._base}/oauth/token"
                granted = _json(
                    self._session.post(
                        address, data=self._assertion(), timeout=TIMEOUT, allow_redirects=False
                    )
                )
                ends = time.monotonic() + granted["expires_in"] - RENEW_BEFORE_SECONDS
                self._token, self._token_ends = granted["access_token"], ends
            return self._token

    def _assertion(self) -> dict[str, str]:
        now = int(time.time())
        claims: dict[str, Any] = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": f"{self._base}/oauth/token",
        }
        claims |= {"iat": now, "exp": now + 60, "jti": str(uuid7())}
        header = {"alg": "ES256", "kid": self._key.thumbprint()}
        return {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": jwt.encode(header, claims, self._key),
        }


def _json(answer: requests.Response) -> Any:
    """Return the JSON of a good answer; a redirect is none: tokens go nowhere else."""
    answer.raise_for_status()
    if answer.is_redirect:
        raise requests.HTTPError("a redirect", response=answer)
    return answer.json()
