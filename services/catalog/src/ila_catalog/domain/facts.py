"""What state registers say about institutions, with the proof of it, and when to ask again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

INSTITUTIONS, ADDRESSES, LICENCES = "viis_institutions", "viis_addresses", "programme_licences"
# A fact that is younger than this is not asked for again [default].
FRESH_FOR = timedelta(hours=24)
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterFact:
    """The last answer of a register about an institution; `observed_at` is None before the first.

    `ask_at` is when the register is asked (again); None when nobody waits for a newer answer.
    """

    provider_id: UUID
    register: str
    found: bool | None = None
    answer: dict[str, Any] | None = field(default=None, repr=False)
    observed_at: datetime | None = None
    legal_basis: str | None = None
    hash: str | None = None
    snapshot: str | None = field(default=None, repr=False)
    ask_at: datetime | None = None
    tries: int = 0
    fault: str | None = None

    @property
    def known(self) -> bool:
        """Whether the register has ever answered, be it that it has no such institution."""
        return self.observed_at is not None

    def provenance(self) -> dict[str, Any]:
        """Return where the answer comes from, without the answer: it stands in the signed snapshot."""
        return {
            "register": self.register,
            "found": self.found,
            "observed_at": self.observed_at,
            "legal_basis": self.legal_basis,
            "hash": self.hash,
            "snapshot": self.snapshot,
        }


Facts = Mapping[str, RegisterFact]


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An institution that a register is to be asked about."""

    provider_id: UUID
    viis_number: str
    register: str
    tries: int


def answers(facts: Facts, register: str) -> dict[str, Any] | None:
    """Return what a register says; {} when it has no such institution, None when it never answered."""
    fact = facts.get(register)
    return None if fact is None or not fact.known else (fact.answer or {})


def unanswered(facts: Facts, registers: Iterable[str]) -> list[str]:
    """Return which of these registers have never answered."""
    return [register for register in registers if answers(facts, register) is None]


def is_stale(fact: RegisterFact | None, at: datetime) -> bool:
    """Tell whether a register is to be asked (again) about something."""
    return fact is None or fact.observed_at is None or at - fact.observed_at > FRESH_FOR


def pause_after(tries: int) -> timedelta:
    """Return how long to wait after so many tries in vain: twice as long each time, up to five minutes."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * (1 << min(tries, 20)))
