"""Erasure: a person asks, each service erases its part and says what it kept and why, identity comes last.

Source: 01-mission section 5 (account closed → erased), 04-contracts section 4, BR-901 (what the law keeps).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

ASKED = frozenset({"applications", "funding"})
ASK_AGAIN = timedelta(days=1)
KEPT_HERE = (
    "access log: access and security logs, 18 months (BR-901)",
    "memberships and registrations of institutions: who acted for an institution (BR-901)",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """One person's erasure: `answered` are the services that erased their part."""

    person_id: UUID
    requested_at: datetime
    answered: frozenset[str] = frozenset()
    erased_at: datetime | None = None

    @property
    def answered_by_all(self) -> bool:
        """Whether every service has erased its part."""
        return self.answered >= ASKED

    def with_answer(self, service: str) -> "Erasure":
        """Return the erasure after a service has answered; once more changes nothing."""
        return replace(self, answered=self.answered | ({service} & ASKED))

    def done(self, now: datetime) -> "Erasure":
        """Return the erasure after identity's own part."""
        return replace(self, erased_at=now)
