"""What messages, letters and profiles need from outside the rules."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from ila_kit.store.listing import PageRequest

from ila_applications.domain.messages import Letter, Message
from ila_applications.domain.profiles import Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class MailedLetter:
    """A letter as it is sent. `id` stays the same however often it is sent, so that it is shown once."""

    id: UUID
    to: str
    language: str
    subject: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessagePage:
    """A page of messages, the cursor of the next one, and how many of all are unread."""

    messages: list[Message]
    next: str | None
    unread: int


class MessageStore(Protocol):
    """Messages, each about a stored step of an application, and their letters."""

    def add(self, told: Sequence[tuple[UUID, UUID]]) -> None:
        """Store messages about happenings: of each its id, and the person's."""

    def get(self, message_id: UUID, person_id: UUID) -> Message:
        """Return a message of a person. Raises Missing."""

    def page(self, person_id: UUID, request: PageRequest) -> MessagePage:
        """Return a page of a person's messages, newest first."""

    def read(self, message_ids: Sequence[UUID], now: datetime) -> None:
        """Note that messages were read, unless they were before."""

    def read_all(self, person_id: UUID, now: datetime) -> int:
        """Note that all messages of a person were read; return how many were unread."""

    def unsent(self, now: datetime, limit: int) -> list[Message]:
        """Return messages whose letter is due, longest due first."""

    def note_letter(self, message_id: UUID, letter: Letter) -> None:
        """Keep how far a letter has come."""

    def erase(self, person_id: UUID) -> int:
        """Delete a person's messages; return how many there were."""


class ProfileStore(Protocol):
    """What people say of themselves."""

    def get(self, person_id: UUID) -> Profile:
        """Return a person's profile; the defaults when they said nothing yet."""

    def of(self, person_ids: Sequence[UUID]) -> dict[UUID, Profile]:
        """Return the profiles of those who said something, by person."""

    def save(self, profile: Profile) -> None:
        """Store a profile. Raises Stale when it has changed since it was read."""

    def erase(self, person_id: UUID) -> None:
        """Delete a person's profile."""


class Undeliverable(Exception):
    """The post refuses a letter. `for_good`: it will never take it."""

    def __init__(self, reason: str, for_good: bool):
        super().__init__(reason)
        self.reason, self.for_good = reason, for_good


class Post(Protocol):
    """Takes letters to people by e-mail."""

    def open(self) -> AbstractContextManager[Callable[[MailedLetter], None]]:
        """Give what hands over a letter, which raises Undeliverable. Both raise Unavailable: no post now."""
