"""Keep sanctions of organisations, each with its facts, grounds and end.

Only adds, so the release before this one runs on the new schema unchanged.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006_sanctions"
down_revision = "0005_attested"

UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Add the table of sanctions, and what they bar together to the organisation."""
    op.add_column(
        "organisation",
        sa.Column(
            "barred", sa.ARRAY(sa.Text), nullable=False, server_default="{}", comment="by its sanctions"
        ),
    )
    _sanctions()


def _sanctions() -> None:
    op.create_table(
        "sanction",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("organisation_id", sa.Uuid, sa.ForeignKey("organisation.id"), nullable=False),
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.Column("legal_basis", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("imposed_by", sa.Text, nullable=False),
        sa.Column("imposed_at", UTC, nullable=False),
        sa.Column("ends_on", sa.Date, comment="the last day, in Latvia; null: open-ended"),
        sa.Column("ends_at", UTC, comment="the first instant after the last day"),
        sa.Column("reply_state", sa.Text, comment="null: none is awaited"),
        sa.Column("reply_due_at", UTC, comment="the first instant too late for a reply"),
        sa.Column("reply", sa.Text),
        sa.Column("replied_by", sa.Text),
        sa.Column("replied_at", UTC),
        sa.Column("ended_by", sa.Text, comment="null with an ended_at: by itself"),
        sa.Column("ended_at", UTC),
        sa.Column("end_reason", sa.Text),
        sa.Column("updated_at", UTC, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.CheckConstraint(
            "scope IN ('new_offers', 'new_enrolments', 'payments', 'all', 'closure')", name="sanction_scope"
        ),
        sa.CheckConstraint("state IN ('in_force', 'lifted', 'ended')", name="sanction_state"),
        sa.CheckConstraint("reply_state IN ('awaited', 'given', 'missed')", name="sanction_reply_state"),
        sa.CheckConstraint(
            "(reply IS NOT NULL) = (reply_state IS NOT DISTINCT FROM 'given')", name="sanction_reply_kept"
        ),
    )
    op.create_index("sanction_organisation", "sanction", ["organisation_id", "id"])
    op.create_index(
        "sanction_once",
        "sanction",
        ["organisation_id", "scope"],
        unique=True,
        postgresql_where=sa.text("state = 'in_force'"),
    )


def downgrade() -> None:
    """Drop them again."""
    op.drop_table("sanction")
    op.drop_column("organisation", "barred")
