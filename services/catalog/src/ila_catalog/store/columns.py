"""What the tables of the catalogue share: metadata, column types, and whose rows somebody may see."""

from typing import Any

import sqlalchemy as sa
from ila_kit.actor import Scope
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

metadata = sa.MetaData()
# Texts that are compared in order are keys stored ready, in the C collation.
C = sa.Text(collation="C")

__all__ = ["JSONB", "UTC", "C", "metadata", "within"]


def within(scope: Scope, organisation: sa.ColumnElement[Any]) -> list[sa.ColumnElement[bool]]:
    """Return the condition that keeps a query to rows of the organisations of a scope."""
    return [] if scope.everything else [organisation.in_(sorted(scope.organisations))]
