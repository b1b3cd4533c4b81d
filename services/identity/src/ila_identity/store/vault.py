"""Personal codes and account numbers at rest: sealed so that this service alone reads them."""

import base64
import binascii
import hmac
import os
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ila_identity.domain.personal_codes import PersonalCode

_VERSION = b"\x01"
_NONCE = 12


@dataclass(frozen=True)
class Vault:
    """Seals, opens and fingerprints secrets with keys derived from one secret of 32 bytes."""

    _sealing: AESGCM = field(repr=False)
    _fingerprinting: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> "Vault":
        """Return the vault of a secret in base64. Raises ValueError unless it is 32 bytes."""
        try:
            key = base64.b64decode(secret, validate=True)
        except binascii.Error:
            raise ValueError("not base64") from None
        if len(key) != 32:
            raise ValueError("not 32 bytes")
        return cls(
            AESGCM(_derive(key, b"ila personal code sealing")), _derive(key, b"ila personal code finding")
        )

    def seal(self, code: PersonalCode, owner_id: UUID) -> bytes:
        """Return the encrypted code; it opens for its owner alone, so that rows cannot be swapped."""
        return self.seal_text(code.digits, owner_id)

    def open(self, sealed: bytes, owner_id: UUID) -> PersonalCode:
        """Return the code that was sealed for an owner. Raises InvalidTag when it was altered or moved."""
        return PersonalCode(self.open_text(sealed, owner_id))

    def fingerprint(self, code: PersonalCode) -> bytes:
        """Return the keyed hash under which a code is found; without the key nobody can try codes."""
        return self.fingerprint_text(code.digits)

    def seal_text(self, text: str, owner_id: UUID) -> bytes:
        """Return an encrypted text that opens for its owner alone."""
        nonce = os.urandom(_NONCE)
        return _VERSION + nonce + self._sealing.encrypt(nonce, text.encode(), owner_id.bytes)

    def open_text(self, sealed: bytes, owner_id: UUID) -> str:
        """Return the text that was sealed for an owner. Raises InvalidTag when it was altered or moved."""
        nonce, text = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        return self._sealing.decrypt(nonce, text, owner_id.bytes).decode()

    def fingerprint_text(self, text: str) -> bytes:
        """Return the keyed hash under which a text is found."""
        return hmac.digest(self._fingerprinting, text.encode(), sha256)


def _derive(key: bytes, purpose: bytes) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose).derive(key)
