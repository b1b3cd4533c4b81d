"""Tables of what people are supported for."""

import sqlalchemy as sa

from ila_funding.store.tables import metadata

programme_content = sa.Table(
    "programme_content",
    metadata,
    sa.Column("programme_id", sa.Uuid, sa.ForeignKey("published_programme.programme_id"), primary_key=True),
    sa.Column("content_key", sa.Text, primary_key=True),
)

# One row for each content that live money of a person pays for: never two, whatever the call or the source.
supported_content = sa.Table(
    "supported_content",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    sa.Column("content_key", sa.Text, primary_key=True),
    sa.Column("hold_id", sa.Uuid, sa.ForeignKey("hold.id"), nullable=False),
    sa.Index("supported_content_hold", "hold_id"),
)
