"""Lists of the documents of calls; `calls` stores them with their call."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_catalog.store.tables import call_document as table

LISTING = Listing(
    table,
    id=table.c.id,
    sorts={"dated": table.c.dated},
    default="-dated",
    filters={"kind": table.c.kind, "number": table.c.number},
)


class SqlDocumentStore:
    """Documents of all calls."""

    def __init__(self, connection: sa.Connection, now: datetime):
        self._connection, self._now = connection, now

    def page(self, request: PageRequest, call_id: UUID) -> Page:
        """Return a page of the documents of a call in all versions, as rows."""
        return LISTING.page(self._connection, request, where=[table.c.call_id == call_id])
