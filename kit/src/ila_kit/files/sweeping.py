"""What a worker does for the files of its service."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice

import sqlalchemy as sa

from ila_kit.clock import utc_now
from ila_kit.files.errors import FilesUnavailable
from ila_kit.files.kept import FILE_BYTES, KeptFiles

log = logging.getLogger(__name__)
FILES_SECONDS = 600.0
UNNAMED_FOR = timedelta(days=1)
_BATCH = 500


@dataclass(frozen=True)
class FilesJob:
    """Looks after the files of a service: `tables` name their digests in a column `sha256`.

    One with a column `data` may still hold bytes, as the release before wrote them.
    """

    engine: sa.Engine
    kept: KeptFiles
    tables: Sequence[sa.Table]

    def run(self) -> int:
        """Move bytes out of tables, and remove files that no row has named for a day; tells how many.

        A store that does not answer is waited for: the next run does what this one could not.
        """
        try:
            for table in (one for one in self.tables if "data" in one.c):
                while self._move_some(table):
                    pass
            # By the real time: a clock of development that goes ahead must not hurry what is under way.
            return self.sweep(utc_now() - UNNAMED_FOR)
        except FilesUnavailable:
            log.warning("the store of files does not answer")
            return 0

    def sweep(self, put_before: datetime) -> int:
        """Remove files that were put before a moment and that no row names; tells how many."""
        old, removed = (blob.digest for blob in self.kept.blobs.put_before(put_before)), 0
        while some := list(islice(old, _BATCH)):
            for digest in set(some) - self._named_of(some):
                removed += self.kept.blobs.delete(digest, put_before)
        if removed:
            log.info("unnamed files removed", extra={"files": removed})
        return removed

    def _named_of(self, digests: list[str]) -> set[str]:
        with self.engine.connect() as connection:
            names = [table.c.sha256 for table in self.tables]
            queries = [sa.select(name).where(name.in_(digests)) for name in names]
            return {digest for query in queries for digest in connection.scalars(query)}

    def _move_some(self, table: sa.Table) -> int:
        """Keep the bytes of a few rows, then forget them in the table; tells of how many."""
        c = table.c
        query = sa.select(c.id, c.data).where(c.data.is_not(None)).limit(10)
        with self.engine.begin() as connection:
            rows = connection.execute(query.with_for_update(skip_locked=True)).all()
            for row in rows:
                self.kept.blobs.put(BytesIO(row.data), FILE_BYTES)
                connection.execute(table.update().where(c.id == row.id).values(data=None))
        return len(rows)
