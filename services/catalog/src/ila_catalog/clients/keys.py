"""The service's own key: receipts are signed with it, and anybody can check them."""

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from joserfc import jws
from joserfc.jwk import ECKey, KeySet

ALGORITHM = "ES256"


class KeySigner:
    """Signs with the key in a file, which is read when it is first needed."""

    def __init__(self, key_file: Path):
        self._key_file = key_file

    @cached_property
    def _key(self) -> ECKey:
        return ECKey.import_key(self._key_file.read_text(), {"use": "sig", "alg": ALGORITHM})

    def sign(self, claims: Mapping[str, Any]) -> str:
        """Return claims as a compact JWS; its header names the key by its thumbprint."""
        header = {"alg": ALGORITHM, "typ": "JWS", "kid": self._key.thumbprint()}
        body = json.dumps(claims, separators=(",", ":"), sort_keys=True).encode()
        return jws.serialize_compact(header, body, self._key)

    def public_keys(self) -> dict[str, Any]:
        """Return the public key as a JSON Web Key Set."""
        public = ECKey.import_key(self._key.as_dict(private=False) | {"kid": self._key.thumbprint()})
        return dict(KeySet([public]).as_dict(private=False))
