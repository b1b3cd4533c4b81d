"""What waits for somebody ends by itself: one timer for the state a thing is in."""

from datetime import datetime
from uuid import UUID

from ila_identity.ports import Unit


def keep_deadline(unit: Unit, subject_id: UUID, timer: str, ends_at: datetime | None) -> None:
    """Have a timer called when the state of a thing ends by itself; None: that it is not called any more.

    Source: BR-605.
    """
    if ends_at is None:
        unit.clear_timer(subject_id, timer)
    else:
        unit.set_timer(subject_id, timer, ends_at)
