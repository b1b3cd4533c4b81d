"""Tables of the methodologies."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

from ila_funding.store.tables import metadata

methodology = sa.Table(
    "methodology",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("version", sa.Text, nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("valid_from", sa.Date, nullable=False, comment="first day in Riga it decides about"),
    sa.Column("known_from", UTC, comment="instant of its approval"),
    sa.Column("corrects", sa.Text, comment="version whose days it decides instead"),
    sa.Column("kinds", JSONB, nullable=False, comment="list of CostKind"),
    sa.Column("continuing_programmes", JSONB, nullable=False, comment="list of ContinuingProgramme"),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("edited_by", sa.ARRAY(sa.Text), nullable=False, comment="all who had a hand in it"),
    sa.Column("submitted_by", sa.Text),
    sa.Column("approved_by", sa.Text),
    sa.Column("returned_by", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("due_at", UTC),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.UniqueConstraint("version", name="methodology_version"),
    sa.CheckConstraint("state IN ('draft', 'in_review', 'approved')", name="methodology_state"),
    sa.CheckConstraint("(state = 'approved') = (known_from IS NOT NULL)", name="methodology_known"),
    sa.CheckConstraint(
        "approved_by IS NULL OR approved_by <> ALL (edited_by)", name="methodology_two_persons"
    ),
    sa.CheckConstraint(
        "state <> 'approved' OR approved_by IS NOT NULL OR edited_by = '{}'", name="methodology_approved_by"
    ),
    sa.Index("methodology_valid", "valid_from", "id"),
    sa.Index("methodology_updated", "updated_at", "id"),
    sa.Index(
        "methodology_deciding",
        "valid_from",
        "known_from",
        unique=True,
        postgresql_where=sa.text("state = 'approved'"),
    ),
)

methodology_count = sa.Table(
    "methodology_count",
    metadata,
    sa.Column("single", sa.Boolean, primary_key=True, server_default="true"),
    sa.Column("approved", sa.Integer, nullable=False, comment="how many versions came into force"),
    sa.CheckConstraint("single", name="methodology_count_single"),
)
