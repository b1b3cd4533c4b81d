"""Data at rest: sealed, so that only the service that holds the secret reads it."""

import base64
import binascii
import os
from dataclasses import dataclass, field
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_VERSION = b"\x01"
_NONCE = 12


def derived_key(secret: str, purpose: bytes) -> bytes:
    """Return the key of 32 bytes that a secret in base64 gives for one purpose.

    Raises ValueError unless the secret is 32 bytes.
    """
    try:
        key = base64.b64decode(secret, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if len(key) != 32:
        raise ValueError("not 32 bytes")
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)


@dataclass(frozen=True)
class Vault:
    """Seals and opens by AES-256-GCM, with a key of its own for its purpose."""

    _sealing: AESGCM = field(repr=False)

    @classmethod
    def of(cls, secret: str, purpose: bytes) -> "Vault":
        """Return the vault of a secret in base64 and a purpose. Raises ValueError unless it is 32 bytes."""
        return cls(AESGCM(derived_key(secret, purpose)))

    def seal(self, data: bytes, owner: UUID) -> bytes:
        """Return encrypted data; it opens for this owner alone, so that rows cannot be swapped."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._sealing.encrypt(nonce, data, owner.bytes)

    def open(self, sealed: bytes, owner: UUID) -> bytes:
        """Return what was sealed for an owner. Raises InvalidTag when it was altered or moved."""
        return self._sealing.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], owner.bytes)
