"""Who looked at whose data."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from ila_kit.store.listing import Listing, PageRequest
from sqlalchemy.dialects.postgresql import insert

from ila_identity.domain.access_log import Access
from ila_identity.ports import Listed
from ila_identity.store import my_data_tables as t

_C = t.access_log.c
LISTING = Listing(
    t.access_log,
    id=_C.look_id,
    sorts={"viewed_at": _C.viewed_at},
    default="-viewed_at",
    filters={"service": _C.service},
    updated=_C.viewed_at,
)
_MANY = ("viewer_roles", "organisation_ids", "what")


class SqlAccessLogStore:
    """Entries are only added; each once, however often it is told."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, entries: Sequence[Access]) -> None:
        """Store entries that are not there."""
        rows = [asdict(one) | {name: list(getattr(one, name)) for name in _MANY} for one in entries]
        self._connection.execute(insert(t.access_log).on_conflict_do_nothing(), rows)

    def page(self, person_id: UUID, request: PageRequest) -> Listed[Access]:
        """Return a page of the looks at a person's data, newest first."""
        page = LISTING.page(self._connection, request, [_C.person_id == person_id])
        found = [Access(**row | {name: tuple(row[name]) for name in _MANY}) for row in page.rows]
        return Listed(found, page.next)
