"""The secrets of draws at rest: sealed, so that nobody who reads the database knows who will win."""

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


@dataclass(frozen=True)
class Vault:
    """Seals and opens with a key derived from one secret of 32 bytes."""

    _sealing: AESGCM = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> "Vault":
        """Return the vault of a secret in base64. Raises ValueError unless it is 32 bytes."""
        try:
            key = base64.b64decode(secret, validate=True)
        except binascii.Error:
            raise ValueError("not base64") from None
        if len(key) != 32:
            raise ValueError("not 32 bytes")
        derived = HKDF(SHA256(), 32, salt=None, info=b"ila draw sealing").derive(key)
        return cls(AESGCM(derived))

    def seal(self, data: bytes, call_id: UUID) -> bytes:
        """Return encrypted data; it opens for this call alone, so that rows cannot be swapped."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._sealing.encrypt(nonce, data, call_id.bytes)

    def open(self, sealed: bytes, call_id: UUID) -> bytes:
        """Return what was sealed for a call. Raises InvalidTag when it was altered or moved."""
        return self._sealing.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], call_id.bytes)
