"""Cooperation agreements, as catalog told of them: what may be paid, and by which methodology."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from ila_kit.clock import riga_date


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """An agreement of the agency and a provider in one call.

    `in_force_at` is None when only its end was told so far, `ended_at` while it did not end.
    `methodology_version` was pinned when it came into force; None when none was valid then.
    """

    id: UUID
    organisation_id: UUID
    call_id: UUID
    programme_ids: tuple[UUID, ...]
    number: str | None = None
    in_force_at: datetime | None = None
    methodology_version: str | None = None
    ended_at: datetime | None = None
    outcome: str | None = None

    def covers(self, programme_id: UUID, day: date) -> bool:
        """Tell whether a result of a programme, reached on a day in Riga, may be paid under it.

        Source: BR-406.
        """
        if self.in_force_at is None or programme_id not in self.programme_ids:
            return False
        begun = riga_date(self.in_force_at) <= day
        return begun and (self.ended_at is None or day <= riga_date(self.ended_at))
