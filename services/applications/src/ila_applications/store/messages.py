"""Messages about happenings, and their letters."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing
from ila_kit.store.listing import Listing, PageRequest

from ila_applications.domain.applications import Happening
from ila_applications.domain.messages import Letter, Message
from ila_applications.message_ports import MessagePage
from ila_applications.store import tables as t
from ila_applications.store.message_tables import message
from ila_applications.store.rows import CASES, as_case

_ADD = """
INSERT INTO message (id, person_id, letter_due)
SELECT one.id, one.person_id, happening.at
FROM unnest(%s::uuid[], %s::uuid[]) AS one (id, person_id) JOIN happening ON happening.id = one.id
"""
_READ = "UPDATE message SET read_at = %s WHERE id = ANY (%s) AND read_at IS NULL"
_READ_ALL = "UPDATE message SET read_at = %s WHERE person_id = %s AND read_at IS NULL"
_NOTE = """
UPDATE message SET letter = %s, letter_at = %s, letter_tries = %s, letter_reason = %s, letter_due = %s
WHERE id = %s
"""
_HAPPENED = [column.label(f"h_{column.name}") for column in t.happening.c]
_MESSAGE = [column.label(f"m_{column.name}") for column in message.c]
_MESSAGES = (
    CASES.add_columns(*_HAPPENED, *_MESSAGE)
    .join(t.happening, t.happening.c.application_id == t.application.c.id)
    .join(message, message.c.id == t.happening.c.id)
)
_LISTING = Listing(_MESSAGES, id=message.c.id, sorts={"at": message.c.id}, default="-at")
_UNREAD = sa.select(sa.func.count()).where(message.c.read_at.is_(None))


class SqlMessageStore:
    """Rows stay in here; callers give and get messages and letters."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, told: Sequence[tuple[UUID, UUID]]) -> None:
        """Store messages about happenings: of each its id, and the person's."""
        self._connection.exec_driver_sql(_ADD, tuple(map(list, zip(*told, strict=True))))

    def get(self, message_id: UUID, person_id: UUID) -> Message:
        """Return a message of a person. Raises Missing."""
        query = _MESSAGES.where(message.c.id == message_id, message.c.person_id == person_id)
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise Missing()
        return _as_message(row)

    def page(self, person_id: UUID, request: PageRequest) -> MessagePage:
        """Return a page of a person's messages, newest first."""
        mine = message.c.person_id == person_id
        page = _LISTING.page(self._connection, request, [mine])
        unread = self._connection.execute(_UNREAD.where(mine)).scalar_one()
        return MessagePage([_as_message(row) for row in page.rows], page.next, unread)

    def read(self, message_ids: Sequence[UUID], now: datetime) -> None:
        """Note that messages were read, unless they were before."""
        self._connection.exec_driver_sql(_READ, (now, list(message_ids)))

    def read_all(self, person_id: UUID, now: datetime) -> int:
        """Note that all messages of a person were read; return how many were unread."""
        return self._connection.exec_driver_sql(_READ_ALL, (now, person_id)).rowcount

    def unsent(self, now: datetime, limit: int) -> list[Message]:
        """Return messages whose letter is due, longest due first."""
        query = _MESSAGES.where(sa.text("message.letter = 'waiting'"), message.c.letter_due <= now)
        query = query.order_by(message.c.letter_due, message.c.id).limit(limit)
        return [_as_message(row) for row in self._connection.execute(query).mappings()]

    def note_letter(self, message_id: UUID, letter: Letter) -> None:
        """Keep how far a letter has come."""
        values = (letter.state, letter.at, letter.tries, letter.reason, letter.next_try, message_id)
        self._connection.exec_driver_sql(_NOTE, values)

    def erase(self, person_id: UUID) -> int:
        """Delete a person's messages; return how many there were."""
        return self._connection.execute(message.delete().where(message.c.person_id == person_id)).rowcount


def _as_message(row: Any) -> Message:
    letter = Letter(
        state=row["m_letter"],
        at=row["m_letter_at"],
        tries=row["m_letter_tries"],
        reason=row["m_letter_reason"],
    )
    return Message(
        id=row["m_id"],
        person_id=row["m_person_id"],
        case=as_case(row),
        happening=Happening(**{column.name: row[f"h_{column.name}"] for column in t.happening.c}),
        read_at=row["m_read_at"],
        letter=letter,
    )
