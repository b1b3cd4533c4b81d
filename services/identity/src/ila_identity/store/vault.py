"""Personal codes and account numbers at rest: sealed so that this service alone reads them."""

import hmac
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from ila_kit import vault

from ila_identity.domain.personal_codes import PersonalCode

_SEALING, _FINDING = b"ila personal code sealing", b"ila personal code finding"


@dataclass(frozen=True)
class Vault:
    """Seals, opens and fingerprints secrets with keys derived from one secret of 32 bytes."""

    _sealing: vault.Vault
    _fingerprinting: bytes = field(repr=False)

    @classmethod
    def of(cls, secret: str) -> "Vault":
        """Return the vault of a secret in base64. Raises ValueError unless it is 32 bytes."""
        return cls(vault.Vault.of(secret, _SEALING), vault.derived_key(secret, _FINDING))

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
        return self._sealing.seal(text.encode(), owner_id)

    def open_text(self, sealed: bytes, owner_id: UUID) -> str:
        """Return the text that was sealed for an owner. Raises InvalidTag when it was altered or moved."""
        return self._sealing.open(sealed, owner_id).decode()

    def fingerprint_text(self, text: str) -> bytes:
        """Return the keyed hash under which a text is found."""
        return hmac.digest(self._fingerprinting, text.encode(), sha256)
