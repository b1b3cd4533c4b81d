"""Organisations in which roles are held."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

_EPOCH_MS = 1_727_654_400_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An institution on the platform. `viis_number` is its number in the register of institutions."""

    id: UUID
    title: str
    viis_number: str | None
    created_at: datetime


def stable_id(name: str) -> UUID:
    """Return the id of a development organisation: the same for one name everywhere, formed like a UUIDv7.

    The time in it is 30.09.2024 00:00 UTC; the other 74 bits are the SHA-256 of `organisation:<name>`.
    """
    bits = int.from_bytes(hashlib.sha256(f"organisation:{name}".encode()).digest()[:10])
    high, low = bits >> 68 & 0xFFF, bits & (1 << 62) - 1
    return UUID(int=_EPOCH_MS << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
