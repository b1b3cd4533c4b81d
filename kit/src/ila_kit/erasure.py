"""The word of a service that it erased its part of a person."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from ila_kit.events import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased(Event):
    """A service erased what it may of a person; `kept` says what it kept, each with its reason.

    Each service publishes it as a type of its own.
    """

    subject_field: ClassVar[str] = "person_id"

    person_id: UUID
    kept: list[str]
    erased_at: datetime
