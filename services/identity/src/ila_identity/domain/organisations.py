"""Organisations in which roles are held, and what may happen to them.

Source: BR-101, BR-105; 01-mission section 5 (organisation: active → suspended → closed).
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from ila_kit.states import StateMachine, Step

_EPOCH_MS = 1_727_654_400_000
_SANCTIONS = frozenset({"sanction_officer"})
CLOSED = "closed"
ORGANISATION = StateMachine(
    "organisation",
    "active",
    [
        Step("active", "suspend", "suspended", _SANCTIONS),
        Step("suspended", "reinstate", "active", _SANCTIONS),
        Step("active", "close", CLOSED, _SANCTIONS),
        Step("suspended", "close", CLOSED, _SANCTIONS),
    ],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """An institution on the platform. `viis_number` is its number in the register of institutions.

    `approved_at` is None for one that development seeded and the others were not told of yet.
    `reason` is why the state is what it is, as written by who changed it.
    """

    id: UUID
    title: str
    viis_number: str | None
    created_at: datetime
    updated_at: datetime
    legal_person_number: str | None = None
    institution_type: str = ""
    seat: str = ""
    territory: str = ""
    territory_title: str = ""
    registration_id: UUID | None = None
    state: str = ORGANISATION.start
    reason: str | None = None
    approved_at: datetime | None = None
    version: int = 1

    @property
    def closed(self) -> bool:
        """Whether nothing happens in it any more."""
        return self.state == CLOSED

    def described(self, told: Mapping[str, Any]) -> "Organisation":
        """Return it as the register of institutions describes it; what is null there is empty here."""
        return replace(
            self,
            title=_text(told, "title") or self.title,
            legal_person_number=_text(told, "legal_person_number") or self.legal_person_number,
            institution_type=_text(told, "type"),
            seat=_text(told, "seat"),
            territory=_text(told, "territory"),
            territory_title=_text(told, "territory_title"),
        )

    def stepped(self, action: str, roles: Iterable[str], reason: str, now: datetime) -> "Organisation":
        """Return it after a step of its table. Raises WrongState or NotYourStep."""
        state = ORGANISATION.next_state(self.state, action, roles, self)
        return replace(self, state=state, reason=reason, updated_at=now, version=self.version + 1)


def stable_id(name: str) -> UUID:
    """Return the id of a development organisation: the same for one name everywhere, formed like a UUIDv7.

    The time in it is 30.09.2024 00:00 UTC; the other 74 bits are the SHA-256 of `organisation:<name>`.
    """
    bits = int.from_bytes(hashlib.sha256(f"organisation:{name}".encode()).digest()[:10])
    high, low = bits >> 68 & 0xFFF, bits & (1 << 62) - 1
    return UUID(int=_EPOCH_MS << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""
