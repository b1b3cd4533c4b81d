"""What double funding is found by; `ports` joins it."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from ila_funding.domain.hold import Hold
from ila_funding.domain.support import Found


class SupportStore(Protocol):
    """The content of programmes, and whose money pays for which."""

    def describe(self, programme_id: UUID, content_keys: Sequence[str]) -> None:
        """Store what a programme teaches beside what was known, and that live money for it pays for that."""

    def find(self, person_id: UUID, programme_id: UUID) -> Found:
        """Return what pays a content of a programme for a person already, and what nobody noted."""

    def claim(self, holds: Sequence[Hold]) -> None:
        """Note what new holds pay for; a content that is paid already fails the whole transaction."""

    def free(self, hold_ids: Sequence[UUID]) -> None:
        """Forget what these holds paid for: their money went back."""
