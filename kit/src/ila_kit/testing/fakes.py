"""Fakes for tests of use cases."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from ila_kit.actor import Actor, Role
from ila_kit.events import Event
from ila_kit.ids import uuid7

NOON = datetime(2024, 11, 20, 10, 0, tzinfo=UTC)


def someone(*roles: str, organisation: UUID | None = None, acr: str = "high") -> Actor:
    """Return a person who holds these roles."""
    return Actor(str(uuid7()), tuple(Role(name, organisation) for name in roles), acr)


class FakeUnit:
    """Collects what a use case says: `published`, `audited`, `timers`. Add stores as attributes."""

    def __init__(self, actor: Actor | None = None, now: datetime = NOON):
        self.actor, self.now = actor or someone("learner"), now
        self.published: list[tuple[Event, int]] = []
        self.audited: list[tuple[str, str, str, dict[str, Any]]] = []
        self.timers: dict[tuple[UUID, str], datetime] = {}

    @property
    def events(self) -> list[Event]:
        """The events published so far."""
        return [event for event, _ in self.published]

    def publish(self, event: Event, sequence: int = 1) -> None:
        """Note an event."""
        self.published.append((event, sequence))

    def audit(self, action: str, subject_kind: str, subject_id: UUID | str, **details: Any) -> None:
        """Note an audit entry."""
        self.audited.append((action, subject_kind, str(subject_id), details))

    def set_timer(self, subject_id: UUID, name: str, due_at: datetime) -> None:
        """Note a timer."""
        self.timers[subject_id, name] = due_at

    def clear_timer(self, subject_id: UUID, name: str) -> None:
        """Forget a timer."""
        self.timers.pop((subject_id, name), None)
