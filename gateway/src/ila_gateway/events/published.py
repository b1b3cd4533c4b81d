"""Facts that the gateway tells; nothing in them names or describes a person beyond an id."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ila_kit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """A session is over, and with it every token made in it.

    `reason`: `logout`, `logout_everywhere`, `revoked` (its person took it from the list), `replaced` (the
    same browser signed in anew), `disabled` (the account was), `idle` or `longest_life`.
    """

    type: ClassVar[str] = "gateway.session_ended.v1"
    subject_field: ClassVar[str] = "session_id"

    session_id: UUID
    person_id: UUID
    reason: str
    ended_at: datetime
