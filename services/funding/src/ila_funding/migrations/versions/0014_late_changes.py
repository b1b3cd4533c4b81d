"""The queue of what happened in closed months. Only adds: the release before runs on unchanged."""

import sqlalchemy as sa
from alembic import op

revision = "0014_late_changes"
down_revision = "0013_recovered_before"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "late_change",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("run_id", sa.Uuid, sa.ForeignKey("payment_run.id"), nullable=False),
        sa.Column("belongs_to", sa.Date, nullable=False, comment="first day of the closed month"),
        sa.Column("settled_on", sa.Date, nullable=False),
        sa.Column("bank_reference", sa.Text, nullable=False),
        sa.Column("amount", sa.Numeric(14, 2), nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("queued_by", sa.Text, nullable=False),
        sa.Column("queued_at", UTC, nullable=False),
        sa.Column("resolved_by", sa.Text),
        sa.Column("resolved_at", UTC),
        sa.Column("booked_in", sa.Date, comment="first day of the open month it is booked in"),
        sa.Column("reason", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('queued', 'booked', 'dismissed')", name="late_change_state"),
        sa.CheckConstraint("resolved_by IS DISTINCT FROM queued_by", name="late_change_two_people"),
        sa.CheckConstraint(
            "(state = 'queued') = (resolved_by IS NULL) AND (state = 'booked') = (booked_in IS NOT NULL)"
            " AND (state = 'dismissed') = (reason IS NOT NULL)",
            name="late_change_resolved",
        ),
    )
    waiting = sa.text("state = 'queued'")
    op.create_index("late_change_run", "late_change", ["run_id"], unique=True, postgresql_where=waiting)


def downgrade() -> None:
    """Drop it; what was booked stays in the ledger."""
    op.drop_table("late_change")
