"""What double funding is found by; `ports` joins it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ila_funding.domain.hold import Hold
from ila_funding.domain.support import Found
from ila_funding.domain.support_check import PendingCheck, SupportAnswer


class SupportStore(Protocol):
    """The content of programmes, and whose money pays for which."""

    def describe(self, programme_id: UUID, content_keys: Sequence[str]) -> None:
        """Store what a programme teaches beside what was known, and that live money for it pays for that."""

    def find(self, person_id: UUID, programme_id: UUID) -> Found:
        """Return what pays a content of a programme for a person already, and what nobody noted."""

    def content_of(self, programme_id: UUID) -> list[str]:
        """Return the names of what a programme teaches."""

    def pending(self, after: UUID | None, limit: int) -> list[PendingCheck]:
        """Return the live holds about which the register was not heard, in the order of their ids."""

    def found_unclaimed(self, limit: int) -> list[PendingCheck]:
        """Return the holds with bound money that others paid and that no claim asks for."""

    def claimed(self, hold_id: UUID) -> bool:
        """Tell whether a claim asks for a hold, or was paid for it."""

    def claim(self, holds: Sequence[Hold]) -> None:
        """Note what new holds pay for; a content that is paid already fails the whole transaction."""

    def free(self, hold_ids: Sequence[UUID]) -> None:
        """Forget what these holds paid for: their money went back."""


class EarlierSupport(Protocol):
    """The register of earlier support; identity asks it, by the codes that identity alone knows."""

    def of(self, since: Mapping[UUID, datetime], purpose: str) -> dict[UUID, SupportAnswer]:
        """Return what the register told of persons since these times, by id; of some it may not have told.

        Raises Unavailable when it is down, or the way to it.
        """
