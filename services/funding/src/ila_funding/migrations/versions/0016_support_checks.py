"""What the register of earlier support says about each hold. Only adds: the release before runs on unchanged.

Holds of before are told already, and wait for the register like every other one. What the release before
holds while both run is told by it at once, so that is what the default says.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016_support_checks"
down_revision = "0015_told_parts"
UTC = sa.DateTime(timezone=True)
CHECKS = {
    "hold_support_check": "support_check IN ('pending', 'clear', 'found')",
    "hold_support_answered": "(support_check = 'pending') = (support_answer_id IS NULL)"
    " AND (support_check = 'pending') = (support_checked_at IS NULL)"
    " AND (support_check = 'found') = (earlier_support IS NOT NULL)",
    "hold_told_before_bound": "told_at IS NOT NULL OR state NOT IN ('committed', 'consumed')",
}


def upgrade() -> None:
    """Add the columns; every hold is open."""
    op.add_column("hold", sa.Column("support_check", sa.Text, nullable=False, server_default="pending"))
    op.add_column(
        "hold", sa.Column("support_answer_id", sa.Uuid, comment="identity keeps the answer and its proof")
    )
    op.add_column("hold", sa.Column("support_checked_at", UTC, comment="when the register said so"))
    op.add_column(
        "hold", sa.Column("earlier_support", sa.Text, comment="source and reference of what was found")
    )
    op.add_column(
        "hold",
        sa.Column(
            "told_at", UTC, server_default=sa.func.now(), comment="when others were told; none: not yet"
        ),
    )
    op.execute("UPDATE hold SET told_at = created_at")
    for name, check in CHECKS.items():
        op.create_check_constraint(name, "hold", check)
    op.create_index(
        "hold_support_pending", "hold", ["id"], postgresql_where=sa.text("support_check = 'pending'")
    )
    op.create_index("hold_support_found", "hold", ["id"], postgresql_where=sa.text("support_check = 'found'"))


def downgrade() -> None:
    """Take them away again."""
    op.drop_index("hold_support_found", "hold")
    op.drop_index("hold_support_pending", "hold")
    for name in CHECKS:
        op.drop_constraint(name, "hold")
    for column in ("told_at", "earlier_support", "support_checked_at", "support_answer_id", "support_check"):
        op.drop_column("hold", column)
