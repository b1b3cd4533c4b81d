"""Versions of the methodology; they stand in `parameters/unit_costs.toml`."""

from datetime import date, datetime

import sqlalchemy as sa
from ila_kit.store.listing import Listing, Page, PageRequest

from ila_funding.domain.methodology import Methodologies, Methodology


class MethodologyList:
    """The versions of the parameters, asked for and listed like everything else."""

    def __init__(self, connection: sa.Connection, versions: Methodologies):
        self._connection, self._versions = connection, versions

    def deciding(self, as_of: date, known_at: datetime) -> Methodology:
        """Return the version valid on a day, as known at an instant. Raises NoMethodology."""
        return self._versions.deciding(as_of, known_at)

    def by_version(self, version: str) -> Methodology:
        """Return the version a decision was pinned to. Raises KeyError for one that never was."""
        return self._versions.by_version(version)

    def page(self, request: PageRequest) -> Page:
        """Return a page of versions, each row with the `methodology` itself."""
        page = self._listing().page(self._connection, request)
        by_id = {one.id: one for one in self._versions.versions}
        return Page([{"methodology": by_id[row["id"]]} for row in page.rows], page.next)

    def _listing(self) -> Listing:
        columns = (sa.column("id", sa.Uuid), sa.column("valid_from", sa.Date), sa.column("version", sa.Text))
        rows = [(one.id, one.valid_from, one.version) for one in self._versions.versions]
        table = sa.values(*columns, name="methodology").data(rows)
        return Listing(
            table,
            id=table.c.id,
            sorts={"valid_from": table.c.valid_from},
            default="-valid_from",
            filters={"version": table.c.version},
        )
