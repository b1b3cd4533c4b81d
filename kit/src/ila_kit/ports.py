"""What every use case may ask of its unit of work; a service's own port adds its stores."""

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from ila_kit.actor import Actor
from ila_kit.events import Event


class UnitOfWork(Protocol):
    """One transaction, as a use case sees it; the door that opened it commits it."""

    actor: Actor
    now: datetime

    def publish(self, event: Event, sequence: int = 1) -> None:
        """Tell the other services, once this commits; `sequence` is the version of the subject."""

    def audit(self, action: str, subject_kind: str, subject_id: UUID | str, **details: Any) -> None:
        """Note who did what to what: ids, states, amounts, reasons; no personal data."""

    def set_timer(self, subject_id: UUID, name: str, due_at: datetime) -> None:
        """Have a timer handler called for a subject when it is due."""

    def clear_timer(self, subject_id: UUID, name: str) -> None:
        """Forget a timer of a subject."""
