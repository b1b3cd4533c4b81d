"""Evidence that people gave, file by file."""

from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa
from ila_kit.errors import Missing

from ila_applications.domain.applications import Evidence
from ila_applications.store import tables as t

_COLUMNS = [column for column in t.evidence.c if column.name != "data"]


class SqlEvidenceStore:
    """What is known of files; their bytes are kept by their SHA-256."""

    def __init__(self, connection: sa.Connection):
        self._connection = connection

    def add(self, evidence: Evidence) -> None:
        """Keep a file."""
        self._connection.execute(t.evidence.insert().values(**asdict(evidence)))

    def of(self, application_id: UUID) -> list[Evidence]:
        """Return what was given for an application, oldest first."""
        c = t.evidence.c
        query = sa.select(*_COLUMNS).where(c.application_id == application_id).order_by(c.id)
        return [Evidence(**row) for row in self._connection.execute(query).mappings()]

    def get(self, application_id: UUID, evidence_id: UUID) -> Evidence:
        """Return a file of an application. Raises Missing."""
        c = t.evidence.c
        query = sa.select(*_COLUMNS).where(c.id == evidence_id, c.application_id == application_id)
        row = self._connection.execute(query).mappings().one_or_none()
        if row is None:
            raise Missing()
        return Evidence(**row)
