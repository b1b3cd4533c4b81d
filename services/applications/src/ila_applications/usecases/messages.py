"""Telling learners what happened, and what became of the letters."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from ila_kit.store.listing import PageRequest

from ila_applications.domain.applications import Change
from ila_applications.domain.messages import Letter, Message, worth_telling
from ila_applications.message_ports import MessagePage
from ila_applications.ports import Unit


def tell(unit: Unit, changes: Sequence[Change]) -> None:
    """Leave a message for the owner of each application whose step is worth one, with a letter to send."""
    told = [change for change in changes if worth_telling(change)]
    if told:
        unit.messages.add([(one.happening.id, one.application.person_id) for one in told])


def list_messages(unit: Unit, person_id: UUID, request: PageRequest) -> MessagePage:
    """Return a page of a person's messages, newest first, and how many of all are unread."""
    return unit.messages.page(person_id, request)


def read_message(unit: Unit, message_id: UUID, person_id: UUID) -> Message:
    """Note when a message was first read. Raises Missing."""
    message = unit.messages.get(message_id, person_id)
    if message.read_at is not None:
        return message
    unit.messages.read([message_id], unit.now)
    return replace(message, read_at=unit.now)


def read_all(unit: Unit, person_id: UUID) -> int:
    """Note that a person has read all their messages; return how many were unread."""
    return unit.messages.read_all(person_id, unit.now)


def note_letter(unit: Unit, message_id: UUID, letter: Letter) -> None:
    """Keep how far a letter has come."""
    unit.messages.note_letter(message_id, letter)
    unit.audit("letter", "message", message_id, state=letter.state, tries=letter.tries, reason=letter.reason)
