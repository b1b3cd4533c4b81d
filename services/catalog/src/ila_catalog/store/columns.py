"""What the tables of the catalogue share: their metadata and column types."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
# Texts that are compared in order are keys stored ready, in the C collation.
C = sa.Text(collation="C")

__all__ = ["JSONB", "UTC", "C", "metadata"]
