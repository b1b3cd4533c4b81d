"""Results of learners."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Stale

from ila_applications.domain.results import Result
from ila_applications.store.group_tables import result

_CHANGE = sa.update(result).where(
    result.c.id == sa.bindparam("row_id"), result.c.version == sa.bindparam("before")
)
_NOT_VOIDED = sa.text("result.state <> 'voided'")


class SqlResultStore:
    """Rows stay in here; callers give and get results."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def of_group(self, group_id: UUID) -> list[Result]:
        """Return the results of a group that are not voided."""
        return self._where(result.c.group_id == group_id)

    def of_application(self, application_id: UUID) -> Result | None:
        """Return the result of an application that is not voided."""
        return next(iter(self._where(result.c.application_id == application_id)), None)

    def save(self, results: Sequence[Result]) -> None:
        """Store new and changed results. Raises Stale when one has changed since it was read."""
        if new := [asdict(one) for one in results if one.version == 1]:
            self._connection.execute(sa.insert(result), new)
        changed = [
            asdict(one) | {"row_id": one.id, "before": one.version - 1} for one in results if one.version > 1
        ]
        if changed and self._connection.execute(_CHANGE, changed).rowcount != len(changed):
            raise Stale()

    def _where(self, which: sa.ColumnElement[bool]) -> list[Result]:
        query = sa.select(result).where(which, _NOT_VOIDED).order_by(result.c.id)
        return [Result(**row) for row in self._connection.execute(query).mappings()]
