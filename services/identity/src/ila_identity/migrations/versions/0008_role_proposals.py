"""Keep roles of the agency that wait for a second person.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008_role_proposals"
down_revision = "0007_files"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table of proposals."""
    op.create_table(
        "role_proposal",
        sa.Column("id", sa.Uuid, primary_key=True, comment="that of the grant, once it is confirmed"),
        sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("proposed_by", sa.Text, nullable=False),
        sa.Column("proposed_at", UTC, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("confirmed_by", sa.Text),
        sa.Column("due_at", UTC),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint("state IN ('pending', 'active', 'revoked', 'lapsed')", name="role_proposal_state"),
        sa.CheckConstraint("confirmed_by <> proposed_by", name="role_proposal_four_eyes"),
    )
    op.create_index(
        "role_proposal_once",
        "role_proposal",
        ["person_id", "role"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("role_proposal")
