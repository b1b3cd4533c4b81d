"""The table of the sample service."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC

metadata = sa.MetaData()

note = sa.Table(
    "note",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("organisation_id", sa.Uuid),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("colour", sa.Text, nullable=False),
    sa.Column("rank", sa.Integer, nullable=False),
    sa.Column("price", sa.Numeric(14, 2), nullable=False),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("price >= 0", name="price"),
)
