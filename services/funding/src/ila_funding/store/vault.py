"""IBANs and bank files at rest: sealed, so that this service alone reads them."""

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
        derived = HKDF(SHA256(), 32, salt=None, info=b"ila bank account sealing").derive(key)
        return cls(AESGCM(derived))

    def seal(self, data: bytes, owner: UUID) -> bytes:
        """Return encrypted data; it opens for this owner alone, so that rows cannot be swapped."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._sealing.encrypt(nonce, data, owner.bytes)

    def open(self, sealed: bytes, owner: UUID) -> bytes:
        """Return what was sealed for an owner. Raises InvalidTag when it was altered or moved."""
        return self._sealing.decrypt(sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :], owner.bytes)
