"""One spelling of a JSON value, so that a hash of it means something."""

import hashlib
from typing import Any

import rfc8785


def canonical(value: Any) -> bytes:
    """Return the JSON bytes of a value as RFC 8785 spells them: sorted keys, no spaces, UTF-8."""
    return rfc8785.dumps(value)


def sha256_hex(value: Any) -> str:
    """Return the SHA-256 of the canonical spelling, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
