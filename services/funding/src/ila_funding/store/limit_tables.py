"""Tables of changes of budget lines."""

import sqlalchemy as sa
from ila_kit.store.tables import UTC
from sqlalchemy.dialects.postgresql import JSONB

from ila_funding.store.tables import MONEY, metadata

line_change = sa.Table(
    "line_change",
    metadata,
    sa.Column("id", sa.Uuid, primary_key=True),
    sa.Column("line_id", sa.Uuid, sa.ForeignKey("budget_line.id"), nullable=False),
    sa.Column("limit_before", MONEY, nullable=False),
    sa.Column("limit_amount", MONEY, nullable=False),
    sa.Column("rules", JSONB(none_as_null=True), comment="none: as they are"),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("proposed_by", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text),
    sa.Column("due_at", UTC),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("created_at", UTC, nullable=False),
    sa.Column("updated_at", UTC, nullable=False),
    sa.CheckConstraint("limit_amount >= 0", name="line_change_limit"),
    sa.CheckConstraint("state IN ('proposed', 'approved', 'withdrawn', 'lapsed')", name="line_change_state"),
    sa.CheckConstraint(
        "state <> 'approved' OR (decided_by IS NOT NULL AND decided_by <> proposed_by)",
        name="line_change_by_two",
    ),
    sa.Index("line_change_pending", "line_id", unique=True, postgresql_where=sa.text("state = 'proposed'")),
    sa.Index("line_change_line", "line_id", "created_at", "id"),
    sa.Index("line_change_created", "created_at", "id"),
    sa.Index("line_change_updated", "updated_at", "id"),
)
