"""Keep files outside the database, found by their SHA-256, and who looked at whose data.

The release before wrote bytes into `data` and reads them there; this one writes none and moves those out.
"""

import sqlalchemy as sa
from alembic import op

revision = "0007_files"
down_revision = "0006_sanctions"

FILES = ("attestation", "authorisation")
UTC = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Let rows be without bytes, find them by the digest of their file, and add the log."""
    for table in FILES:
        op.alter_column(table, "data", nullable=True)
        op.create_index(f"{table}_sha256", table, ["sha256"])
    _create_access_log()


def _create_access_log() -> None:
    op.create_table(
        "access_log",
        sa.Column("look_id", sa.Uuid, primary_key=True),
        sa.Column(
            "person_id", sa.Uuid, primary_key=True, comment="whose data; may be known to a service alone"
        ),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("viewed_at", UTC, nullable=False),
        sa.Column("viewer", sa.Text, nullable=False),
        sa.Column("viewer_roles", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("organisation_ids", sa.ARRAY(sa.Uuid), nullable=False),
        sa.Column("acting_for", sa.Text),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column(
            "what", sa.ARRAY(sa.Text), nullable=False, comment="names of what was shown, never the data"
        ),
    )
    op.create_index("access_log_person", "access_log", ["person_id", "viewed_at", "look_id"])


def downgrade() -> None:
    """Drop the log and the indexes; rows without bytes stay as they are."""
    op.drop_table("access_log")
    for table in FILES:
        op.drop_index(f"{table}_sha256", table)
