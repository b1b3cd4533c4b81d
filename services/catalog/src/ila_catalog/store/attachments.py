"""What is known of the files of offers and programmes."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.domain.offers import Attachment
from ila_catalog.store.tables import attachment as table

_SHOWN = [
    table.c[name]
    for name in (
        "id",
        "subject_kind",
        "subject_id",
        "kind",
        "name",
        "media_type",
        "size",
        "sha256",
        "created_by",
        "created_at",
    )
]
_ATTACHED = table.c.removed_at.is_(None)
LISTING = Listing(
    sa.select(*_SHOWN).where(_ATTACHED),
    id=table.c.id,
    sorts={"created_at": table.c.id},
    default="created_at",
    filters={"kind": table.c.kind},
)


class SqlAttachmentStore:
    """Files of all offers and programmes."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def add(self, attachment: Attachment) -> None:
        """Store a file."""
        values = {column.name: getattr(attachment, column.name) for column in _SHOWN}
        self._connection.execute(sa.insert(table).values(values))

    def get(self, subject_id: UUID, attachment_id: UUID) -> Attachment | None:
        """Return a file of a subject; one that was taken off a draft too."""
        query = sa.select(*_SHOWN).where(table.c.id == attachment_id, table.c.subject_id == subject_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Attachment(**row)

    def of(self, *subject_ids: UUID) -> list[Attachment]:
        """Return the files that are attached to any of these subjects, oldest first."""
        query = sa.select(*_SHOWN).where(table.c.subject_id.in_(subject_ids), _ATTACHED)
        rows = self._connection.execute(query.order_by(table.c.id)).mappings()
        return [Attachment(**row) for row in rows]

    def remove(self, subject_id: UUID, attachment_id: UUID) -> bool:
        """Take a file off its draft; False when it is not there. A submission that holds it keeps it."""
        mine = (table.c.id == attachment_id) & (table.c.subject_id == subject_id) & _ATTACHED
        done = self._connection.execute(sa.update(table).where(mine).values(removed_at=self._now))
        return done.rowcount == 1

    def page(self, request: PageRequest, subject_id: UUID) -> Page:
        """Return a page of the files attached to a subject, as rows."""
        return LISTING.page(self._connection, request, where=[table.c.subject_id == subject_id])
